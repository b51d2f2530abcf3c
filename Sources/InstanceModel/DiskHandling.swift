// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension Disk {
    /// How the host does what a guest asks of a disk (`<driver>`); what is nil follows from the disk and the host.
    public struct Handling: Sendable, Hashable {
        /// How QEMU reads and writes; absent, `native` past the host's cache, else threads.
        public let io: InputOutput?
        /// What happens to blocks that the guest gives back; absent, the host gets them.
        public let discard: Discard?
        /// What happens to zeros that the guest writes; absent, they are written.
        public let detectZeroes: DetectZeroes?
        /// The queues of a virtio disk; absent, QEMU's choice.
        public let queues: QueueCount?
        /// What happens where the host cannot read or write; absent, the guest is paused where the host's disk is full,
        /// and else told.
        public let errorPolicy: ErrorPolicy?
        /// How fast a disk on SCSI or SATA says that it turns; absent, it says nothing.
        public let rotation: RotationRate?

        /// How the host does it.
        public init(
            io: InputOutput? = nil, discard: Discard? = nil, detectZeroes: DetectZeroes? = nil,
            queues: QueueCount? = nil, errorPolicy: ErrorPolicy? = nil, rotation: RotationRate? = nil
        ) {
            self.io = io
            self.discard = discard
            self.detectZeroes = detectZeroes
            self.queues = queues
            self.errorPolicy = errorPolicy
            self.rotation = rotation
        }
    }

    /// How QEMU does the host's input and output.
    public enum InputOutput: String, Sendable, Hashable, CaseIterable {
        /// Linux's own asynchronous one, past the host's cache alone.
        case native
        /// A pool of threads.
        case threads
        /// io_uring.
        case ioUring = "io_uring"
    }

    /// What happens to blocks that the guest gives back.
    public enum Discard: String, Sendable, Hashable, CaseIterable {
        /// The host gets them.
        case unmap
        /// The disk keeps them.
        case ignore
    }

    /// What happens to zeros that the guest writes.
    public enum DetectZeroes: String, Sendable, Hashable, CaseIterable {
        /// They are written as they come.
        case off
        /// They take no place where the image's format can do that.
        case on
        /// As `on`, and the host gets the blocks.
        case unmap
    }

    /// What happens where the host cannot read or write.
    public enum ErrorPolicy: String, Sendable, Hashable, CaseIterable {
        /// The guest is paused.
        case stop
        /// The guest is told.
        case report
        /// The guest is told that all went well.
        case ignore
        /// The guest is paused where the host's disk is full, and else told.
        case enospace
    }
}

/// How fast a disk says that it turns (`<target rotation_rate>`): 1 for one without moving parts, else 1,025 to 65,534
/// times a minute.
public struct RotationRate: Sendable, Hashable {
    /// The number.
    public let value: Int

    static let range = 1...65_534

    /// A rate.
    ///
    /// - Throws: ``RuleViolation`` for any number but 1 and 1,025 to 65,534.
    public init(_ value: Int) throws(RuleViolation) {
        guard value == 1 || (1_025...65_534).contains(value) else {
            throw RuleViolation(
                value: "\(value)", rule: "a rotation rate is 1, for none, or 1025 to 65534 a minute",
                remedy: "write 1 for an SSD")
        }
        self.value = value
    }
}
