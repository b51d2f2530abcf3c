// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

/// Wakes libvirt's client where it has a call to send and sleeps.
///
/// Of the threads that call at once, one reads and writes for all. Another one's call wakes it by ending its event
/// loop, which is lost where that loop is only about to run (`virNetClientIO`, libvirt 9.0): the call is then not sent
/// before something else wakes the client, and where the first thread's call hangs, that may be seconds later. Any
/// further call wakes it. So one is made whenever a call gets no answer for a moment while another is under way, and
/// then less and less often.
final class ClientNudge: @unchecked Sendable {
    // SAFETY: the variables are reached only with `lock` held.
    private let lock = ThreadLock()
    private let begun = ThreadCondition()
    private var underWay: [Int] = []
    private var last = 0
    private var hasThread = false
    private var isIdle = false

    /// How long the newest call may be without an answer before the first nudge, and how far that is doubled.
    private let pauses: (first: Duration, longest: Duration)
    /// After how long without calls that overlap the thread ends.
    private static let idleLimit: Duration = .seconds(5)

    init(first: Duration = .milliseconds(20), longest: Duration = .milliseconds(640)) {
        pauses = (first, longest)
    }

    /// Makes a call; `nudge` may be run meanwhile, on another thread.
    func watch<Value>(
        _ nudge: @escaping @Sendable () -> Void, during call: () throws(LibvirtError) -> Value
    ) throws(LibvirtError) -> Value {
        let number = begin(nudge)
        defer { lock.whileLocked { underWay.removeAll { $0 == number } } }
        return try call()
    }

    private func begin(_ nudge: @escaping @Sendable () -> Void) -> Int {
        lock.whileLocked {
            last += 1
            underWay.append(last)
            if underWay.count > 1 {
                if !hasThread {
                    // Without a thread the next call wakes the client, later.
                    hasThread = OwnThread.start(named: "libvirt-nudge") { self.run(nudge) }
                } else if isIdle {
                    begun.wakeOne()
                }
            }
            return last
        }
    }

    private func run(_ nudge: @Sendable () -> Void) {
        var pause = pauses.first
        var newest = 0
        while true {
            let isNeeded = lock.whileLocked { () -> Bool? in
                if underWay.count < 2 {
                    isIdle = true
                    begun.wait(holding: lock, atMost: Self.idleLimit)
                    isIdle = false
                    if underWay.count < 2 {
                        hasThread = false
                        return nil
                    }
                }
                // A newer call has woken the client for all.
                if last != newest { (newest, pause) = (last, pauses.first) }
                begun.wait(holding: lock, atMost: pause)
                return last == newest && underWay.count > 1 && underWay.last == newest
            }
            guard let isNeeded else { return }
            guard isNeeded else { continue }
            nudge()
            pause = min(pause * 2, pauses.longest)
        }
    }
}

extension ConnectionHandle {
    /// Makes a call, and sees to it that libvirt's client sends it, where the connection has one.
    func sending<Value>(_ call: () throws(LibvirtError) -> Value) throws(LibvirtError) -> Value {
        guard events.isWatched else { return try call() }
        return try nudge.watch({ [weak self] in self?.wakeClient() }, during: call)
    }

    private func wakeClient() {
        guard isOpen else { return }
        var version: UInt = 0
        virConnectGetLibVersion(pointer, &version)
    }
}
