// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What a running guest is given at once, and what it had before: enough to do it, to undo it, and to see which of the
/// two it has.
public enum LiveChange: Sendable, Hashable, Codable {
    /// How fast the disk of this index and target may be used (`virDomainSetBlockIoTune`): each of libvirt's
    /// quantities, 0 for no limit.
    case limits(disk: Int, target: String, from: [String: Int], to: [String: Int])
    /// Whether the cable of the interface of this index and address is plugged in (`virDomainUpdateDeviceFlags`).
    case link(interface: Int, mac: String, isUp: Bool)
    /// The instance's document in the guest's metadata (`virDomainSetMetadata`).
    case document(from: String, to: String)
    /// How many virtual processors it has (`virDomainSetVcpusFlags`): more than before.
    case vcpus(from: Int, to: Int)

    /// The name in the journal and in progress.
    public var name: String {
        switch self {
        case .limits(let index, _, _, _): "limits-\(index)"
        case .link(let index, _, _): "link-\(index)"
        case .document: "metadata"
        case .vcpus: "vcpus"
        }
    }
}
