// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt
import Glibc

/// An OS thread that belongs to this module and not to Swift's cooperative pool, so that it may block.
enum OwnThread {
    private final class Start {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    /// Starts a detached thread.
    ///
    /// All signals are blocked in it: they belong to the program's own threads.
    ///
    /// - Parameters:
    ///   - name: What tools show; the kernel keeps 15 bytes of it.
    ///   - body: What the thread runs; the thread ends with it.
    /// - Returns: Whether the thread started; `false` where the system has no more threads to give.
    static func start(named name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }

        // SAFETY: the retain is given to the thread, which takes it over first thing; or back, if none started.
        let start = Unmanaged.passRetained(
            Start {
                pthread_setname_np(pthread_self(), String(name.prefix(15)))
                body()
            })
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, OwnThread.run, start.toOpaque())
        guard status == 0 else {
            start.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        // SAFETY: the retain that was given to this thread is taken over once.
        Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
        return nil
    }
}
