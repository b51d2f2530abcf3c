// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Rows in aligned columns; cells are made safe for a terminal.
struct TextTable {
    private let header: [String]
    private var rows: [[String]] = []

    /// A table with these column heads; none: rows only.
    init(_ header: [String] = []) {
        self.header = header
    }

    /// Appends a row; an empty cell is shown as `-`.
    mutating func append(_ cells: [String]) {
        rows.append(cells.map { $0.isEmpty ? "-" : TerminalText.line($0) })
    }

    /// The table, each row ended by a newline and without blanks at its end; empty without header and rows.
    var text: String {
        let all = header.isEmpty ? rows : [header] + rows
        var widths: [Int] = []
        for row in all {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], TerminalText.width(cell))
            }
        }
        return all.map { Self.line($0, widths) }.joined()
    }

    private static func line(_ row: [String], _ widths: [Int]) -> String {
        var text = ""
        for (column, cell) in row.enumerated() {
            text += cell
            guard column < row.count - 1 else { continue }
            text += String(repeating: " ", count: widths[column] - TerminalText.width(cell) + 2)
        }
        return text + "\n"
    }
}
