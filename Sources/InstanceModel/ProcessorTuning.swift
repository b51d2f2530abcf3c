// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Where and how much a guest's virtual processors run on the host (`<cputune>`).
public struct ProcessorTuning: Sendable, Hashable {
    /// The guest's weight against others where the host is busy, 2 to 10,000; absent, that of all others.
    public let shares: Int?
    /// How long each virtual processor may run; absent, without a limit.
    public let quota: Quota?
    /// The host's processors that run this guest's virtual ones, and no other guest's dedicated ones; absent, any.
    public internal(set) var dedicated: HostCPUs?
    /// Where QEMU's own threads run.
    public internal(set) var emulatorThreads: EmulatorThreads
    /// A real-time scheduler for virtual processors; absent, that of all others.
    public let realTime: RealTime?

    /// Processors of the host.
    public enum HostCPUs: Sendable, Hashable {
        /// Those that are chosen when the guest is made: whole cores on the fewest NUMA cells.
        case chosen
        /// These, in order.
        case fixed([Int])
    }

    /// Where QEMU's own threads run, those for disks' input and output included.
    public enum EmulatorThreads: Sendable, Hashable {
        /// Where the virtual processors do.
        case shared
        /// On processors of their own.
        case isolated(HostCPUs)
    }

    /// A real-time scheduler (`<vcpusched>`).
    public struct RealTime: Sendable, Hashable {
        /// The scheduler.
        public let scheduler: Scheduler
        /// The priority, 1 to 99.
        public let priority: Int
        /// The virtual processors that it is for, ascending; empty: all.
        public let vcpus: [Int]

        /// A scheduler that goes by priorities.
        public enum Scheduler: String, Sendable, Hashable, CaseIterable {
            /// Until the processor has nothing to do.
            case fifo
            /// By turns among those of equal priority.
            case roundRobin = "rr"
        }

        static let priorityRange = 1...99

        /// A real-time scheduler.
        ///
        /// - Throws: ``RuleViolation`` for a priority outside 1 to 99, and a virtual processor that is there twice or
        ///   is not 0 to 511.
        public init(scheduler: Scheduler = .fifo, priority: Int = 1, vcpus: [Int] = []) throws(RuleViolation) {
            try Self.check(priority: priority)
            if !vcpus.isEmpty { try NumberList.check(vcpus) }
            for vcpu in vcpus { try NumberList.check(vcpu, within: NUMA.vcpuRange) }
            self.scheduler = scheduler
            self.priority = priority
            self.vcpus = vcpus.sorted()
        }

        static func check(priority: Int) throws(RuleViolation) {
            guard !priorityRange.contains(priority) else { return }
            throw RuleViolation(value: "\(priority)", rule: "a priority is 1 to 99", remedy: "for example 1")
        }
    }

    /// How long each virtual processor may run in a period.
    public struct Quota: Sendable, Hashable {
        /// How long a period is, 1,000 to 1,000,000 microseconds.
        public let periodMicroseconds: Int
        /// How long each virtual processor may run in a period, 1,000 to 10^12 microseconds.
        public let quotaMicroseconds: Int

        static let periodRange = 1_000...1_000_000
        static let quotaRange = 1_000...1_000_000_000_000
        /// Linux's own period.
        static let usualPeriod = 100_000

        /// A quota.
        ///
        /// - Throws: ``RuleViolation`` where a number is out of its range.
        public init(quotaMicroseconds: Int, periodMicroseconds: Int = 100_000) throws(RuleViolation) {
            try Self.check(quota: quotaMicroseconds)
            try Self.check(period: periodMicroseconds)
            self.periodMicroseconds = periodMicroseconds
            self.quotaMicroseconds = quotaMicroseconds
        }

        static func check(quota: Int) throws(RuleViolation) {
            guard !quotaRange.contains(quota) else { return }
            throw RuleViolation(
                value: "\(quota)", rule: "a quota is 1000 to 10^12 microseconds",
                remedy: "for example 50000, half a processor in the usual period")
        }

        static func check(period: Int) throws(RuleViolation) {
            guard !periodRange.contains(period) else { return }
            throw RuleViolation(
                value: "\(period)", rule: "a period is 1000 to 1000000 microseconds", remedy: "for example 100000")
        }
    }

    static let sharesRange = 2...10_000

    /// Where and how much virtual processors run.
    ///
    /// - Throws: ``RuleViolation`` for shares outside 2 to 10,000, for processors of the host that are there twice or
    ///   are not 0 to 4,095, and for parts that do not go together: shares or a quota of dedicated processors; threads
    ///   of QEMU's that are isolated, or a real-time scheduler, without dedicated ones; and processors of the host that
    ///   are named for only one of the two, or for both.
    public init(
        shares: Int? = nil, quota: Quota? = nil, dedicated: HostCPUs? = nil, emulatorThreads: EmulatorThreads = .shared,
        realTime: RealTime? = nil
    ) throws(RuleViolation) {
        if let shares { try Self.check(shares: shares) }
        self.init(
            unchecked: shares, quota: quota, dedicated: dedicated, emulatorThreads: emulatorThreads, realTime: realTime)
        for case .fixed(let cpus)? in [dedicated, emulatorThreads.cpus] {
            try NumberList.check(cpus)
            for cpu in cpus { try NumberList.check(cpu, within: Self.hostCPURange) }
        }
        if let conflict { throw conflict.violation }
    }

    /// Parts that were each checked; ``conflict`` tells whether they go together.
    init(
        unchecked shares: Int?, quota: Quota?, dedicated: HostCPUs?, emulatorThreads: EmulatorThreads,
        realTime: RealTime?
    ) {
        self.shares = shares
        self.quota = quota
        self.dedicated = dedicated
        self.emulatorThreads = emulatorThreads
        self.realTime = realTime
    }

    static let hostCPURange = 0...4_095

    static func check(shares: Int) throws(RuleViolation) {
        guard !sharesRange.contains(shares) else { return }
        // What the first version of control groups takes, and the second.
        throw RuleViolation(value: "\(shares)", rule: "shares are 2 to 10000", remedy: "for example 1024")
    }

    /// Virtual processors that run as all others.
    public static let usual = ProcessorTuning(
        unchecked: nil, quota: nil, dedicated: nil, emulatorThreads: .shared, realTime: nil)
}

extension ProcessorTuning {
    /// The processors of the host that are known to be this guest's alone, QEMU's own threads' included.
    public var hostCPUs: [Int] {
        [dedicated, emulatorThreads.cpus].flatMap { cpus -> [Int] in
            if case .fixed(let numbers)? = cpus { numbers } else { [] }
        }
    }

    /// The first part that does not go together with another, by its key below `cpu`.
    var conflict: (key: String, violation: RuleViolation)? {
        guard let dedicated else { return conflictWithoutDedicated }
        if quota != nil {
            return conflict(
                "quota",
                "`cpu.dedicated` processors run as long as they have something to do, and `cpu.quota` stops them",
                "leave one of the two out")
        }
        if shares != nil {
            return conflict(
                "shares", "`cpu.dedicated` processors are shared with nobody, and `cpu.shares` divides them",
                "leave one of the two out")
        }
        switch (dedicated, emulatorThreads.cpus) {
        case (.chosen, .fixed):
            return conflict(
                "emulator_threads", "`cpu.emulator_threads` names processors only where `cpu.dedicated` does",
                "write isolate, or list the processors of `cpu.dedicated`")
        case (.fixed, .chosen):
            return conflict(
                "emulator_threads", "`cpu.emulator_threads` names its processors where `cpu.dedicated` does",
                "list them, or write shared")
        case (.fixed(let cpus), .fixed(let others)):
            guard let twice = cpus.first(where: others.contains) else { return nil }
            return conflict(
                "emulator_threads", "processor \(twice) is in `cpu.dedicated` and `cpu.emulator_threads`",
                "remove it from one")
        case (_, nil), (.chosen, .chosen): return nil
        }
    }

    private var conflictWithoutDedicated: (key: String, violation: RuleViolation)? {
        if emulatorThreads != .shared {
            return conflict(
                "emulator_threads",
                "`cpu.emulator_threads` are isolated from `cpu.dedicated` processors, and there are none",
                "write dedicated: true, or leave emulator_threads out")
        }
        if realTime != nil {
            return conflict(
                "real_time", "`cpu.real_time` needs `cpu.dedicated`: it would keep all else from shared processors",
                "write dedicated: true, or leave real_time out")
        }
        return nil
    }

    private func conflict(_ key: String, _ rule: String, _ remedy: String) -> (String, RuleViolation) {
        (key, RuleViolation(value: "", rule: rule, remedy: remedy))
    }
}

extension ProcessorTuning.EmulatorThreads {
    /// The processors of their own, where they have them.
    var cpus: ProcessorTuning.HostCPUs? {
        switch self {
        case .shared: nil
        case .isolated(let cpus): cpus
        }
    }
}

extension Instance {
    /// The same instance with the host's processors named that its dedicated ones were given, in the order of the
    /// virtual ones, and those of QEMU's own threads where they are isolated.
    public func placed(on cpus: [Int], emulator: [Int]) -> Instance {
        var copy = self
        copy.processor?.tuning.dedicated = .fixed(cpus)
        if !emulator.isEmpty { copy.processor?.tuning.emulatorThreads = .isolated(.fixed(emulator)) }
        return copy
    }
}

/// A number of threads that do disks' input and output, 1 to 64.
public struct IOThreadCount: Sendable, Hashable {
    /// The number.
    public let value: Int

    static let range = 1...64

    /// A count of threads.
    ///
    /// - Throws: ``RuleViolation`` outside 1 to 64.
    public init(_ value: Int) throws(RuleViolation) {
        guard Self.range.contains(value) else {
            throw RuleViolation(value: "\(value)", rule: "1 to 64 I/O threads", remedy: "for example 2")
        }
        self.value = value
    }
}
