// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel

/// What a running instance used since it started. What the hypervisor does not tell is nil, or not listed.
public struct InstanceStatistics: Sendable, Hashable {
    /// The instance.
    public let id: InstanceID
    /// Its state when it was asked.
    public let state: InstanceState
    /// The processor time that the guest and its hypervisor used.
    public let processorTime: Duration?
    /// The memory that the guest may use now.
    public let memory: ByteCount?
    /// The host's memory that its hypervisor has.
    public let residentMemory: ByteCount?
    /// The disks.
    public let disks: [DiskUse]
    /// The network interfaces.
    public let interfaces: [InterfaceUse]

    /// Statistics.
    public init(
        id: InstanceID, state: InstanceState, processorTime: Duration? = nil, memory: ByteCount? = nil,
        residentMemory: ByteCount? = nil, disks: [DiskUse] = [], interfaces: [InterfaceUse] = []
    ) {
        self.id = id
        self.state = state
        self.processorTime = processorTime
        self.memory = memory
        self.residentMemory = residentMemory
        self.disks = disks
        self.interfaces = interfaces
    }

    /// What a guest did with a disk.
    public struct DiskUse: Sendable, Hashable {
        /// The device in the guest's bus order, such as `vda`.
        public let target: String
        /// Bytes read.
        public let readBytes: UInt64?
        /// Requests to read.
        public let readRequests: UInt64?
        /// Bytes written.
        public let writtenBytes: UInt64?
        /// Requests to write.
        public let writeRequests: UInt64?

        /// A disk's use.
        public init(
            target: String, readBytes: UInt64?, readRequests: UInt64?, writtenBytes: UInt64?, writeRequests: UInt64?
        ) {
            self.target = target
            self.readBytes = readBytes
            self.readRequests = readRequests
            self.writtenBytes = writtenBytes
            self.writeRequests = writeRequests
        }
    }

    /// What a guest did with a network interface.
    public struct InterfaceUse: Sendable, Hashable {
        /// The interface's name on the host.
        public let name: String
        /// Bytes that the guest received.
        public let receivedBytes: UInt64?
        /// Bytes that the guest sent.
        public let sentBytes: UInt64?

        /// An interface's use.
        public init(name: String, receivedBytes: UInt64?, sentBytes: UInt64?) {
            self.name = name
            self.receivedBytes = receivedBytes
            self.sentBytes = sentBytes
        }
    }
}
