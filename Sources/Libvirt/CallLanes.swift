// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The queues, threads and deadlines behind ``CallThreads``.
///
/// Its threads keep this object alive, not ``CallThreads``, so that they can end when that one is gone.
final class CallLanes: @unchecked Sendable {
    private struct Lane {
        let limits: CallLane.Limits
        let work = ThreadCondition()
        var waiting: [CallTicket] = []
        var threads = 0
        var idle = 0
        /// Threads in a call that nobody waits for any more.
        var stuck = 0

        /// How many threads the lane may have now.
        var allowed: Int { limits.threads + min(stuck, limits.replacements) }
    }

    // SAFETY: every variable here, and what CallTicket says of itself, is reached only with `lock` held.
    private let lock = ThreadLock()
    private var lanes: [CallLane: Lane] = [:]
    /// Tickets that wait or run and have a deadline, the earliest first.
    private var timed: [CallTicket] = []
    private let timing = ThreadCondition()
    private var hasTimer = false
    private var ending = false

    init(limits: [CallLane: CallLane.Limits]) {
        for lane in CallLane.allCases {
            lanes[lane] = Lane(limits: limits[lane] ?? lane.defaultLimits)
        }
    }

    /// Takes a ticket, or refuses it at once.
    func submit(_ ticket: CallTicket) {
        if let error = lock.whileLocked({ admit(ticket) }) { ticket.refusal?(error) }
    }

    /// Takes a ticket however many wait; `false` where no thread could be started for it.
    func submitUnbounded(_ ticket: CallTicket) -> Bool {
        lock.whileLocked { enqueue(ticket) }
    }

    /// Releases the caller of a ticket, whose task was cancelled.
    func cancel(_ ticket: CallTicket) {
        let refusal = lock.whileLocked { () -> (@Sendable () -> Void)? in
            // A ticket that is still new has nobody to release yet; `admit` finds it settled.
            if ticket.phase == .new {
                ticket.phase = .settled
                return nil
            }
            return giveUp(ticket) { .cancelled(call: ticket.call, callMade: $0) }
        }
        refusal?()
    }

    /// Lets the threads go once they have nothing left to do.
    func endWhenDone() {
        lock.whileLocked {
            ending = true
            for lane in lanes.values {
                for _ in 0..<lane.idle { lane.work.wakeOne() }
            }
            timing.wakeOne()
        }
    }

    /// How many calls of a lane wait for a thread.
    func waiting(in lane: CallLane) -> Int {
        lock.whileLocked { lanes[lane]?.waiting.count ?? 0 }
    }

    /// How many threads a lane has.
    func threads(in lane: CallLane) -> Int {
        lock.whileLocked { lanes[lane]?.threads ?? 0 }
    }

    /// Checks and queues a ticket. Needs the lock, as do the functions from here to `giveUp`.
    private func admit(_ ticket: CallTicket) -> LibvirtError? {
        if ticket.phase == .settled { return .cancelled(call: ticket.call, callMade: false) }
        ticket.phase = .settled
        if let deadline = ticket.deadline, deadline <= .now {
            return .deadlineExceeded(call: ticket.call, callMade: false)
        }
        guard let lane = lanes[ticket.lane], lane.waiting.count < lane.limits.waiting, enqueue(ticket) else {
            return .overloaded(lane: ticket.lane.rawValue)
        }
        arm(ticket)
        return nil
    }

    private func enqueue(_ ticket: CallTicket) -> Bool {
        lanes[ticket.lane]?.waiting.append(ticket)
        guard provideThread(for: ticket.lane) else {
            lanes[ticket.lane]?.waiting.removeLast()
            return false
        }
        ticket.phase = .waiting
        return true
    }

    /// Wakes or starts a thread for what waits; `false` where the lane has none and none could be started.
    private func provideThread(for name: CallLane) -> Bool {
        guard let lane = lanes[name] else { return false }
        if lane.idle >= lane.waiting.count {
            lane.work.wakeOne()
            return true
        }
        guard lane.threads < lane.allowed else { return true }
        let started = OwnThread.start(named: "libvirt-\(name.rawValue)") { self.serve(name) }
        if started { lanes[name]?.threads += 1 }
        return started || lane.threads > 0
    }

    private func arm(_ ticket: CallTicket) {
        guard let deadline = ticket.deadline else { return }
        let place = timed.firstIndex { ($0.deadline ?? deadline) > deadline } ?? timed.endIndex
        timed.insert(ticket, at: place)
        if hasTimer {
            if place == timed.startIndex { timing.wakeOne() }
        } else {
            // Without a thread for it a deadline is not kept; the next call with one tries again.
            hasTimer = OwnThread.start(named: "libvirt-time") { self.keepTime() }
        }
    }

    private func disarm(_ ticket: CallTicket) {
        guard ticket.deadline != nil else { return }
        timed.removeAll { $0 === ticket }
    }

    /// Ends the wait of a ticket's caller; gives what tells it, to be run without the lock.
    private func giveUp(
        _ ticket: CallTicket, because error: (_ callMade: Bool) -> LibvirtError
    ) -> (@Sendable () -> Void)? {
        let callMade: Bool
        switch ticket.phase {
        case .new, .abandoned, .settled:
            return nil
        case .waiting:
            callMade = false
            ticket.phase = .settled
            lanes[ticket.lane]?.waiting.removeAll { $0 === ticket }
        case .running:
            // The thread has the ticket, but may not have begun: then it finds nothing to do.
            callMade = ticket.work == nil
            ticket.phase = .abandoned
            lanes[ticket.lane]?.stuck += 1
            if lanes[ticket.lane]?.waiting.isEmpty == false { _ = provideThread(for: ticket.lane) }
        }
        disarm(ticket)
        let failure = error(callMade)
        // The work goes along, so that it is freed without the lock: freeing it may hand in a ticket.
        let (refusal, work) = (ticket.refusal, ticket.work)
        ticket.refusal = nil
        ticket.work = nil
        return {
            withExtendedLifetime(work) { refusal?(failure) }
        }
    }

    private func serve(_ lane: CallLane) {
        while let ticket = next(in: lane) {
            run(ticket)
        }
    }

    /// The next ticket of a lane; `nil` ends the thread.
    private func next(in name: CallLane) -> CallTicket? {
        lock.whileLocked {
            while var lane = lanes[name] {
                if lane.threads > lane.allowed {
                    // This thread may have been woken for a ticket that it now leaves to another.
                    if !lane.waiting.isEmpty { lane.work.wakeOne() }
                    break
                }
                if !lane.waiting.isEmpty {
                    let ticket = lane.waiting.removeFirst()
                    lanes[name] = lane
                    ticket.phase = .running
                    return ticket
                }
                if ending { break }
                lanes[name]?.idle += 1
                lane.work.wait(holding: lock)
                lanes[name]?.idle -= 1
            }
            lanes[name]?.threads -= 1
            return nil
        }
    }

    /// Makes the call; all that it leaves behind is freed before this returns, and without the lock.
    private func run(_ ticket: CallTicket) {
        let deliver = result(of: ticket)
        let wanted = lock.whileLocked { () -> Bool in
            guard ticket.phase == .running else {
                lanes[ticket.lane]?.stuck -= 1
                ticket.phase = .settled
                return false
            }
            ticket.phase = .settled
            ticket.refusal = nil
            disarm(ticket)
            return true
        }
        if wanted { deliver?() }
    }

    /// Makes the call. The body and what it holds are freed when this returns, before the caller goes on, who may
    /// rely on being the last to hold something.
    private func result(of ticket: CallTicket) -> (@Sendable () -> Void)? {
        let work = lock.whileLocked { () -> CallTicket.Work? in
            defer { ticket.work = nil }
            return ticket.work
        }
        return work?()
    }

    private func keepTime() {
        while let overdue = nextOverdue() { overdue() }
    }

    /// Sleeps until a deadline has passed; `nil` ends the thread.
    private func nextOverdue() -> (@Sendable () -> Void)? {
        lock.whileLocked {
            while true {
                guard let ticket = timed.first, let deadline = ticket.deadline else {
                    if ending {
                        hasTimer = false
                        return nil
                    }
                    timing.wait(holding: lock)
                    continue
                }
                let left = ContinuousClock.now.duration(to: deadline)
                if left > .zero {
                    timing.wait(holding: lock, atMost: left)
                } else if let refusal = giveUp(
                    ticket, because: { .deadlineExceeded(call: ticket.call, callMade: $0) })
                {
                    return refusal
                } else {
                    disarm(ticket)
                }
            }
        }
    }
}
