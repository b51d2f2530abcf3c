// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Makes text from elsewhere fit for a terminal: nothing in it can move the cursor, hide, or reorder what follows.
enum TerminalText {
    /// Whether a scalar only shows itself.
    static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7f { return scalar.value >= 0x20 }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
        default: return true
        }
    }

    /// One line: every scalar that is not safe is escaped, newlines too.
    static func line(_ text: String) -> String {
        escaping(text) { _ in false }
    }

    /// Several lines: newlines and tabs stay.
    static func lines(_ text: String) -> String {
        escaping(text) { $0 == "\n" || $0 == "\t" }
    }

    /// How many columns a terminal gives to `text`, which must be safe.
    static func width(_ text: String) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.unicodeScalars.reduce(0) { $0 + width($1) }
    }

    private static func escaping(_ text: String, except isKept: (Unicode.Scalar) -> Bool) -> String {
        guard text.unicodeScalars.contains(where: { !isSafe($0) && !isKept($0) }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isSafe(scalar) || isKept(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += scalar.escaped(asASCII: true)
            }
        }
        return result
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        // The ranges that terminals draw two columns wide (Unicode TR11, W and F), in round figures.
        let wide: [ClosedRange<UInt32>] = [
            0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
            0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f900...0x1f9ff, 0x20000...0x3fffd,
        ]
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
}
