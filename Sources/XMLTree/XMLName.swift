// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The name of an element or attribute: its local part, the prefix that it is written with, and its namespace.
///
/// A string literal is a name without prefix and namespace, so `"disk"` names libvirt's element. Two names *denote* the
/// same thing when local part and namespace agree, whatever their prefixes (Namespaces in XML 1.0, section 2.1).
public struct XMLName: Sendable, Hashable {
    /// The name without its prefix.
    public var local: String
    /// The prefix that the name is written with.
    public var prefix: String?
    /// The namespace's URI; nil for a name in no namespace.
    public var namespace: String?

    /// Makes a name; whether XML can carry it is checked when it is written.
    public init(_ local: String, prefix: String? = nil, namespace: String? = nil) {
        self.local = local
        self.prefix = prefix
        self.namespace = namespace
    }

    /// The namespace of `xml:lang` and its kin, which every document knows without a declaration.
    public static let xmlNamespace = "http://www.w3.org/XML/1998/namespace"

    /// The name as it is written, with its prefix.
    public var qualified: String {
        prefix.map { "\($0):\(local)" } ?? local
    }

    /// Whether the two names mean the same thing: equal local part and namespace, whatever the prefixes.
    public func denotes(_ other: XMLName) -> Bool {
        local == other.local && namespace == other.namespace
    }
}

extension XMLName: ExpressibleByStringLiteral, CustomStringConvertible {
    /// Makes a name without prefix and namespace.
    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// The name as it is written, with its prefix.
    public var description: String { qualified }
}
