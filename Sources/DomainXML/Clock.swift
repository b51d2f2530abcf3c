// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// How the guest's clock starts and is kept (`<clock>`).
public struct Clock: DomainPart {
    /// `clock`.
    public static let elementName: XMLName = "clock"
    /// The element, with everything in it.
    public private(set) var element: XMLElement

    /// Looks at an element; nil where it is no `<clock>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a clock.
    public init(offset: Offset, timers: [Timer] = []) {
        element = XMLElement(Self.elementName, ["offset": offset.rawValue])
        self.timers = timers
    }

    /// What the clock shows when the guest starts.
    public enum Offset: String, Sendable, Hashable, CaseIterable {
        case utc
        case localTime = "localtime"
        /// That of a time zone, which ``Clock/timeZone`` names.
        case timeZone = "timezone"
    }

    /// One of the machine's timers (`<timer>`).
    public struct Timer: Sendable, Hashable {
        /// Which one.
        public var name: Name
        /// What happens to ticks that the guest missed; nil leaves it to libvirt.
        public var tickPolicy: TickPolicy?
        /// Whether the machine has it; nil leaves it to libvirt.
        public var isPresent: Bool?

        /// Describes a timer.
        public init(_ name: Name, tickPolicy: TickPolicy? = nil, isPresent: Bool? = nil) {
            self.name = name
            self.tickPolicy = tickPolicy
            self.isPresent = isPresent
        }

        /// The timers that a machine can have.
        public enum Name: String, Sendable, Hashable, CaseIterable {
            case platform, pit, rtc, hpet, tsc, kvmclock, hypervclock, armvtimer
        }

        /// What happens to ticks that the guest missed.
        public enum TickPolicy: String, Sendable, Hashable, CaseIterable {
            case delay, catchup, merge, discard
        }
    }

    /// What it shows when the guest starts; nil where that is of another kind.
    public var offset: Offset? {
        get { element.value("offset") }
        set { if newValue != offset { element["offset"] = newValue?.rawValue } }
    }

    /// The time zone whose time it shows, as the host names it, where ``offset`` is that of one.
    public var timeZone: String? {
        get { element["timezone"] }
        set { if newValue != timeZone { element["timezone"] = newValue } }
    }

    /// The timers that something is said about, in order, without those that ``Timer/Name`` does not know.
    public var timers: [Timer] {
        get {
            element.all("timer").compactMap { timer in
                timer.value("name").map { name in
                    Timer(name, tickPolicy: timer.value("tickpolicy"), isPresent: timer.yesNo("present"))
                }
            }
        }
        set {
            guard newValue != timers else { return }
            let known = element.all("timer")
            let elements = newValue.map { timer -> XMLElement in
                var element = known.first { $0["name"] == timer.name.rawValue } ?? XMLElement("timer")
                element["name"] = timer.name.rawValue
                element["tickpolicy"] = timer.tickPolicy?.rawValue
                element["present"] = timer.isPresent?.yesNo
                return element
            }
            let unknown = known.filter { timer in timer["name"].flatMap(Timer.Name.init(rawValue:)) == nil }
            element.setChildren("timer", to: elements + unknown, in: ["timer"])
        }
    }
}
