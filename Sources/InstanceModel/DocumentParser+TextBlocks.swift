// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Text blocks: `|` keeps its lines, `>` folds them.
extension DocumentParser {
    /// What is done with the line breaks at a block's end.
    private enum Chomping {
        case strip, clip, keep
    }

    /// A text block under something in column `parent`.
    mutating func blockScalar(parent: Int) throws(InvalidSpec) -> DocumentNode {
        let start = position
        let isFolded = current == UInt8(ascii: ">")
        index += 1
        let (chomping, explicit) = try blockHeader()
        try finishLine(after: "the mark of a text block")
        guard current != 0 else { return DocumentNode(content: .scalar("", isPlain: false), position: start) }
        skipLineBreak()
        let indentation =
            if let explicit { max(parent, 0) + explicit } else { try detectedIndentation(deeperThan: parent) }
        let text = try blockText(indentation: indentation, isFolded: isFolded, chomping: chomping)
        return DocumentNode(content: .scalar(text, isPlain: false), position: start)
    }

    private mutating func blockHeader() throws(InvalidSpec) -> (Chomping, Int?) {
        var chomping: Chomping?
        var indentation: Int?
        while true {
            switch current {
            case UInt8(ascii: "-") where chomping == nil: chomping = .strip
            case UInt8(ascii: "+") where chomping == nil: chomping = .keep
            case UInt8(ascii: "1")...UInt8(ascii: "9") where indentation == nil: indentation = Int(current - 0x30)
            default: return (chomping ?? .clip, indentation)
            }
            index += 1
        }
    }

    /// The indentation of the block's first line that is not empty.
    private func detectedIndentation(deeperThan parent: Int) throws(InvalidSpec) -> Int {
        var ahead = self
        var deepestEmpty = 0
        while true {
            while ahead.current == UInt8(ascii: " ") { ahead.index += 1 }
            guard ahead.current == UInt8(ascii: "\n") || ahead.current == 0 else { break }
            deepestEmpty = max(deepestEmpty, ahead.column)
            guard ahead.current != 0 else { break }
            ahead.skipLineBreak()
        }
        if ahead.current == UInt8(ascii: "\t") { throw ahead.tabFailure() }
        let least = max(parent + 1, 1)
        guard ahead.current != 0, ahead.column >= least else { return max(least, deepestEmpty) }
        guard deepestEmpty <= ahead.column else {
            throw ahead.failure(
                "an empty line before a text block's first line is not deeper than that line",
                remedy: "remove the blanks from the empty lines")
        }
        return ahead.column
    }

    private mutating func blockText(
        indentation: Int, isFolded: Bool, chomping: Chomping
    ) throws(InvalidSpec) -> String {
        var text: [UInt8] = []
        var breaks = try skipBlockBreaks(indentation: indentation)
        var lastBreak: [UInt8] = []
        var wasIndented = false
        while column == indentation, current != 0 {
            let isIndented = Self.isBlank(current)
            if isFolded, !lastBreak.isEmpty, !wasIndented, !isIndented {
                if breaks == 0 { text.append(UInt8(ascii: " ")) }
            } else {
                text += lastBreak
            }
            text += Array(repeating: UInt8(ascii: "\n"), count: breaks)
            wasIndented = isIndented
            while current != 0, current != UInt8(ascii: "\n") {
                text.append(current)
                index += 1
            }
            lastBreak = []
            if current == UInt8(ascii: "\n") {
                lastBreak = [UInt8(ascii: "\n")]
                skipLineBreak()
            }
            breaks = try skipBlockBreaks(indentation: indentation)
        }
        if chomping != .strip { text += lastBreak }
        if chomping == .keep { text += Array(repeating: UInt8(ascii: "\n"), count: breaks) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Goes over a line's indentation, and over empty lines before it; tells how many were empty.
    private mutating func skipBlockBreaks(indentation: Int) throws(InvalidSpec) -> Int {
        var breaks = 0
        while true {
            while column < indentation, current == UInt8(ascii: " ") { index += 1 }
            if column < indentation, current == UInt8(ascii: "\t") { throw tabFailure() }
            guard current == UInt8(ascii: "\n") else { return breaks }
            breaks += 1
            skipLineBreak()
        }
    }
}
