// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension InstanceReader {
    /// The keys of `cpu` that say where virtual processors run.
    static let placementKeys = ["dedicated", "emulator_threads", "real_time"]

    /// What of `cpu` says where and how much virtual processors run; nil where a part of it cannot be read.
    mutating func readTuning(in fields: Fields) -> ProcessorTuning? {
        let shares = optional(fields["shares"]) {
            $0.readInteger($1, in: ProcessorTuning.sharesRange, ProcessorTuning.check(shares:))
        }
        let quota = optional(fields["quota"]) { $0.readQuota($1) }
        let dedicated = fields["dedicated"].map { readDedicated($0) } ?? .some(nil)
        let emulatorThreads = fields["emulator_threads"].map { readEmulatorThreads($0) } ?? .shared
        let realTime = optional(fields["real_time"]) { $0.readRealTime($1) }
        guard let shares, let quota, let dedicated, let emulatorThreads, let realTime else { return nil }
        let tuning = ProcessorTuning(
            unchecked: shares, quota: quota, dedicated: dedicated, emulatorThreads: emulatorThreads,
            realTime: realTime)
        guard let conflict = tuning.conflict else { return tuning }
        reader.note(conflict.violation, at: fields[conflict.key] ?? fields.owner)
        return nil
    }

    private mutating func readQuota(_ field: Field) -> ProcessorTuning.Quota? {
        guard let fields = reader.mapping(field, keys: ["quota_us", "period_us"]) else { return nil }
        let quota = reader.required("quota_us", in: fields, example: "quota_us: 50000").flatMap {
            readInteger($0, in: ProcessorTuning.Quota.quotaRange, ProcessorTuning.Quota.check(quota:))
        }
        let period = optional(fields["period_us"]) {
            $0.readInteger($1, in: ProcessorTuning.Quota.periodRange, ProcessorTuning.Quota.check(period:))
        }
        guard let quota, let period else { return nil }
        return reader.attempt(at: field) { () throws(RuleViolation) in
            try ProcessorTuning.Quota(
                quotaMicroseconds: quota, periodMicroseconds: period ?? ProcessorTuning.Quota.usualPeriod)
        }
    }

    /// `true`, `false` or the host's processors.
    private mutating func readDedicated(_ field: Field) -> ProcessorTuning.HostCPUs?? {
        if isDescribing { _ = reader.boolean(field) }
        if !isDescribing, case .scalar = field.node.content {
            guard let isDedicated = reader.boolean(field) else { return nil }
            return .some(isDedicated ? .chosen : nil)
        }
        return readNumbers(field, in: ProcessorTuning.hostCPURange).map { .some(.fixed($0)) }
    }

    private enum EmulatorPolicy: String, CaseIterable {
        case shared, isolate
    }

    /// `shared`, `isolate` or the host's processors.
    private mutating func readEmulatorThreads(_ field: Field) -> ProcessorTuning.EmulatorThreads? {
        if isDescribing { _ = reader.choice(field, of: EmulatorPolicy.self) }
        if !isDescribing, case .scalar = field.node.content {
            return reader.choice(field, of: EmulatorPolicy.self).map { $0 == .shared ? .shared : .isolated(.chosen) }
        }
        return readNumbers(field, in: ProcessorTuning.hostCPURange).map { .isolated(.fixed($0)) }
    }

    private mutating func readRealTime(_ field: Field) -> ProcessorTuning.RealTime? {
        guard let fields = reader.mapping(field, keys: ["scheduler", "priority", "vcpus"]) else { return nil }
        let scheduler =
            fields["scheduler"].map { reader.choice($0, of: ProcessorTuning.RealTime.Scheduler.self) } ?? .fifo
        let priority =
            fields["priority"].map { field in
                readInteger(
                    field, in: ProcessorTuning.RealTime.priorityRange, ProcessorTuning.RealTime.check(priority:))
            } ?? 1
        let vcpus = fields["vcpus"].map { readNumbers($0, in: NUMA.vcpuRange) } ?? []
        guard let scheduler, let priority, let vcpus else { return nil }
        return reader.attempt(at: field) { () throws(RuleViolation) in
            try ProcessorTuning.RealTime(scheduler: scheduler, priority: priority, vcpus: vcpus)
        }
    }
}
