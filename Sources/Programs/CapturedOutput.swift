// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Subprocess

/// What a program wrote: all of its output up to a limit, and the end of its errors.
struct CapturedOutput: Sendable {
    let output: [UInt8]
    let errorTail: [UInt8]

    /// How much of standard error is kept.
    static let errorLimit = 16 << 10

    /// The end of standard error as one line of at most 1,000 characters, for a message.
    var errorText: String {
        let lines = String(decoding: errorTail, as: UTF8.self).split(whereSeparator: \.isNewline)
        let text = lines.joined(separator: "; ")
        let clean = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) }
        return String(String(clean).suffix(1_000))
    }

    /// Reads both outputs until the program ends.
    ///
    /// - Throws: ``OutputLimitPassed``, or what reading throws.
    static func collect<Input: InputProtocol>(
        from execution: Execution<Input, SequenceOutput, SequenceOutput>, limit: Int
    ) async throws -> CapturedOutput {
        try await withThrowingTaskGroup(of: Part.self) { group in
            group.addTask { .output(try await all(of: execution.standardOutput, limit: limit)) }
            group.addTask { .errors(try await tail(of: execution.standardError)) }
            var output: [UInt8] = []
            var errors: [UInt8] = []
            for try await part in group {
                switch part {
                case .output(let bytes): output = bytes
                case .errors(let bytes): errors = bytes
                }
            }
            return CapturedOutput(output: output, errorTail: errors)
        }
    }

    private enum Part: Sendable {
        case output([UInt8])
        case errors([UInt8])
    }

    private static func all(of sequence: SubprocessOutputSequence, limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await buffer in sequence {
            buffer.withUnsafeBytes { bytes.append(contentsOf: $0) }
            guard bytes.count <= limit else { throw OutputLimitPassed(limit: limit) }
        }
        return bytes
    }

    /// Reads standard error until the program ends, and keeps its end.
    static func tail(of sequence: SubprocessOutputSequence) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await buffer in sequence {
            buffer.withUnsafeBytes { bytes.append(contentsOf: $0) }
            if bytes.count > errorLimit { bytes.removeFirst(bytes.count - errorLimit) }
        }
        return bytes
    }
}

/// A program wrote more than it may.
struct OutputLimitPassed: Error {
    let limit: Int
}
