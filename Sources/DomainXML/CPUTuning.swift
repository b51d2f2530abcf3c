// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// Where and how much the guest's threads run on the host (`<cputune>`).
public struct CPUTuning: DomainPart {
    /// `cputune`.
    public static let elementName: XMLName = "cputune"
    /// The element, with everything in it.
    public private(set) var element: XMLElement

    /// Looks at an element; nil where it is no `<cputune>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes threads that run as all others.
    public init() {
        element = XMLElement(Self.elementName)
    }

    /// The processors of the host that one of the guest's threads runs on (`<vcpupin>`, `<iothreadpin>`).
    public struct Pin: Sendable, Hashable {
        /// The virtual processor, or the I/O thread.
        public var thread: Int
        /// The processors of the host.
        public var processors: CPUSet

        /// Describes a pin.
        public init(thread: Int, processors: CPUSet) {
            self.thread = thread
            self.processors = processors
        }
    }

    /// A real-time scheduler for virtual processors (`<vcpusched>`).
    public struct Schedule: Sendable, Hashable {
        /// The virtual processors.
        public var processors: CPUSet
        /// The scheduler.
        public var scheduler: Scheduler
        /// The priority, 1 to 99.
        public var priority: Int

        /// Describes a schedule.
        public init(processors: CPUSet, scheduler: Scheduler, priority: Int) {
            self.processors = processors
            self.scheduler = scheduler
            self.priority = priority
        }
    }

    /// A scheduler of the host's that goes by priorities.
    public enum Scheduler: String, Sendable, Hashable, CaseIterable {
        /// Until a thread waits.
        case fifo
        /// By turns among equals.
        case roundRobin = "rr"
    }

    private static let order: ChildOrder = [
        "shares", "period", "quota", "global_period", "global_quota", "emulator_period", "emulator_quota",
        "iothread_period", "iothread_quota", "vcpupin", "emulatorpin", "iothreadpin", "vcpusched", "iothreadsched",
        "emulatorsched", "cachetune", "memorytune",
    ]

    /// The guest's weight against others.
    public var shares: Int? {
        get { number("shares") }
        set { setNumber("shares", newValue) }
    }

    /// How long a period of ``quota`` is, in microseconds.
    public var period: Int? {
        get { number("period") }
        set { setNumber("period", newValue) }
    }

    /// How long each virtual processor may run in a period, in microseconds.
    public var quota: Int? {
        get { number("quota") }
        set { setNumber("quota", newValue) }
    }

    /// Where virtual processors run.
    public var vcpuPins: [Pin] {
        get { pins("vcpupin", of: "vcpu") }
        set { setPins("vcpupin", of: "vcpu", newValue) }
    }

    /// Where QEMU's own threads run.
    public var emulatorPin: CPUSet? {
        get { element.first("emulatorpin")?["cpuset"].flatMap(CPUSet.init(parsing:)) }
        set {
            guard newValue != emulatorPin else { return }
            element.editChild("emulatorpin", in: Self.order) { $0["cpuset"] = newValue?.description }
        }
    }

    /// Where I/O threads run.
    public var ioThreadPins: [Pin] {
        get { pins("iothreadpin", of: "iothread") }
        set { setPins("iothreadpin", of: "iothread", newValue) }
    }

    /// The real-time schedulers of virtual processors; without those that go by no priority.
    public var schedules: [Schedule] {
        get {
            element.all("vcpusched").compactMap { schedule in
                guard let processors = schedule["vcpus"].flatMap(CPUSet.init(parsing:)),
                    let scheduler: Scheduler = schedule.value("scheduler"), let priority = schedule.number("priority")
                else { return nil }
                return Schedule(processors: processors, scheduler: scheduler, priority: priority)
            }
        }
        set {
            guard newValue != schedules else { return }
            let elements = newValue.map { schedule in
                XMLElement(
                    "vcpusched",
                    [
                        "vcpus": schedule.processors.description, "scheduler": schedule.scheduler.rawValue,
                        "priority": String(schedule.priority),
                    ])
            }
            element.setChildren("vcpusched", to: elements, in: Self.order)
        }
    }

    private func number(_ name: XMLName) -> Int? {
        element.childText(name).flatMap { Int($0) }
    }

    private mutating func setNumber(_ name: XMLName, _ number: Int?) {
        guard number != self.number(name) else { return }
        element.setChildText(name, number.map(String.init), in: Self.order)
    }

    private func pins(_ name: XMLName, of thread: XMLName) -> [Pin] {
        element.all(name).compactMap { pin in
            guard let number = pin.number(thread), let processors = pin["cpuset"].flatMap(CPUSet.init(parsing:)) else {
                return nil
            }
            return Pin(thread: number, processors: processors)
        }
    }

    private mutating func setPins(_ name: XMLName, of thread: XMLName, _ pins: [Pin]) {
        guard pins != self.pins(name, of: thread) else { return }
        let elements = pins.map { pin in
            var child = XMLElement(name)
            child[thread] = String(pin.thread)
            child["cpuset"] = pin.processors.description
            return child
        }
        element.setChildren(name, to: elements, in: Self.order)
    }
}
