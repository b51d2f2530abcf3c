// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The instance document, version 1: an ``Instance`` as people write it in YAML or JSON, and as Roost stores it.
///
/// The reader is strict. An unknown key, a value of another type and a broken rule are problems, each with its path,
/// line, value, rule and remedy, and all of them are reported at once.
public enum InstanceDocument {
    /// The versions that are read.
    public static let supportedVersions = Array(supportedRange)
    static let supportedRange = 1...1

    /// Reads a document.
    ///
    /// - Parameters:
    ///   - text: YAML 1.2 or JSON, at most 1 MiB, without anchors, aliases, tags and merge keys.
    ///   - attachments: gives the text of the file that `user_data_file` names; its violation must not show that text.
    ///     Unless given, every such file is refused.
    /// - Returns: the instance that the document describes.
    /// - Throws: ``InvalidSpec`` with all problems in the document's order, none of which shows user data or network
    ///   data; one problem where the text cannot be read as YAML or JSON at all.
    public static func parse(
        _ text: String, attachments: (String) throws(RuleViolation) -> String = refuse
    ) throws(InvalidSpec) -> Instance {
        try parse(bytes: Array(text.utf8), attachments: attachments)
    }

    /// Reads a document from the bytes of a file, which must be UTF-8.
    ///
    /// - Parameters:
    ///   - bytes: YAML 1.2 or JSON, at most 1 MiB, without anchors, aliases, tags and merge keys.
    ///   - attachments: gives the text of the file that `user_data_file` names; its violation must not show that text.
    ///     Unless given, every such file is refused.
    /// - Returns: the instance that the document describes.
    /// - Throws: ``InvalidSpec`` as ``parse(_:attachments:)`` does.
    public static func parse(
        bytes: [UInt8], attachments: (String) throws(RuleViolation) -> String = refuse
    ) throws(InvalidSpec) -> Instance {
        try InstanceReader.read(try DocumentParser.parse(bytes), from: .user, attachments: attachments)
    }

    /// Reads what ``stored(_:)`` wrote, also where a person edited it: user data is its digest, and there is no network
    /// data.
    ///
    /// - Throws: ``InvalidSpec`` with all problems.
    public static func parseStored(_ json: String) throws(InvalidSpec) -> Instance {
        try InstanceReader.read(try DocumentParser.parse(Array(json.utf8)), from: .store, attachments: refuse)
    }

    /// Gives no file.
    ///
    /// - Throws: ``RuleViolation``, always.
    public static func refuse(_ name: String) throws(RuleViolation) -> String {
        throw RuleViolation(
            value: name, rule: "this document may not name files", remedy: "write the text itself as `user_data`")
    }
}
