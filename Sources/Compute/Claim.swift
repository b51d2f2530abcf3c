// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel

/// Something that only one instance on a host can have, such as a name or a port.
public struct Claim: Sendable, Hashable, CustomStringConvertible {
    /// What kind of thing it is.
    public let kind: Kind
    /// Which one, in the one form in which it is always written: MAC addresses and UUIDs in lower case.
    public let value: String

    /// A claim on `value`.
    public init(_ kind: Kind, _ value: String) {
        self.kind = kind
        self.value = value
    }

    /// The kinds of things that are claimed; open, so that later ones need no other database.
    public struct Kind: RawRepresentable, Sendable, Hashable {
        /// The stable name, used in the database.
        public let rawValue: String
        /// A kind by its stable name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// An instance's name.
        public static let name = Kind(rawValue: "name")
        /// A domain's UUID.
        public static let uuid = Kind(rawValue: "uuid")
        /// A MAC address.
        public static let mac = Kind(rawValue: "mac")
        /// A port of the host, such as `tcp:127.0.0.1:2222`.
        public static let port = Kind(rawValue: "port")
        /// A processor of the host that runs one guest's threads alone, by its number.
        public static let cpu = Kind(rawValue: "cpu")
        /// A guest's number for sockets of vsock(7).
        public static let vsock = Kind(rawValue: "vsock")
        /// A function on the host's PCI, such as `0000:03:00.0`.
        public static let pci = Kind(rawValue: "pci")
        /// A mediated device, by its UUID.
        public static let mediatedDevice = Kind(rawValue: "mdev")
        /// A kind of USB device of the host, such as `1d6b:0002`.
        public static let usb = Kind(rawValue: "usb")
        /// A volume, by its name.
        public static let volume = Kind(rawValue: "volume")
        /// Huge pages of an instance, `SIZE:COUNT:UUID` with the size in KiB, and `:NODE,NODE` where they come from
        /// certain NUMA nodes of the host (``HugePageClaim``): how many are held is the sum.
        public static let hugePages = Kind(rawValue: "huge-pages")
    }

    /// The kind and the value, such as `name web-1`.
    public var description: String { "\(kind.rawValue) \(value)" }
}

/// A claim and who has it.
public struct HeldClaim: Sendable, Hashable {
    /// The claim.
    public let claim: Claim
    /// The instance that has it.
    public let instanceID: InstanceID
    /// The operation that made it.
    public let operationID: OperationID

    /// A claim that is held.
    public init(claim: Claim, instanceID: InstanceID, operationID: OperationID) {
        self.claim = claim
        self.instanceID = instanceID
        self.operationID = operationID
    }
}
