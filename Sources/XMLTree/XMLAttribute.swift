// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// One attribute: a name and a value, unescaped.
public struct XMLAttribute: Sendable, Hashable {
    /// The attribute's name.
    public var name: XMLName
    /// The value as meant, without any escaping.
    public var value: String

    /// Makes an attribute; whether XML can carry it is checked when it is written.
    public init(_ name: XMLName, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A namespace declaration on an element: `xmlns:prefix="uri"`, or `xmlns="uri"` without a prefix.
public struct XMLNamespace: Sendable, Hashable {
    /// The prefix that is bound; nil for the default namespace.
    public var prefix: String?
    /// The namespace's URI; empty only together with a nil prefix, where it takes the default namespace away.
    public var uri: String

    /// Makes a declaration; whether XML can carry it is checked when it is written.
    public init(prefix: String?, uri: String) {
        self.prefix = prefix
        self.uri = uri
    }
}
