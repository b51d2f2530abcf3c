// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel

/// Which values the stored properties of generated instances have had, found by reflection, so that a property which
/// the model gets is among them without a word here.
public struct StoredFields: Sendable {
    /// The values by the property's path, such as `disks.limits.burst.seconds`, shortened.
    public private(set) var values: [String: Set<String>] = [:]

    /// The paths of the properties that have had one value alone.
    public var constant: [String] { values.filter { $0.value.count < 2 }.keys.sorted() }

    /// No values yet.
    public init() {}

    /// Takes down what the properties of an instance have.
    public mutating func record(_ instance: Instance) {
        record(instance, at: "")
    }

    private mutating func record(_ value: Any, at path: String) {
        if let secret = value as? Secret { return secret.expose { note($0, at: path) } }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional:
            guard let some = mirror.children.first else { return note("nil", at: path) }
            note("some", at: path)
            record(some.value, at: path)
        case .collection, .set:
            note("\(mirror.children.count)", at: path)
            for child in mirror.children { record(child.value, at: path) }
        case .dictionary: note("\(value)", at: path)
        case .enum:
            guard let payload = mirror.children.first else { return note("\(value)", at: path) }
            let name = payload.label ?? ""
            note(name, at: path)
            record(payload.value, at: "\(path).\(name)")
        case .struct, .tuple:
            for child in mirror.children {
                let label = child.label ?? ""
                record(child.value, at: path.isEmpty ? label : "\(path).\(label)")
            }
        default: note("\(value)", at: path)
        }
    }

    private mutating func note(_ value: String, at path: String) {
        // A few are enough to tell that a property varies.
        guard values[path, default: []].count < 8 else { return }
        values[path, default: []].insert(String(value.prefix(40)))
    }
}
