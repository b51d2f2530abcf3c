// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

/// A domain's size and processor time (`virDomainInfo`).
public struct DomainInfo: Sendable, Hashable {
    /// What it does. The reason is always the unknown one; ``Domain/state(deadline:)`` has it.
    public let state: DomainState
    /// The most memory it can have, in bytes.
    public let maximumMemoryBytes: UInt64
    /// The memory it has, in bytes.
    public let memoryBytes: UInt64
    /// Its virtual CPUs.
    public let vcpus: Int
    /// Processor time that it has used, in nanoseconds.
    public let cpuTimeNanoseconds: UInt64

    init(_ info: virDomainInfo) {
        state = DomainState(state: Int32(info.state), reason: 0)
        maximumMemoryBytes = UInt64(info.maxMem) * 1024
        memoryBytes = UInt64(info.memory) * 1024
        vcpus = Int(info.nrVirtCpu)
        cpuTimeNanoseconds = info.cpuTime
    }
}
