// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension XMLElement {
    /// The element as text, escaped by libxml2, without an XML declaration.
    ///
    /// Reading the text back with ``parse(_:limits:whitespace:)`` gives this tree again: with white space kept for
    /// ``XMLIndentation/none``, with it dropped for ``XMLIndentation/twoSpaces``.
    ///
    /// - Throws: `invalidName`, `unencodable`, `duplicateAttribute`, `unboundNamespace` or `tooDeep` where the tree is
    ///   not one that XML can carry; `outOfMemory`.
    public func serialized(indentation: XMLIndentation = .none) throws(XMLError) -> String {
        try NativeDocument.building(self).text(indentation)
    }
}
