// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension DomainEvent {
    /// How a job ended (`virDomainJobInfo` in typed parameters).
    public struct JobResult: Sendable, Hashable {
        /// What the job did.
        public let operation: Operation
        /// Whether it went well; `nil` where the daemon, older than libvirt 6.0, does not say.
        public let succeeded: Bool?
        /// How long it took; `nil` where the daemon does not say.
        public let time: Duration?
        /// Why it failed; `nil` where it did not, or the daemon, older than libvirt 8.4, does not say.
        public let message: String?

        /// What a job does, by libvirt's number (`virDomainJobOperation`).
        public struct Operation: RawRepresentable, Sendable, Hashable {
            /// libvirt's number.
            public let rawValue: Int32
            /// The operation with a number.
            public init(rawValue: Int32) { self.rawValue = rawValue }
            /// Not known.
            public static let unknown = Operation(rawValue: 0)
            /// Starts the guest.
            public static let start = Operation(rawValue: 1)
            /// Saves its state.
            public static let save = Operation(rawValue: 2)
            /// Restores its state.
            public static let restore = Operation(rawValue: 3)
            /// Receives it from another host.
            public static let migrationIn = Operation(rawValue: 4)
            /// Moves it to another host.
            public static let migrationOut = Operation(rawValue: 5)
            /// Takes a snapshot.
            public static let snapshot = Operation(rawValue: 6)
            /// Goes back to a snapshot.
            public static let snapshotRevert = Operation(rawValue: 7)
            /// Dumps its memory.
            public static let dump = Operation(rawValue: 8)
            /// Backs up its disks.
            public static let backup = Operation(rawValue: 9)
        }
    }

    /// Which piece of metadata changed (`virDomainMetadataType`).
    public enum MetadataChange: Sendable, Hashable {
        /// `<description>`
        case description
        /// `<title>`
        case title
        /// The child of `<metadata>` in a namespace.
        case element(namespace: String)
        /// A kind that is not known here, by libvirt's number.
        case unrecognized(Int32)

        init(kind: Int32, namespace: String?) {
            self =
                switch kind {
                case 0: .description
                case 1: .title
                case 2: .element(namespace: namespace ?? "")
                default: .unrecognized(kind)
                }
        }
    }

    /// Memory of the host that failed.
    public struct MemoryFailure: Sendable, Hashable {
        /// Whose memory it was.
        public let recipient: Recipient
        /// What was done about it.
        public let action: Action
        /// Whether the one who used the memory has to act at once (`VIR_DOMAIN_MEMORY_FAILURE_ACTION_REQUIRED`).
        public let mustAct: Bool
        /// Whether it failed while an earlier failure was dealt with (`VIR_DOMAIN_MEMORY_FAILURE_RECURSIVE`).
        public let isRecursive: Bool

        /// Whose memory failed, by libvirt's number (`virDomainMemoryFailureRecipientType`).
        public struct Recipient: RawRepresentable, Sendable, Hashable {
            /// libvirt's number.
            public let rawValue: Int32
            /// The recipient with a number.
            public init(rawValue: Int32) { self.rawValue = rawValue }
            /// The hypervisor's own.
            public static let hypervisor = Recipient(rawValue: 0)
            /// The guest's.
            public static let guest = Recipient(rawValue: 1)
        }

        /// What was done about it, by libvirt's number (`virDomainMemoryFailureActionType`).
        public struct Action: RawRepresentable, Sendable, Hashable {
            /// libvirt's number.
            public let rawValue: Int32
            /// The action with a number.
            public init(rawValue: Int32) { self.rawValue = rawValue }
            /// Nothing.
            public static let ignore = Action(rawValue: 0)
            /// The guest was told.
            public static let inject = Action(rawValue: 1)
            /// The guest cannot go on.
            public static let fatal = Action(rawValue: 2)
            /// The guest was reset.
            public static let reset = Action(rawValue: 3)
        }
    }
}
