// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Turns what a guest wrote to its console into text that cannot act on a terminal: escape sequences and control
/// characters go, newlines, tabs and printable text stay (ECMA-48).
///
/// It is fed in pieces, since sequences and characters may be cut anywhere.
struct ConsoleTextFilter: Sendable {
    private enum State: Hashable {
        case text
        /// After ESC, and its intermediate bytes.
        case escape
        /// In a control sequence (CSI).
        case control
        /// In a string (OSC, DCS, SOS, PM, APC), which ends at BEL, ST or the line's end.
        case string
        /// After ESC inside a string.
        case stringEscape
    }

    private var state = State.text
    private var pending: [UInt8] = []

    /// The text of these bytes.
    mutating func text(of bytes: some Sequence<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        for byte in bytes { consume(byte, into: &output) }
        return output
    }

    private mutating func consume(_ byte: UInt8, into output: inout [UInt8]) {
        switch state {
        case .text: consumeText(byte, into: &output)
        case .escape: state = afterEscape(byte, into: &output)
        case .control:
            if byte == 0x1b {
                state = .escape
            } else if (0x40...0x7e).contains(byte) || byte == 0x0a {
                endSequence(byte, into: &output)
            }
        case .string:
            if byte == 0x1b {
                state = .stringEscape
            } else if byte == 0x07 || byte == 0x0a {
                endSequence(byte, into: &output)
            }
        case .stringEscape: state = byte == 0x5c ? .text : afterEscape(byte, into: &output)
        }
    }

    /// A newline ends any sequence: a guest must not be able to swallow the rest of its log.
    private mutating func endSequence(_ byte: UInt8, into output: inout [UInt8]) {
        state = .text
        if byte == 0x0a { output.append(byte) }
    }

    private func afterEscape(_ byte: UInt8, into output: inout [UInt8]) -> State {
        switch byte {
        case 0x5b: return .control
        case 0x50, 0x58, 0x5d, 0x5e, 0x5f: return .string
        case 0x1b, 0x20...0x2f: return .escape
        case 0x0a:
            output.append(byte)
            return .text
        default: return .text
        }
    }

    private mutating func consumeText(_ byte: UInt8, into output: inout [UInt8]) {
        if byte < 0x80 {
            pending = []
            switch byte {
            case 0x1b: state = .escape
            case 0x09, 0x0a, 0x20...0x7e: output.append(byte)
            default: break
            }
            return
        }
        if byte >= 0xc0 { pending = [] } else if pending.isEmpty { return }
        pending.append(byte)
        guard let first = pending.first, pending.count == Self.length(first) else { return }
        if let text = String(validating: pending, as: UTF8.self), text.unicodeScalars.allSatisfy(TerminalText.isSafe) {
            output += pending
        }
        pending = []
    }

    /// The length of a UTF-8 sequence by its first byte, which is at least 0xc0.
    private static func length(_ first: UInt8) -> Int {
        first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
    }
}
