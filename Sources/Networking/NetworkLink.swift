// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation

/// A network device as `ip -json -details link show` tells it.
struct NetworkLink: Sendable, Hashable {
    /// The name.
    let name: String
    /// The alias, where there is one.
    let alias: String?
    /// The name of the bridge or other device that it is part of.
    let master: String?
    /// Whether it is a tap device.
    let isTap: Bool
    /// The user who may open it, as `ip` names or numbers him.
    let user: String?

    /// Whether it carries the mark of `tap`, or has its name and no mark at all.
    func belongs(to tap: TapDevice) -> Bool {
        name == tap.name && (alias == nil || alias == tap.alias)
    }

    /// The devices in `output`; nil where it is something else.
    static func list(from output: [UInt8]) -> [NetworkLink]? {
        // `ip` writes nothing at all where no device is of the kind that was asked for.
        guard !output.isEmpty else { return [] }
        let entries = try? JSONDecoder().decode([Entry].self, from: Data(output))
        return entries.map { $0.compactMap(\.link) }
    }

    /// One entry; those that a filter left out are written as empty objects.
    private struct Entry: Decodable {
        let ifname: String?
        let ifalias: String?
        let master: String?
        let linkinfo: Info?

        struct Info: Decodable {
            let infoKind: String?
            let infoData: Values?

            enum CodingKeys: String, CodingKey {
                case infoKind = "info_kind"
                case infoData = "info_data"
            }
        }

        struct Values: Decodable {
            let type: String?
            let user: String?

            enum CodingKeys: String, CodingKey {
                case type, user
            }

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                // Other kinds of devices may have fields of these names and other types.
                type = try? container.decode(String.self, forKey: .type)
                user =
                    (try? container.decode(String.self, forKey: .user))
                    ?? (try? container.decode(UInt32.self, forKey: .user)).map(String.init)
            }
        }

        var link: NetworkLink? {
            guard let ifname else { return nil }
            let isTap = linkinfo?.infoKind == "tun" && linkinfo?.infoData?.type == "tap"
            return NetworkLink(
                name: ifname, alias: ifalias, master: master, isTap: isTap, user: linkinfo?.infoData?.user)
        }
    }
}
