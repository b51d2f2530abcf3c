// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import Synchronization
import SystemPackage

/// The signals that ask this process to end.
///
/// Handlers, not ignored or blocked signals: programs that Roost starts inherit those across `exec`, and a daemon that
/// ignores SIGTERM could not be stopped.
public struct ProcessSignals: Sendable {
    /// The signals that end a run, each after its undo.
    static let ending: [Int32] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    private static let writeEnd = Atomic<Int32>(-1)

    /// The signals' numbers; it has one reader.
    let received: AsyncStream<Int32>
    private let receiving: AsyncStream<Int32>.Continuation
    private let pipe: WakePipe?

    /// Installs the handlers; without a descriptor to be had, signals keep what they did before.
    ///
    /// SIGPIPE gets a handler that does nothing, so that a write to a closed pipe fails with `EPIPE` instead.
    public init() {
        (received, receiving) = AsyncStream.makeStream()
        pipe = WakePipe()
        if let pipe {
            Self.writeEnd.store(pipe.writeEnd.rawValue, ordering: .sequentiallyConsistent)
            for signal in Self.ending { Self.handle(signal) { ProcessSignals.announce($0) } }
        }
        Self.handle(SIGPIPE) { _ in }
    }

    /// Opens what is closed of standard input, output and error, for reading alone: what is opened next would else be
    /// taken for one of them. To write there fails, as it does where they are closed.
    public static func openStandardDescriptors() {
        for descriptor in 0...2 as ClosedRange<Int32> where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", O_RDONLY)
        }
    }

    /// Hands on each signal that comes, on the calling thread, for the rest of the process's life.
    public func deliver() {
        guard let pipe else { return }
        while deliverNext(from: pipe.readEnd.rawValue) {}
    }

    /// Waits for a signal; whether another may come.
    private func deliverNext(from readEnd: Int32) -> Bool {
        var waited = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
        // A signal that came to this thread ends the wait early; its byte is there at the next.
        guard poll(&waited, 1, -1) > 0 else { return errno == EINTR }
        var signal: UInt8 = 0
        if read(readEnd, &signal, 1) == 1, Self.ending.contains(Int32(signal)) { receiving.yield(Int32(signal)) }
        return true
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
