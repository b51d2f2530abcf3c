// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// One place where two trees differ.
public struct XMLDifference: Sendable, Hashable {
    /// What differs.
    public enum Kind: Sendable, Hashable {
        /// The element is in the expected tree alone.
        case missingElement
        /// The element is in the actual tree alone.
        case unexpectedElement
        /// The attribute is in the expected tree alone.
        case missingAttribute(expected: String)
        /// The attribute is in the actual tree alone.
        case unexpectedAttribute(actual: String)
        /// An attribute or an element's text has another value.
        case value(expected: String, actual: String)
        /// Element names follow one another differently.
        case order(expected: [String], actual: [String])
    }

    /// The XPath of the element or attribute, such as `/domain/devices/disk[2]/target/@dev`; a position among siblings
    /// of one name is that of the expected tree, or of the actual one where only it has the element.
    public var path: String
    /// What differs there.
    public var kind: Kind

    /// Makes a difference of its parts.
    public init(path: String, kind: Kind) {
        self.path = path
        self.kind = kind
    }
}

extension XMLDifference: CustomStringConvertible {
    /// Where, and what was expected and found.
    public var description: String {
        switch kind {
        case .missingElement, .missingAttribute: "\(path) is missing"
        case .unexpectedElement: "\(path) was not expected"
        case .unexpectedAttribute(let actual): "\(path) was not expected, and is \(actual.debugDescription)"
        case .value(let expected, let actual):
            "\(path) is \(actual.debugDescription), not \(expected.debugDescription)"
        case .order(let expected, let actual):
            "\(path) holds \(actual.joined(separator: ", ")), not \(expected.joined(separator: ", "))"
        }
    }
}
