// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import InstanceModel
import SystemPackage

/// The documents of a NoCloud seed, as JSON, which is YAML too.
struct NoCloudDocuments: Sendable {
    /// The files, by cloud-init's names.
    let files: [(name: String, content: [UInt8])]

    init(
        _ cloudInit: CloudInit, id: InstanceID, name: InstanceName, interfaces: [MACAddress]
    ) throws(StorageError) {
        let metaData = MetaData(
            instanceID: id.description, localHostname: cloudInit.hostname?.description ?? name.description,
            publicKeys: cloudInit.sshKeys.isEmpty ? nil : cloudInit.sshKeys.map(\.description))
        var files = [("meta-data", try Self.json(metaData)), ("user-data", try Self.userData(cloudInit, id))]
        if let networkData = cloudInit.networkData {
            files.append(("network-config", networkData.expose { Array($0.utf8) }))
        } else if !interfaces.isEmpty {
            files.append(("network-config", try Self.json(NetworkConfig(interfaces))))
        }
        self.files = files
    }

    private struct MetaData: Encodable {
        let instanceID: String
        let localHostname: String
        let publicKeys: [String]?

        enum CodingKeys: String, CodingKey {
            case instanceID = "instance-id"
            case localHostname = "local-hostname"
            case publicKeys = "public-keys"
        }
    }

    /// Version 2 of cloud-init's network configuration: DHCP on each interface.
    ///
    /// An interface is found by its address and gets a name: not every renderer of cloud-init knows patterns of names,
    /// while all know these two.
    private struct NetworkConfig: Encodable {
        let version = 2
        let ethernets: [String: Ethernet]

        init(_ interfaces: [MACAddress]) {
            let entries = interfaces.enumerated().map { index, mac in
                let ethernet = Ethernet(
                    match: Match(macaddress: mac.description), setName: "eth\(index)", dhcp4: true,
                    optional: index == 0 ? nil : true)
                return ("eth\(index)", ethernet)
            }
            ethernets = Dictionary(uniqueKeysWithValues: entries)
        }

        enum CodingKeys: String, CodingKey {
            case version, ethernets
        }
    }

    private struct Ethernet: Encodable {
        let match: Match
        let setName: String
        let dhcp4: Bool
        /// Whether a boot goes on without it; the first interface is waited for.
        let optional: Bool?

        enum CodingKeys: String, CodingKey {
            case match, dhcp4, optional
            case setName = "set-name"
        }
    }

    private struct Match: Encodable {
        let macaddress: String
    }

    private static func userData(_ cloudInit: CloudInit, _ id: InstanceID) throws(StorageError) -> [UInt8] {
        switch cloudInit.userData {
        case .text(let text): text.expose { Array($0.utf8) }
        case .digest: throw .userDataNotKept(id)
        case nil: Array("#cloud-config\n{}\n".utf8)
        }
    }

    private static func json(_ document: some Encodable) throws(StorageError) -> [UInt8] {
        let encoder = JSONEncoder()
        // YAML 1.1, which cloud-init's parser reads, does not know the escape `\/`.
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(document)) + [0x0A]
        } catch {
            throw .manifestUnreadable("meta-data", reason: "it cannot be encoded")
        }
    }
}
