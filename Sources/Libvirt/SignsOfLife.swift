// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

/// How a daemon is asked for signs of life, and when its connection is dropped without them.
///
/// Wanted on every connection to a daemon: one that hangs is noticed by it only.
public struct KeepAlive: Sendable, Hashable {
    /// Seconds after which the daemon is asked, and asked again.
    public let interval: Int32
    /// How many times the interval a question may be without an answer.
    public let count: UInt32

    /// A question every so many seconds, at least 1, and so many times that for its answer, at least once.
    public init(interval: Int32, count: UInt32) {
        self.interval = max(interval, 1)
        self.count = max(count, 1)
    }
}

extension ConnectionHandle {
    /// Asks the daemon for signs of life from now on, and drops the connection without them.
    ///
    /// libvirt's client can do so itself (`virConnectSetKeepAlive`, libvirt 0.9.8). But where it drops a connection
    /// with more than one call under way, only the first of them ends; the next waits until the daemon dies or goes
    /// on, and then libvirt uses the stack of a call that is over (before libvirt 10.4, CVE-2024-4418). So the socket
    /// is hung up instead, which ends all of them as the daemon's death would; libvirt's own way is left for
    /// connections whose socket is not known, those to other machines above all.
    func askForSignsOfLife(_ keepAlive: KeepAlive) {
        if socket == nil {
            // A driver inside this process refuses: it needs none.
            virConnectSetKeepAlive(pointer, keepAlive.interval, keepAlive.count)
        } else {
            askLater(keepAlive)
        }
    }

    private func askLater(_ keepAlive: KeepAlive) {
        threads.after(.seconds(Int64(keepAlive.interval))) { [weak self] in
            Task { await self?.askNow(keepAlive) }
        }
    }

    private func askNow(_ keepAlive: KeepAlive) async {
        let limit = Duration.seconds(Int64(keepAlive.interval) * Int64(keepAlive.count))
        do throws(LibvirtError) {
            try await status("virConnectGetLibVersion", lane: .pulse, deadline: .now + limit) { connection in
                var version: UInt = 0
                return virConnectGetLibVersion(connection, &version)
            }
        } catch .deadlineExceeded(_, callMade: true) {
            events.end(with: .closed(.keepAlive))
            socket?.hangUp()
        } catch {
            // What was lost needs no question more, and what could not be asked is asked again.
        }
        if isOpen { askLater(keepAlive) }
    }
}
