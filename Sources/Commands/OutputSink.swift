// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
public import SystemPackage

/// Takes what a command writes.
public protocol OutputSink: Sendable {
    /// Whether a person looks at it: escape sequences and progress are for terminals only.
    var isTerminal: Bool { get }
    /// Writes all of `bytes`.
    func write(_ bytes: [UInt8]) throws(OutputFailure)
}

/// Why output could not be written.
public enum OutputFailure: Error, Sendable, Hashable {
    /// The reader went away (`EPIPE`).
    case closed
    /// Something else, such as a full disk.
    case failed(Errno)
}

/// Writes to a file descriptor, which it does not own.
public struct FileOutput: OutputSink {
    private let descriptor: FileDescriptor
    /// Whether the descriptor is a terminal (`isatty`).
    public let isTerminal: Bool

    /// Writes to `descriptor`, which stays open.
    public init(_ descriptor: FileDescriptor) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor.rawValue) == 1
    }

    /// Writes all of `bytes`, waiting where the descriptor is full.
    public func write(_ bytes: [UInt8]) throws(OutputFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            do {
                // SAFETY: the pointer is used only while the call lasts.
                let count = try rest.withUnsafeBytes { try descriptor.write($0) }
                rest = rest.dropFirst(count)
            } catch let error as Errno where error == .wouldBlock {
                // A terminal that another program made non-blocking stays so for everybody who shares it.
                var ready = pollfd(fd: descriptor.rawValue, events: Int16(POLLOUT), revents: 0)
                _ = poll(&ready, 1, -1)
            } catch let error as Errno {
                throw error == .brokenPipe ? .closed : .failed(error)
            } catch {
                throw .failed(.ioError)
            }
        }
    }
}
