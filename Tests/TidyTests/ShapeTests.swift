// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

/// How large things may be, and how they begin and are named.
@Suite("sizes, headers and names")
struct ShapeTests {
    private static let header = ["SPDX-License-Identifier: Apache-2.0", "Copyright 2026 The Roost authors"]

    @Test("a Swift file has at most 500 lines, each of at most 120 columns")
    func files() throws {
        for file in try Repository.swiftFiles() {
            #expect(file.lines.count <= 501, "\(file.path)")
            for (number, line) in file.lines.enumerated() where line.count > 120 {
                Issue.record("\(file.path):\(number + 1) has \(line.count) columns")
            }
        }
    }

    @Test("a function has at most 70 lines")
    func functions() throws {
        for file in try Repository.swiftFiles() {
            for function in Self.functions(in: file.lines) where function.length > 70 {
                Issue.record("\(file.path):\(function.line) has \(function.length) lines")
            }
        }
    }

    @Test("a function's length is counted from its name to its brace")
    func counting() {
        let text = """
            struct A {
                func one() { 1 }
                func two(
                    a: Int
                ) -> Int {
                    if a > 0 {
                        return 1
                    }
                    return 2
                }
                init() {
                }
            }
            protocol P {
                func three()
                func four() async throws
                    -> Int
            }
            """
        let found = Self.functions(in: text.split(separator: "\n", omittingEmptySubsequences: false))
        #expect(found.map(\.line) == [3, 11])
        #expect(found.map(\.length) == [8, 2])
    }

    @Test("every Swift and shell file begins with its licence")
    func headers() throws {
        for file in try Repository.files() where file.path.hasSuffix(".swift") || Self.isShell(file) {
            let mark = file.path.hasSuffix(".swift") ? "// " : "# "
            let start = file.lines.prefix(4)
            let position = start.firstIndex { $0 == mark + Self.header[0] }
            let index = try #require(position, "\(file.path)")
            #expect(start.dropFirst(index + 1).first.map(String.init) == mark + Self.header[1], "\(file.path)")
            // Only what tools want on the first line comes before it.
            #expect(index == 0 || index == 1 && start.first?.isToolLine == true, "\(file.path)")
        }
    }

    @Test("no file is named for a lack of a better name")
    func names() throws {
        let banned = ["Utils", "Util", "Helpers", "Helper", "Extras", "Common", "Misc", "Manager", "Handler", "Impl"]
        for file in try Repository.swiftFiles() {
            let words = file.stem.split(separator: "+")
            #expect(!words.contains { word in banned.contains { word.hasSuffix($0) } }, "\(file.path)")
        }
    }

    private static func isShell(_ file: Repository.File) -> Bool {
        guard let first = file.lines.first else { return false }
        return first.hasPrefix("#!") && first.hasSuffix("sh") || first.hasPrefix("# shellcheck shell=")
    }

    /// Functions of several lines, each from the line of its name; the formatter, whose work `make lint` checks, puts
    /// a closing brace below the beginning of what it closes.
    private static func functions(in lines: [Substring]) -> [(line: Int, length: Int)] {
        let start = /( *)(?:@\w+(?:\([^)]*\))? +)*(?:\w+ +)*(?:func +[^ ]|init[?(<]|deinit\b|subscript\b).*/
        var found: [(line: Int, length: Int)] = []
        for (index, line) in lines.enumerated() {
            guard let match = line.wholeMatch(of: start) else { continue }
            let margin = match.1.count
            for (offset, next) in lines[(index + 1)...].enumerated() {
                let indent = next.prefix { $0 == " " }.count
                let rest = next.dropFirst(indent)
                if rest.isEmpty || indent > margin { continue }
                if indent == margin, rest.hasPrefix("}") { found.append((index + 1, offset + 2)) }
                // Parameters that have lines of their own end below the function's name, too.
                guard indent == margin, rest.hasPrefix(")") || rest.hasPrefix("{") else { break }
            }
        }
        return found
    }
}

extension Substring {
    /// Whether tools read this line, and only where it comes first.
    fileprivate var isToolLine: Bool {
        hasPrefix("#!") || hasPrefix("// swift-tools-version") || hasPrefix("# shellcheck shell=")
    }
}
