// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import XMLTree

/// What of the host a domain takes, and where.
extension DomainDocument {
    /// The most memory that the guest can have with all that is plugged in later (`<maxMemory>`).
    public var maximumMemory: MaximumMemory? {
        get {
            guard let memory = root.first("maxMemory"), let kibibytes = memory.kibibytes,
                let slots = memory.number("slots")
            else { return nil }
            return MaximumMemory(kibibytes: kibibytes, slots: slots)
        }
        set {
            guard newValue != maximumMemory else { return }
            root.setAmount("maxMemory", newValue?.kibibytes, in: Self.order)
            guard let newValue else { return }
            root.editChild("maxMemory", in: Self.order) { $0["slots"] = String(newValue.slots) }
        }
    }

    /// The most memory of a guest, and how many devices bring it.
    public struct MaximumMemory: Sendable, Hashable {
        /// The most memory, in KiB.
        public var kibibytes: Int
        /// How many memory devices there can be.
        public var slots: Int

        /// Describes a maximum.
        public init(kibibytes: Int, slots: Int) {
            self.kibibytes = kibibytes
            self.slots = slots
        }
    }

    /// The most memory of the host that the guest's process may take, in KiB (`<memtune>`).
    public var memoryLimitKiB: Int? {
        get { root.first("memtune")?.first("hard_limit")?.kibibytes }
        set {
            guard newValue != memoryLimitKiB else { return }
            root.editChild("memtune", in: Self.order) { tuning in
                tuning.setAmount("hard_limit", newValue, in: ["hard_limit", "soft_limit", "min_guarantee"])
            }
        }
    }

    /// The memory devices, in order.
    public var memoryDevices: [MemoryDevice] {
        get { devices() }
        set { setDevices(newValue) }
    }

    /// What of the host the guest's memory is made of.
    public var memoryBacking: MemoryBacking? {
        get { part() }
        set { setPart(newValue) }
    }

    /// The number of threads that do disks' input and output, told by numbers from 1.
    public var ioThreadCount: Int? {
        get { root.childText("iothreads").flatMap { Int($0) } }
        set {
            guard newValue != ioThreadCount else { return }
            root.setChildText("iothreads", newValue.map(String.init), in: Self.order)
        }
    }

    /// Where and how much the guest's threads run.
    public var cpuTuning: CPUTuning? {
        get { part() }
        set { setPart(newValue) }
    }

    /// Which nodes of the host the guest's memory comes from.
    public var numaTuning: NUMATuning? {
        get { part() }
        set { setPart(newValue) }
    }
}

extension Disk {
    /// The I/O thread that serves the disk, from 1; nil: QEMU's main one.
    public var ioThread: Int? {
        get { element.first("driver")?.number("iothread") }
        set {
            guard newValue != ioThread else { return }
            element.editChild("driver", in: ["driver", "auth", "source", "backingStore", "target"]) { driver in
                driver["iothread"] = newValue.map(String.init)
            }
        }
    }
}
