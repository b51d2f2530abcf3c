// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// One value that an instance's document says otherwise than another document of the same instance.
public struct DocumentChange: Sendable, Hashable {
    /// The value's path in the stored form, such as `disks[0].limits.iops`.
    public let path: String
    /// The value before, as text; nil where there was none.
    public let from: String?
    /// The value afterwards, as text; nil where there is none.
    public let to: String?

    /// A change of these parts.
    public init(path: String, from: String?, to: String?) {
        self.path = path
        self.from = from
        self.to = to
    }
}

extension DocumentChange: CustomStringConvertible {
    /// Where and what, in words.
    public var description: String {
        switch (from, to) {
        case (let from?, let to?): "\(path) changes from \(from.debugDescription) to \(to.debugDescription)"
        case (nil, let to?): "\(path) is set to \(to.debugDescription)"
        case (let from?, nil): "\(path) is no longer set; it was \(from.debugDescription)"
        case (nil, nil): path
        }
    }
}

extension InstanceDocument {
    /// What the stored form of a newer instance says otherwise than that of an older one: what is kept of both is the
    /// same where there is nothing. In the older one's order, then what the newer one adds. No secret is among it,
    /// since the stored form has none.
    public static func changes(from older: Instance, to newer: Instance) -> [DocumentChange] {
        let (before, after) = (values(of: older), values(of: newer))
        let old = Dictionary(before, uniquingKeysWith: { first, _ in first })
        let new = Dictionary(after, uniquingKeysWith: { first, _ in first })
        let kept = before.compactMap { path, from in
            new[path] == from ? nil : DocumentChange(path: path, from: from, to: new[path])
        }
        let added = after.compactMap { path, to in
            old[path] == nil ? DocumentChange(path: path, from: nil, to: to) : nil
        }
        return kept + added
    }

    private static func values(of instance: Instance) -> [(String, String)] {
        // What `stored` writes can be read: it is JSON of a few levels.
        guard let tree = try? DocumentParser.parse(Array(stored(instance).utf8)) else { return [] }
        var values: [(String, String)] = []
        collect(tree, at: "", into: &values)
        return values
    }

    private static func collect(_ node: DocumentNode, at path: String, into values: inout [(String, String)]) {
        switch node.content {
        case .scalar(let text, _): values.append((path, text))
        case .sequence(let items):
            for (index, item) in items.enumerated() { collect(item, at: "\(path)[\(index)]", into: &values) }
        case .mapping(let entries):
            // An empty mapping says something by being there, such as a device without further wishes.
            if entries.isEmpty, path != "labels" { values.append((path, "{}")) }
            for entry in entries {
                collect(entry.value, at: path.isEmpty ? entry.key : "\(path).\(entry.key)", into: &values)
            }
        }
    }
}
