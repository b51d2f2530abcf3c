// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Text that must not be shown: it has no description, no encoding and no reflection.
///
/// Whoever needs the text asks for it by name, which makes each use visible in a review.
public struct Secret: Sendable, Hashable {
    private let text: String

    /// Keeps `text` from being shown.
    public init(_ text: String) {
        self.text = text
    }

    /// Gives the text to `body`, which must neither log nor keep it.
    public func expose<Result, Failure: Error>(_ body: (String) throws(Failure) -> Result) throws(Failure) -> Result {
        try body(text)
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `<redacted>`.
    public var description: String { "<redacted>" }
    /// Always `<redacted>`.
    public var debugDescription: String { "<redacted>" }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
