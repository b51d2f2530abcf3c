// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What a document may hold at one place, as its reader asks for it; more than one kind where the reader takes any.
struct DocumentForm: Sendable, Hashable {
    /// The keys of a mapping, in the order in which they are known; nil where no such mapping may stand here.
    var keys: [String]?
    /// The keys that must be there.
    var required: Set<String> = []
    /// Whether a mapping of any keys may stand here.
    var hasFreeKeys = false
    /// Whether a list may stand here.
    var isList = false
    /// The scalars that may stand here.
    var scalars: Set<Scalar> = []

    /// A kind of scalar.
    enum Scalar: Sendable, Hashable {
        /// Text; all that the reader takes matches the regular expression (ECMA 262), where there is one.
        case text(matching: String?)
        /// One of these words.
        case choice([String])
        /// A whole number.
        case wholeNumber(ClosedRange<Int>?)
        /// `true` or `false`.
        case boolean
    }
}

/// What a document may hold, by path: `disks[].size` is the size of any disk, `labels.*` any label's value.
struct DocumentForms: Sendable, Hashable {
    private(set) var byPath: [String: DocumentForm] = [:]

    mutating func record(_ path: String, _ change: (inout DocumentForm) -> Void) {
        change(&byPath[path, default: DocumentForm()])
    }

    /// The path of a key's value.
    static func path(of key: String, in path: String) -> String {
        path.isEmpty ? key : "\(path).\(key)"
    }

    /// The path of a list's items.
    static func path(ofItemsOf path: String) -> String {
        path + "[]"
    }

    /// The path of the values of a mapping of any keys.
    static func path(ofAnyKeyOf path: String) -> String {
        self.path(of: "*", in: path)
    }
}
