// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
public import InstanceModel

/// The tap device of one interface of an instance, by the names that it has on the host.
public struct TapDevice: Sendable, Hashable {
    /// The instance.
    public let instance: InstanceID
    /// The interface's index, from 0.
    public let index: Int

    /// The tap device of the interface `index` of `instance`.
    public init(instance: InstanceID, index: Int) {
        self.instance = instance
        self.index = index
    }

    /// The device's name: `rst`, the first nine hexadecimal digits of the UUID and the index, at most the 15 bytes
    /// that the kernel takes for an index below 1,000.
    public var name: String {
        "rst\(instance.description.filter { $0 != "-" }.prefix(9))\(index)"
    }

    /// The owner's mark on the device (`ip link set … alias`).
    var alias: String {
        "roost:\(instance):\(index)"
    }

    /// The device that carries this owner's mark; nil for anything else.
    init?(alias: String) {
        let parts = alias.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "roost", let instance = InstanceID(String(parts[1])),
            let index = Int(parts[2])
        else { return nil }
        self.init(instance: instance, index: index)
        guard self.alias == alias else { return nil }
    }
}
