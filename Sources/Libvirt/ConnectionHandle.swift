// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

/// Owns one `virConnectPtr`, and closes it when nothing uses it any more.
final class ConnectionHandle: CHandle {
    // SAFETY: libvirt's connections may be used by any number of threads; the pointer is closed in `tearDown` only,
    // which runs when no other reference to this object is left.
    nonisolated(unsafe) let pointer: OpaquePointer
    /// What was connected to, as text.
    let host: String
    let threads: CallThreads
    let ledger: LiveHandles
    let events = EventHub()
    let nudge = ClientNudge()
    /// The socket to the daemon; nil where it is not on this machine, or is not known.
    let socket: ClientSocket?

    /// How long a daemon may take over the end of a connection.
    private static let closingLimit: Duration = .seconds(10)

    private let state = Guarded(State())

    private struct State {
        var isClosed = false
        var isTornDown = false
    }

    var connection: ConnectionHandle { self }

    init(
        _ pointer: OpaquePointer, socket: ClientSocket? = nil, host: String, threads: CallThreads, ledger: LiveHandles
    ) {
        self.pointer = pointer
        self.socket = socket
        self.host = host
        self.threads = threads
        self.ledger = ledger
        ledger.add(.connection)
    }

    deinit {
        guard let tearDown = takeTearDown() else { return }
        threads.post(to: .release, tearDown)
    }

    /// Whether the user closed the connection; calls are refused from then on.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Whether neither the user closed the connection, nor libvirt said that it was lost, nor the daemon is gone.
    var isOpen: Bool { !isClosed && !events.hasEnded && socket?.isHungUp != true }

    func refuseCalls() {
        state.withLock { $0.isClosed = true }
    }

    /// What ends the connection; once only.
    ///
    /// libvirt holds a reference for each registered callback, so those go first. `virConnectClose` waits for the
    /// daemon, or for the driver inside this process, so this runs on a thread that may block. A daemon that hangs is
    /// hung up on.
    func takeTearDown() -> (@Sendable () -> Void)? {
        let isFirst = state.withLock { state in
            defer { state.isTornDown = true }
            return !state.isTornDown
        }
        guard isFirst else { return nil }
        let (events, ledger, threads, socket) = (events, ledger, threads, socket)
        // SAFETY: moved to the one thread that closes it.
        nonisolated(unsafe) let pointer = pointer
        return {
            withExtendedLifetime(socket) {
                if let socket { threads.after(Self.closingLimit) { [weak socket] in socket?.hangUp() } }
                events.deregister(from: pointer)
                virConnectClose(pointer)
            }
            ledger.remove(.connection)
        }
    }
}
