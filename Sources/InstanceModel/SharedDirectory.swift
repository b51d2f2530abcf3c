// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A directory of the host that the guest can mount (`<filesystem>` on virtio-fs).
public struct SharedDirectory: Sendable, Hashable {
    /// The name by which the guest mounts it.
    public let tag: ShareTag
    /// The directory, which the driver's configuration has to allow.
    public let source: HostPath
    /// Whether the guest may only read.
    public let isReadOnly: Bool

    /// A shared directory.
    public init(tag: ShareTag, source: HostPath, isReadOnly: Bool = false) {
        self.tag = tag
        self.source = source
        self.isReadOnly = isReadOnly
    }
}

/// The name by which a guest mounts a directory: 1 to 36 of a-z A-Z 0-9 . _ - (virtio-fs has room for no more).
public struct ShareTag: Sendable, Hashable, CustomStringConvertible {
    /// The name as text.
    public let description: String

    static let pattern = "^[A-Za-z0-9._-]{1,36}$"

    /// Reads a name.
    ///
    /// - Throws: ``RuleViolation`` where the text breaks the rule.
    public init(_ text: String) throws(RuleViolation) {
        guard (1...36).contains(text.utf8.count), text.utf8.allSatisfy(isNameByte) else {
            throw RuleViolation(
                value: text, rule: "a share's tag has 1 to 36 of a-z A-Z 0-9 . _ -", remedy: "for example data")
        }
        description = text
    }
}

/// A place on the host: an absolute path of a-z A-Z 0-9 . _ - + @ between slashes, without `.` and `..`, at most 1,024
/// bytes.
public struct HostPath: Sendable, Hashable, CustomStringConvertible {
    /// The path as text, without a slash at its end.
    public let description: String

    static let pattern = "^(/[A-Za-z0-9._+@-]+)+$"

    /// Reads a path.
    ///
    /// - Throws: ``RuleViolation`` where the text breaks the rule; the root directory is no such path.
    public init(_ text: String) throws(RuleViolation) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isClean = parts.dropFirst().allSatisfy { part in
            !["", ".", ".."].contains(part) && part.utf8.allSatisfy { isNameByte($0) || "+@".utf8.contains($0) }
        }
        guard parts.count > 1, parts[0].isEmpty, isClean, text.utf8.count <= 1_024 else {
            throw RuleViolation(
                value: text,
                rule: "a path of the host is absolute, of a-z A-Z 0-9 . _ - + @ between slashes, without . and ..",
                remedy: "for example /srv/data")
        }
        description = text
    }
}
