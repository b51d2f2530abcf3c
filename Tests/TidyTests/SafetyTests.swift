// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

/// What the sources may not hold, or only with a reason.
@Suite("safety")
struct SafetyTests {
    /// A place that needs no `SAFETY:` line, and why.
    private struct Exception: Hashable {
        let path: String
        let text: String
        let reason: String
    }

    private static let exceptions: [Exception] = [
        Exception(
            path: "Sources/Programs/CapturedOutput.swift", text: "buffer.withUnsafeBytes {",
            reason: "swift-subprocess's own buffer, copied while the call lasts; no pointer is named")
    ]

    @Test("each unchecked conformance and each unsafe operation says why it is right")
    func proofs() throws {
        let marks = /@unchecked Sendable|nonisolated\(unsafe\)|withUnsafe(?!CurrentTask)/
        let calls = /unsafe(UninitializedCapacity|BitCast|Downcast)/
        let pointers = /Unsafe\w*Pointer(<[^>]*>)?\(|Unmanaged|assumingMemoryBound|withMemoryRebound|bindMemory/
        var unused = Set(Self.exceptions)
        for file in try Repository.swiftFiles() where Self.isChecked(file) {
            let lines = file.lines
            for (index, line) in lines.enumerated() {
                let code = line.prefix(upTo: line.firstRange(of: "//")?.lowerBound ?? line.endIndex)
                guard code.contains(marks) || code.contains(calls) || code.contains(pointers) else { continue }
                let exception = Self.exceptions.first { $0.path == file.path && code.contains($0.text) }
                if let exception {
                    unused.remove(exception)
                    continue
                }
                // A type's proof stands with its first variable.
                let near = lines[max(0, index - 8)...min(lines.count - 1, index + 3)]
                let reaches = code.contains("@unchecked Sendable") ? lines[index...].prefix(24) : near
                #expect(reaches.contains { $0.contains("// SAFETY: ") }, "\(file.path):\(index + 1)")
            }
        }
        #expect(unused.isEmpty)
    }

    @Test("no error is taken for impossible")
    func noForcedTry() throws {
        for file in try Repository.swiftFiles() {
            for (index, line) in file.lines.enumerated() where line.contains(/\btry\u{21}/) {
                Issue.record("\(file.path):\(index + 1) forces a try")
            }
        }
    }

    @Test("nothing is put off")
    func nothingLeftUndone() throws {
        let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X "]
        for file in try Repository.files() {
            for (index, line) in file.lines.enumerated() where marks.contains(where: { line.contains($0) }) {
                Issue.record("\(file.path):\(index + 1) puts something off")
            }
        }
    }

    @Test("versions of packages are the manifest's, and not pinned")
    func noPins() throws {
        #expect(try Repository.run("git", "ls-files", "Package.resolved") == "")
    }

    /// Patterns of this file name what they look for.
    private static func isChecked(_ file: Repository.File) -> Bool {
        file.stem != "SafetyTests"
    }
}
