// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Dispatch
import Glibc
public import SystemPackage

/// Gives what a command reads.
public protocol InputSource: Sendable {
    /// Whether a person types it.
    var isTerminal: Bool { get }
    /// The next bytes; nil at the end of the input, and when the task is cancelled.
    func next() async -> [UInt8]?
    /// Makes a terminal give each key as it is pressed; nil where the input is no terminal.
    func enterRawMode() -> (any RawMode)?
}

/// A terminal in raw mode.
public protocol RawMode: Sendable {
    /// Puts the terminal back as it was.
    func restore()
}

/// Reads from a file descriptor, which it does not own, on a thread of its own.
public final class FileInput: InputSource {
    private let descriptor: FileDescriptor
    private let queue = DispatchQueue(label: "roost.input")
    /// nil where this process had no descriptors left for it.
    private let wake: WakePipe?
    private let isGivenUp = Guarded(false)
    /// Whether the descriptor is a terminal (`isatty`).
    public let isTerminal: Bool

    /// Reads from `descriptor`, which stays open.
    public init(_ descriptor: FileDescriptor) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor.rawValue) == 1
        wake = WakePipe()
    }

    /// The next bytes, at most 64 KiB; nil at the end.
    ///
    /// Cancelling the task ends this read and every later one: input is only given up when a run ends.
    public func next() async -> [UInt8]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async { continuation.resume(returning: self.read()) }
            }
        } onCancel: {
            isGivenUp.withLock { $0 = true }
            wake?.wake()
        }
    }

    /// Makes the terminal raw (`cfmakeraw`, `tcsetattr`).
    public func enterRawMode() -> (any RawMode)? {
        isTerminal ? TerminalMode.raw(descriptor) : nil
    }

    private func read() -> [UInt8]? {
        var descriptors = [descriptor.rawValue, wake?.readEnd.rawValue].compactMap { number in
            number.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        }
        let count = nfds_t(descriptors.count)
        while descriptors[0].revents == 0 {
            // Without the pipe it is looked ten times a second whether the input is still wanted.
            let ready = poll(&descriptors, count, wake == nil ? 100 : -1)
            guard ready >= 0 || errno == EINTR, !isGivenUp.withLock({ $0 }) else { return nil }
        }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        // SAFETY: the pointer is used only while the call lasts.
        let length = try? buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
        guard let length, length > 0 else { return nil }
        return Array(buffer.prefix(length))
    }
}
