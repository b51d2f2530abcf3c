// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Why a document was not read, written or accepted.
public enum XMLError: Error, Sendable, Hashable {
    /// The text is not well-formed XML with namespaces; the position counts from 1.
    case malformed(line: Int, column: Int, message: String)
    /// The bytes are not UTF-8, the only encoding that is read.
    case notUTF8
    /// The document declares an encoding other than UTF-8.
    case unsupportedEncoding(String)
    /// The document has a document type declaration, which could define entities or name files.
    case documentTypeRefused
    /// The text is larger than the limit, in bytes.
    case tooLarge(bytes: Int, limit: Int)
    /// Elements are nested more deeply than the limit.
    case tooDeep(limit: Int)
    /// A namespace's URI is longer than the limit, in bytes.
    case namespaceTooLong(limit: Int)
    /// There are more elements, attributes and other nodes than the limit.
    case tooManyNodes(limit: Int)
    /// A name that XML does not allow.
    case invalidName(String)
    /// A value that XML cannot carry; the place is an element's name, with `/@` and an attribute's where it is in one.
    case unencodable(Unencodable, place: String)
    /// An element has two attributes of one name.
    case duplicateAttribute(element: String, attribute: String)
    /// A name's prefix is not bound to its namespace where it stands.
    case unboundNamespace(name: String, namespace: String?)
    /// The schema could not be read or compiled.
    case schema(path: String, message: String)
    /// The document is not what the schema demands; at least one violation.
    case invalid([XMLViolation])
    /// libxml2 could not get memory.
    case outOfMemory

    /// What XML cannot carry.
    public enum Unencodable: Sendable, Hashable {
        /// A character outside XML 1.0's set, such as most control characters (XML 1.0, production 2).
        case character(Unicode.Scalar)
        /// A comment with `--` in it or `-` at its end.
        case comment
        /// A processing instruction with `?>` in it or white space at its start.
        case processingInstruction
        /// A namespace URI with white space, a quote, `<` or `&` in it.
        case namespace(String)
    }
}

/// One thing that a schema has against a document.
public struct XMLViolation: Sendable, Hashable {
    /// The line, from 1, in the document written with ``XMLIndentation/twoSpaces``.
    public var line: Int
    /// The XPath of the innermost element or attribute without which the document would be valid, such as
    /// `/domain/devices/disk[2]/@type`; of the innermost one around what is missing, where something is.
    public var path: String
    /// What libxml2 says of the whole document, which is often less exact than the path.
    public var message: String

    /// Makes a violation of its parts.
    public init(line: Int, path: String, message: String) {
        self.line = line
        self.path = path
        self.message = message
    }
}

extension XMLError: CustomStringConvertible {
    /// The error as a sentence without a full stop.
    public var description: String {
        switch self {
        case .malformed(let line, let column, let message): "line \(line), column \(column): \(message)"
        case .notUTF8: "the text is not UTF-8"
        case .unsupportedEncoding(let name): "the encoding \(name.debugDescription) is not read, only UTF-8"
        case .documentTypeRefused: "a document type declaration is refused"
        case .tooLarge(let bytes, let limit): "the text has \(bytes) bytes, more than \(limit)"
        case .tooDeep(let limit): "elements are nested more than \(limit) deep"
        case .namespaceTooLong(let limit): "a namespace's URI has more than \(limit) bytes"
        case .tooManyNodes(let limit): "there are more than \(limit) nodes"
        case .invalidName(let name): "\(name.debugDescription) is not a name in XML"
        case .unencodable(let what, let place): "\(place): \(what)"
        case .duplicateAttribute(let element, let attribute): "\(element) has the attribute \(attribute) twice"
        case .unboundNamespace(let name, let namespace):
            "the prefix of \(name) is not bound to \(namespace ?? "no namespace") there"
        case .schema(let path, let message): "the schema \(path): \(message)"
        case .invalid(let violations): violations.map(\.description).joined(separator: "; ")
        case .outOfMemory: "out of memory"
        }
    }
}

extension XMLError.Unencodable: CustomStringConvertible {
    /// The reason as a sentence without a full stop.
    public var description: String {
        switch self {
        case .character(let scalar):
            "the character U+\(String(scalar.value, radix: 16, uppercase: true)) cannot be in XML"
        case .comment: "a comment cannot hold \"--\" or end with \"-\""
        case .processingInstruction: "a processing instruction cannot hold \"?>\" or start with white space"
        case .namespace(let uri): "\(uri.debugDescription) cannot be a namespace's URI"
        }
    }
}

extension XMLViolation: CustomStringConvertible {
    /// Where and what.
    public var description: String { "\(path) (line \(line)): \(message)" }
}
