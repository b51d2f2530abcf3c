// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

/// An open console of a guest: what the guest writes, and what is typed to it.
///
/// For one reader and one writer at a time. It is closed by ``close()``, or when the last reference to it is gone.
public final class ConsoleStream: Sendable {
    private let handle: Guarded<StreamHandle?>
    private let channel: ConsoleChannel

    init(_ handle: StreamHandle) {
        self.handle = Guarded(handle)
        channel = handle.channel
    }

    /// What the guest writes, in pieces as they come. Ends when the guest stops, when it is closed, and with a
    /// ``failure`` when somebody else takes the console by force or the connection is lost.
    ///
    /// A reader that is behind makes this object stop taking bytes from libvirt, which then keeps them itself: in its
    /// client's memory on a connection to a daemon. Cancelling the task that reads ends reading for good.
    /// `virStreamRecv`, libvirt 0.7.2, on the event loop's thread.
    public var bytes: AsyncStream<[UInt8]> {
        let channel = channel
        return AsyncStream {
            await channel.next { self.tell() }
        } onCancel: {
            channel.stopReading()
        }
    }

    /// The error that ended it, where one did.
    public var failure: LibvirtError? {
        guard case .failed(let error) = channel.end else { return nil }
        return error
    }

    /// Types bytes, all of them.
    ///
    /// `virStreamSend`, libvirt 0.7.2. Blocks, in the lane `query`, and waits without a thread where libvirt takes no
    /// more for now. Where it fails, a part may have been sent.
    ///
    /// - Parameter bytes: What to type.
    /// - Throws: `closed` where the console ended, `cancelled`, and `reported` with what libvirt says.
    public func write(_ bytes: [UInt8]) async throws(LibvirtError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard channel.end == nil, let handle = handle.withLock({ $0 }) else { throw .closed }
            if Task.isCancelled { throw .cancelled(call: "virStreamSend", callMade: rest.count < bytes.count) }
            let chunk = Array(rest.prefix(16 * 1024))
            let sent = try await handle.call("virStreamSend", lane: .query, deadline: nil) {
                stream throws(LibvirtError) -> Int in
                // SAFETY: libvirt reads `chunk.count` bytes of memory that stays for the call.
                let sent = chunk.withUnsafeBytes { bytes in
                    virStreamSend(stream, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
                }
                // -2: not now.
                return sent == -2 ? 0 : Int(try succeeded("virStreamSend", sent))
            }
            rest = rest.dropFirst(sent)
            if sent == 0 { await channel.writable { self.tell() } }
        }
    }

    /// Closes the console; ``bytes`` end. Closing again does nothing.
    ///
    /// `virStreamAbort`, or `virStreamFinish` where the other side hung up, libvirt 0.7.2. Blocks, in the lane
    /// `release`, for 30 seconds at most.
    public func close() async {
        let handle = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        guard let handle, let tearDown = handle.takeTearDown() else { return }
        channel.finish(.closed)
        // One that hangs goes on behind our back; there is nothing that a caller could do about it.
        _ = try? await handle.connection.threads.callDespiteCancellation(
            "virStreamAbort", lane: .release, deadline: .now + .seconds(30)
        ) { () throws(LibvirtError) in
            tearDown()
        }
    }

    private func tell() {
        guard let handle = handle.withLock({ $0 }) else { return }
        handle.connection.threads.post(to: .query) { handle.channel.tell(handle.pointer) }
    }
}

extension Domain {
    /// Opens a console, which only a running guest has.
    ///
    /// `virDomainOpenConsole`, libvirt 0.8.6. Blocks, in the lane `release`, behind the consoles that are being closed:
    /// in libvirt 9.0 opening one by force while the same one is being closed can lock up the whole daemon.
    ///
    /// - Parameters:
    ///   - device: The alias of a serial, console or parallel device; `nil` is the first.
    ///   - flags: What happens to others who have it open.
    ///   - capacity: How many bytes are held for a reader that is behind.
    ///   - deadline: When to give up.
    /// - Returns: The open console.
    /// - Throws: `reported` with `operationInvalid` where the guest does not run, or `operationFailed` where somebody
    ///   has the console and `force` is not given; as ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func openConsole(
        device: String? = nil,
        flags: ConsoleFlags = [],
        capacity: Int = 256 * 1024,
        deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) -> ConsoleStream {
        let name: StaticString = "virDomainOpenConsole"
        _ = try whole(device ?? "", "a device's alias", of: name)
        let domain = handle
        let stream = try await domain.call(name, lane: .release, deadline: deadline) {
            _ throws(LibvirtError) -> StreamHandle in
            try StreamHandle(to: device, of: domain, flags, channel: ConsoleChannel(capacity: capacity))
        }
        return ConsoleStream(stream)
    }
}
