// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// How lists and objects of JSON are laid out, whatever is in them.
public enum JSONLayout {
    /// Writes elements between brackets, with commas between them.
    ///
    /// - Parameters:
    ///   - elements: What stands between the brackets.
    ///   - brackets: The opening and the closing one.
    ///   - text: What is written to.
    ///   - indentation: The depth of the brackets, two spaces each, with an element a line; nil puts all on one line.
    ///   - element: Writes one element, at the depth that it is given.
    public static func write<Element>(
        _ elements: [Element], between brackets: (String, String), to text: inout String, indentation: Int?,
        element: (Element, inout String, Int?) -> Void
    ) {
        text += brackets.0
        let inner = indentation.map { $0 + 1 }
        for (index, value) in elements.enumerated() {
            if index > 0 { text += "," }
            if let inner { text += "\n" + String(repeating: "  ", count: inner) }
            element(value, &text, inner)
        }
        if let indentation, !elements.isEmpty { text += "\n" + String(repeating: "  ", count: indentation) }
        text += brackets.1
    }
}
