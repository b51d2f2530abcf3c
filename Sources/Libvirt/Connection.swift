// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

/// A connection to a hypervisor through libvirt.
///
/// Calls run on the threads it was given and may be made from any task, many at once. It is closed by ``close()``,
/// or when the last reference to it and to what came from it is gone.
public final class Connection: Sendable {
    /// What was connected to.
    public let uri: ConnectionURI

    private let handle: Guarded<ConnectionHandle?>
    private let threads: CallThreads

    init(_ handle: ConnectionHandle, uri: ConnectionURI) {
        self.handle = Guarded(handle)
        self.uri = uri
        threads = handle.threads
    }

    /// Connects. Starts libvirt's event loop first, where this is the process's first connection.
    ///
    /// `virConnectOpen` or `virConnectOpenReadOnly`, libvirt 0.0.3. Blocks, in the lane `long`: up to a second for an
    /// embedded driver, as long as the network takes for a remote one. No password is ever asked for.
    ///
    /// - Parameters:
    ///   - uri: What to connect to.
    ///   - readOnly: Whether calls that change anything are to be refused.
    ///   - keepAlive: How a daemon that hangs is noticed; nil: it is not. Drivers inside this process have none.
    ///   - deadline: When to give up.
    ///   - threads: The threads for all calls of the connection.
    ///   - ledger: Where its C objects are counted.
    /// - Returns: The open connection.
    /// - Throws: `reported` where libvirt cannot connect, and as ``CallThreads/call(_:lane:deadline:_:)``.
    public static func open(
        _ uri: ConnectionURI,
        readOnly: Bool = false,
        keepAlive: KeepAlive? = nil,
        deadline: ContinuousClock.Instant? = nil,
        threads: CallThreads = .shared,
        ledger: LiveHandles = .shared
    ) async throws(LibvirtError) -> Connection {
        let name: StaticString = readOnly ? "virConnectOpenReadOnly" : "virConnectOpen"
        let handle = try await threads.call(name, lane: .long, deadline: deadline) {
            () throws(LibvirtError) -> ConnectionHandle in
            try EventLoop.start()
            try FreeDescriptors.require(for: name)
            let (pointer, socket) = try ClientSocket.opened(to: uri.parameter("socket")) {
                () throws(LibvirtError) -> OpaquePointer in
                try present(name, readOnly ? virConnectOpenReadOnly(uri.text) : virConnectOpen(uri.text))
            }
            let handle = ConnectionHandle(
                pointer, socket: socket, host: uri.text, threads: threads, ledger: ledger)
            handle.events.watchForEnd(of: handle.pointer)
            if let keepAlive { handle.askForSignsOfLife(keepAlive) }
            return handle
        }
        return Connection(handle, uri: uri)
    }

    /// Closes the connection. Streams of events end; later calls fail as `closed`; closing again does nothing.
    ///
    /// `virConnectClose`, libvirt 0.0.3. Blocks, in the lane `release`, for 30 seconds at most. libvirt keeps its own
    /// side open as long as a domain, a console or a running call of this connection is left.
    public func close() async {
        var taken = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        guard taken != nil else { return }
        taken?.refuseCalls()
        taken?.events.end(with: .closed(.client))
        guard isKnownUniquelyReferenced(&taken), let tearDown = taken?.takeTearDown() else { return }
        // One that hangs goes on behind our back; there is nothing that a caller could do about it.
        _ = try? await threads.callDespiteCancellation(
            "virConnectClose", lane: .release, deadline: .now + .seconds(30)
        ) { () throws(LibvirtError) in
            tearDown()
        }
    }

    /// Whether it was neither closed here nor lost, as far as libvirt's client has said so far
    /// (`virConnectRegisterCloseCallback`, libvirt 0.10.0) or its socket shows. Where it is not, no call is made any
    /// more: each fails as `closed`. Does not block.
    public var isOpen: Bool { handle.withLock { $0?.isOpen ?? false } }

    /// Whether calls still reach the hypervisor, as far as libvirt's client knows.
    ///
    /// `virConnectIsAlive`, libvirt 0.9.8. Does not ask the daemon: a daemon that hangs is noticed by
    /// its ``KeepAlive`` only.
    ///
    /// - Parameter deadline: When to give up.
    /// - Returns: Whether; `false` where the connection was closed or lost.
    /// - Throws: As ``CallThreads/call(_:lane:deadline:_:)``.
    public func isAlive(deadline: ContinuousClock.Instant? = nil) async throws(LibvirtError) -> Bool {
        guard let handle = handle.withLock({ $0 }), handle.isOpen else { return false }
        return try await handle.status("virConnectIsAlive", lane: .query, deadline: deadline) {
            virConnectIsAlive($0)
        } == 1
    }

    /// The handle, unless the connection was closed.
    func open() throws(LibvirtError) -> ConnectionHandle {
        guard let handle = handle.withLock({ $0 }) else { throw .closed }
        return handle
    }
}
