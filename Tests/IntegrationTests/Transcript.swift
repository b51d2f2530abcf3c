// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Dispatch
import Foundation
import Glibc

/// What a program writes, kept as it comes, for those who wait for a part of it, for a while.
final class Transcript: Sendable {
    private struct State {
        var bytes = Data()
        var isClosed = false
        var waiting: [(number: Int, text: Data, from: Int, continuation: CheckedContinuation<Int?, Never>)] = []
        var lastNumber = 0
    }

    private let state = Guarded(State())

    /// Reads the descriptor to its end, on a thread of its own.
    init(reading file: FileHandle) {
        let thread = Thread { [self] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                // FileHandle would wait until the buffer is full.
                let count = read(file.fileDescriptor, &buffer, buffer.count)
                // A pseudo terminal that nobody has open any more ends with an error in place of an end.
                guard count > 0 else { break }
                append(Data(buffer[..<count]))
            }
            close()
        }
        thread.start()
    }

    /// All bytes, once there are no more to come.
    func whole() async -> Data {
        _ = await end(of: nil, after: 0)
        return state.withLock { $0.bytes }
    }

    /// Waits until `text` was written after the first `start` bytes; gives where it ends, nil where all ended without,
    /// or where it did not come.
    @discardableResult
    func wait(for text: String, after start: Int = 0) async -> Int? {
        await end(of: Data(text.utf8), after: start)
    }

    /// How much was written so far.
    var count: Int { state.withLock { $0.bytes.count } }

    /// What was written so far, for the words of a failed test.
    var text: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

    private func end(of text: Data?, after start: Int) async -> Int? {
        await withCheckedContinuation { continuation in
            let answer: Int?? = state.withLock { state in
                if let text, let end = Self.end(of: text, in: state.bytes, after: start) { return .some(end) }
                if state.isClosed { return .some(nil) }
                state.lastNumber += 1
                state.waiting.append((state.lastNumber, text ?? Data(), start, continuation))
                if text != nil { giveUp(on: state.lastNumber, after: Self.patience) }
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    private static let patience: DispatchTimeInterval = .seconds(240)

    private func giveUp(on number: Int, after patience: DispatchTimeInterval) {
        DispatchQueue.global().asyncAfter(deadline: .now() + patience) { [weak self] in
            let waiter = self?.state.withLock { state in
                state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0) }
            }
            waiter?.continuation.resume(returning: nil)
        }
    }

    private func append(_ piece: Data) {
        settle { state in state.bytes.append(piece) }
    }

    private func close() {
        settle { state in state.isClosed = true }
    }

    private func settle(_ change: (inout State) -> Void) {
        let settled = state.withLock { state in
            change(&state)
            var answers: [(CheckedContinuation<Int?, Never>, Int?)] = []
            state.waiting.removeAll { waiter in
                let end = Self.end(of: waiter.text, in: state.bytes, after: waiter.from)
                guard end != nil || state.isClosed else { return false }
                answers.append((waiter.continuation, end))
                return true
            }
            return answers
        }
        for (continuation, end) in settled { continuation.resume(returning: end) }
    }

    /// No text at all is found nowhere: it stands for the end.
    private static func end(of text: Data, in bytes: Data, after start: Int) -> Int? {
        guard !text.isEmpty, start <= bytes.count else { return nil }
        return bytes.range(of: text, in: start..<bytes.count)?.upperBound
    }
}
