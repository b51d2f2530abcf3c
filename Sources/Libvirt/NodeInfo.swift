// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

/// The processors and memory of a host (`virNodeInfo`).
public struct NodeInfo: Sendable, Hashable {
    /// The processor's model, or the architecture where libvirt knows no more.
    public let model: String
    /// Memory in bytes.
    public let memoryBytes: UInt64
    /// Processors that are switched on.
    public let cpus: Int
    /// Megahertz as the host's kernel says; 0 where it does not.
    public let megahertz: Int
    /// NUMA cells; 1 on a host without, or with an odd layout.
    public let numaCells: Int
    /// Sockets in a NUMA cell.
    public let socketsPerCell: Int
    /// Cores in a socket.
    public let coresPerSocket: Int
    /// Threads in a core.
    public let threadsPerCore: Int

    init(_ info: virNodeInfo) {
        // SAFETY: the bytes are of a value, and read only while the call lasts.
        model = withUnsafeBytes(of: info.model) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        memoryBytes = UInt64(info.memory) * 1024
        cpus = Int(info.cpus)
        megahertz = Int(info.mhz)
        numaCells = Int(info.nodes)
        socketsPerCell = Int(info.sockets)
        coresPerSocket = Int(info.cores)
        threadsPerCore = Int(info.threads)
    }
}
