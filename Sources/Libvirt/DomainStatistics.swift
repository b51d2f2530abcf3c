// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

/// What a running guest used so far. What its hypervisor does not tell is `nil`, or not listed.
public struct DomainStatistics: Sendable, Hashable {
    /// What it does.
    public let state: DomainState
    /// The processor time of its hypervisor's process.
    public let processorTime: Duration?
    /// Its virtual CPUs.
    public let vcpus: [VCPU]
    /// The memory that it may use now, in bytes.
    public let memory: UInt64?
    /// The memory that its hypervisor's process has on the host, in bytes.
    public let residentMemory: UInt64?
    /// Its disks.
    public let disks: [Disk]
    /// Its network interfaces.
    public let interfaces: [Interface]

    /// A virtual CPU.
    public struct VCPU: Sendable, Hashable {
        /// Its number.
        public let number: Int
        /// The time that it ran.
        public let time: Duration?
    }

    /// A disk.
    public struct Disk: Sendable, Hashable {
        /// Its target in the guest, such as `vda`.
        public let target: String
        /// Requests to read.
        public let readRequests: UInt64?
        /// Bytes read.
        public let readBytes: UInt64?
        /// Requests to write.
        public let writeRequests: UInt64?
        /// Bytes written.
        public let writtenBytes: UInt64?
        /// Requests to flush.
        public let flushRequests: UInt64?
        /// The size that the guest sees, in bytes.
        public let capacity: UInt64?
        /// The bytes that its image takes on the host.
        public let allocation: UInt64?
    }

    /// A network interface; received is what the guest received.
    public struct Interface: Sendable, Hashable {
        /// Its name on the host.
        public let name: String
        /// Bytes received.
        public let receivedBytes: UInt64?
        /// Packets received.
        public let receivedPackets: UInt64?
        /// Bytes sent.
        public let sentBytes: UInt64?
        /// Packets sent.
        public let sentPackets: UInt64?
    }
}

extension DomainStatistics {
    /// More of one kind than any guest has; a count beyond it is not believed.
    private static let listLimit: UInt32 = 4096

    init(_ values: TypedParameters) {
        state = DomainState(values)
        processorTime = values.unsignedLong("cpu.time").map { .nanoseconds(Int64(clamping: $0)) }
        vcpus = Self.indices(of: "vcpu.maximum", values).compactMap { index in
            guard values.int("vcpu.\(index).state") != nil else { return nil }
            let time = values.unsignedLong("vcpu.\(index).time")
            return VCPU(number: index, time: time.map { .nanoseconds(Int64(clamping: $0)) })
        }
        memory = Self.kibibytes(values.unsignedLong("balloon.current"))
        residentMemory = Self.kibibytes(values.unsignedLong("balloon.rss"))
        disks = Self.indices(of: "block.count", values).compactMap { index in
            let number = { (figure: String) in values.unsignedLong("block.\(index).\(figure)") }
            return values.text("block.\(index).name").map { name in
                Disk(
                    target: name, readRequests: number("rd.reqs"), readBytes: number("rd.bytes"),
                    writeRequests: number("wr.reqs"), writtenBytes: number("wr.bytes"),
                    flushRequests: number("fl.reqs"), capacity: number("capacity"), allocation: number("allocation"))
            }
        }
        interfaces = Self.indices(of: "net.count", values).compactMap { index in
            let number = { (figure: String) in values.unsignedLong("net.\(index).\(figure)") }
            return values.text("net.\(index).name").map { name in
                Interface(
                    name: name, receivedBytes: number("rx.bytes"), receivedPackets: number("rx.pkts"),
                    sentBytes: number("tx.bytes"), sentPackets: number("tx.pkts"))
            }
        }
    }

    private static func indices(of count: String, _ values: TypedParameters) -> Range<Int> {
        0..<Int(min(values.unsignedInt(count) ?? 0, listLimit))
    }

    private static func kibibytes(_ count: UInt64?) -> UInt64? {
        guard let (bytes, overflows) = count?.multipliedReportingOverflow(by: 1024) else { return nil }
        return overflows ? .max : bytes
    }
}

extension Domain {
    /// What it used so far.
    ///
    /// `virDomainListGetStats` for this domain alone, libvirt 1.2.8. Blocks, in the lane `monitor`: for a domain that
    /// runs it asks its hypervisor, for ever where that does not answer. A domain's hypervisor is asked by one call at
    /// a time, so one that hangs costs one thread of the lane, and nobody else's figures.
    ///
    /// - Parameter deadline: When to give up; wanted.
    /// - Returns: The figures; of a domain that does not run, little more than its state.
    /// - Throws: `reported` with `noDomain`; `domainHung`; as ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func statistics(deadline: ContinuousClock.Instant?) async throws(LibvirtError) -> DomainStatistics {
        let name: StaticString = "virDomainListGetStats"
        let groups = [
            VIR_DOMAIN_STATS_STATE, VIR_DOMAIN_STATS_CPU_TOTAL, VIR_DOMAIN_STATS_BALLOON, VIR_DOMAIN_STATS_VCPU,
            VIR_DOMAIN_STATS_INTERFACE, VIR_DOMAIN_STATS_BLOCK,
        ].reduce(0) { $0 | $1.rawValue }
        return try await handle.call(name, lane: .monitor, deadline: deadline, access: .machine) {
            domain throws(LibvirtError) -> DomainStatistics in
            var list: UnsafeMutablePointer<virDomainStatsRecordPtr?>?
            var domains: [virDomainPtr?] = [domain, nil]
            let count = try succeeded(name, virDomainListGetStats(&domains, groups, &list, 0))
            // SAFETY: libvirt gave `count` records; one call frees them and the list.
            defer { virDomainStatsRecordListFree(list) }
            guard count == 1, let record = list?.pointee?.pointee else { throw .noRecord(of: name) }
            return DomainStatistics(TypedParameters(record.params, count: record.nparams))
        }
    }
}

extension LibvirtError {
    /// libvirt leaves a domain out that went away meanwhile, and calls that a success.
    fileprivate static func noRecord(of call: StaticString) -> LibvirtError {
        .reported(
            Report(
                code: .noDomain, domain: .unspecified, level: .error, call: String(describing: call),
                message: "the domain is gone"))
    }
}
