// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Dispatch
import Glibc
import Synchronization
import SystemPackage

/// The signals that ask this process to end, as a stream.
///
/// Handlers, not ignored or blocked signals: programs that Roost starts inherit those across `exec`, and a daemon that
/// ignores SIGTERM could not be stopped.
enum ProcessSignals {
    /// The signals that end a run, each after its undo.
    static let ending: [Int32] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    private static let writeEnd = Atomic<Int32>(-1)

    /// Installs the handlers; each element is a signal's number.
    ///
    /// SIGPIPE gets a handler that does nothing, so that a write to a closed pipe fails with `EPIPE` instead.
    @Sendable static func interruptions() -> AsyncStream<Int32> {
        AsyncStream { continuation in
            guard let pipe = WakePipe() else { return continuation.finish() }
            writeEnd.store(pipe.writeEnd.rawValue, ordering: .sequentiallyConsistent)
            // SAFETY: a dispatch source may be used from any thread; its Swift protocol does not say so.
            nonisolated(unsafe) let source = DispatchSource.makeReadSource(fileDescriptor: pipe.readEnd.rawValue)
            source.setEventHandler {
                var buffer = [UInt8](repeating: 0, count: 64)
                let count = read(pipe.readEnd.rawValue, &buffer, buffer.count)
                for byte in buffer.prefix(max(count, 0)) { continuation.yield(Int32(byte)) }
            }
            source.activate()
            continuation.onTermination = { _ in
                writeEnd.store(-1, ordering: .sequentiallyConsistent)
                source.cancel()
            }
            for signal in ending { handle(signal) { ProcessSignals.announce($0) } }
            handle(SIGPIPE) { _ in }
        }
    }

    /// Tells the reader of the pipe; calls nothing that is not safe in a signal handler.
    private static func announce(_ signal: Int32) {
        let saved = errno
        var byte = UInt8(truncatingIfNeeded: signal)
        _ = write(writeEnd.load(ordering: .relaxed), &byte, 1)
        errno = saved
    }

    private static func handle(_ signal: Int32, with handler: @escaping @convention(c) (Int32) -> Void) {
        var current = sigaction()
        // SAFETY: the handler is a pointer or a small number; only its bits are compared, with those of SIG_IGN.
        // `nohup` and shells' background jobs ignore a signal on purpose, and mean it for us too.
        guard sigaction(signal, nil, &current) == 0,
            unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self) != 1 || signal == SIGPIPE
        else { return }
        var action = sigaction()
        action.__sigaction_handler.sa_handler = handler
        action.sa_flags = SA_RESTART
        _ = sigaction(signal, &action, nil)
    }
}
