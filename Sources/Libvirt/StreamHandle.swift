// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

/// Owns one `virStreamPtr` that is open on a console.
final class StreamHandle: CHandle {
    // SAFETY: libvirt's streams may be used by any number of threads; the reference is given up in what
    // `takeTearDown` gives, which runs once.
    nonisolated(unsafe) let pointer: OpaquePointer
    let connection: ConnectionHandle
    let channel: ConsoleChannel

    private let id: CallbackID
    private let isTornDown = Guarded(false)

    /// Makes a stream, opens it on a console, and has libvirt tell the channel about it. Blocks.
    init(
        to device: String?, of domain: DomainHandle, _ flags: ConsoleFlags, channel: ConsoleChannel
    ) throws(LibvirtError) {
        connection = domain.connection
        self.channel = channel
        // A blocking stream's receive waits for the guest's next byte, which may never come.
        pointer = try present(
            "virStreamNew", virStreamNew(domain.connection.pointer, UInt32(VIR_STREAM_NONBLOCK.rawValue)))
        id = ConsoleChannel.table.add(channel)
        connection.ledger.add(.stream)
        try succeeded(
            "virDomainOpenConsole", virDomainOpenConsole(domain.pointer, device, pointer, flags.rawValue))
        try succeeded(
            "virStreamEventAddCallback",
            virStreamEventAddCallback(
                pointer, ConsoleChannel.firstInterest.rawValue, ConsoleChannel.callback, id.opaque, nil))
    }

    deinit {
        guard let tearDown = takeTearDown() else { return }
        connection.threads.post(to: .release, tearDown)
    }

    /// What ends the stream; once only. It waits for the daemon, so it runs on a thread that may block.
    func takeTearDown() -> (@Sendable () -> Void)? {
        let isFirst = isTornDown.withLock { isTornDown in
            defer { isTornDown = true }
            return !isTornDown
        }
        guard isFirst else { return nil }
        let (channel, id, connection) = (channel, id, connection)
        // SAFETY: moved to the one thread that frees it.
        nonisolated(unsafe) let pointer = pointer
        return {
            channel.remove()
            virStreamEventRemoveCallback(pointer)
            if channel.end == .hungUp { virStreamFinish(pointer) } else { virStreamAbort(pointer) }
            virStreamFree(pointer)
            ConsoleChannel.table.remove(id)
            connection.ledger.remove(.stream)
        }
    }
}
