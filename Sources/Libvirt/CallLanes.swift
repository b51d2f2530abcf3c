// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The queues, threads, breakers and figures behind ``CallThreads``; `CallLanes+Time.swift` has what time does to them.
///
/// Its threads keep this object alive, not ``CallThreads``, so that they can end when that one is gone.
final class CallLanes: @unchecked Sendable {
    // SAFETY: every variable here, and what CallTicket says of itself, is reached only with `lock` held.
    let lock = ThreadLock()
    var lanes: [CallLane: Lane] = [:]
    /// The earliest first.
    var alarms: [Alarm] = []
    let timing = ThreadCondition()
    var hasTimer = false
    /// When the timer wakes by itself; nil where it does not.
    var timerWakes: ContinuousClock.Instant?
    var ending = false
    let patience: CallPatience
    private var breakers = DomainBreakers()
    private var meter = CallMeter()
    private var lastNumber = 0

    /// Tells somebody something; to be run without the lock, since it may come back here.
    typealias Telling = @Sendable () -> Void

    struct Lane {
        let limits: CallLane.Limits
        let slowAfter: Duration
        let work = ThreadCondition()
        var waiting: [CallTicket] = []
        /// What the threads are in, for somebody or for nobody any more.
        var running: [CallTicket] = []
        /// What calls that must have it for themselves are in.
        var taken: Set<CallTarget> = []
        var threads = 0
        var idle = 0
        /// When to see whether a running call has become slow; nil where nobody waits for that.
        var check: ContinuousClock.Instant?

        /// How many threads the lane may have.
        func allowed(at now: ContinuousClock.Instant) -> Int {
            let held = running.count { $0.phase == .abandoned || $0.started + slowAfter <= now }
            return limits.threads + min(held, limits.replacements)
        }

        /// The first ticket whose call may be made now.
        var ready: Int? {
            if taken.isEmpty { return waiting.isEmpty ? nil : 0 }
            return waiting.firstIndex { ticket in ticket.guarded.map { !taken.contains($0) } ?? true }
        }
    }

    /// Something that a time will bring.
    struct Alarm {
        let time: ContinuousClock.Instant
        let object: Object

        enum Object {
            /// A ticket that time does something to.
            case ticket(CallTicket)
            /// Something that is to be told then.
            case telling(Telling)
        }

        func isAbout(_ ticket: CallTicket) -> Bool {
            if case .ticket(let other) = object { return other === ticket }
            return false
        }
    }

    init(limits: [CallLane: CallLane.Limits], patience: CallPatience) {
        self.patience = patience
        for lane in CallLane.allCases {
            lanes[lane] = Lane(
                limits: limits[lane] ?? lane.defaultLimits,
                slowAfter: lane.keepsOrder ? .seconds(1 << 32) : patience.slowAfter)
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
        let tellings = lock.whileLocked { () -> [Telling] in
            // A ticket that is still new has nobody to release yet; `admit` finds it settled.
            if ticket.phase == .new {
                ticket.phase = .settled
                return []
            }
            return giveUp(ticket) { .cancelled(call: ticket.call, callMade: $0) }
        }
        for tell in tellings { tell() }
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

    /// What was called so far.
    var figures: CallMeter { lock.whileLocked { meter } }

    /// How many calls of a lane wait for a thread.
    func waiting(in lane: CallLane) -> Int {
        lock.whileLocked { lanes[lane]?.waiting.count ?? 0 }
    }

    /// How many threads a lane has.
    func threads(in lane: CallLane) -> Int {
        lock.whileLocked { lanes[lane]?.threads ?? 0 }
    }

    /// Checks and queues a ticket. Needs the lock, as do the functions from here to `refuseWaiting`.
    private func admit(_ ticket: CallTicket) -> LibvirtError? {
        let isCancelled = ticket.phase == .settled
        ticket.phase = .settled
        lastNumber += 1
        ticket.number = lastNumber
        if let error = isCancelled ? .cancelled(call: ticket.call, callMade: false) : refusal(of: ticket) {
            meter.released(ticket.call, with: error)
            return error
        }
        if let deadline = ticket.deadline { arm(ticket, at: deadline) }
        return nil
    }

    private func refusal(of ticket: CallTicket) -> LibvirtError? {
        if let deadline = ticket.deadline, deadline <= .now {
            return .deadlineExceeded(call: ticket.call, callMade: false)
        }
        if let target = ticket.guarded, case .refuse(let hung) = breakers.asked(ticket.number, of: target) {
            return .domainHung(call: hung.call, since: hung.since)
        }
        guard let lane = lanes[ticket.lane], lane.waiting.count < lane.limits.waiting, enqueue(ticket) else {
            if let target = ticket.guarded { breakers.dropped(ticket.number, of: target) }
            return .overloaded(lane: ticket.lane.rawValue)
        }
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
    @discardableResult
    func provideThread(for name: CallLane) -> Bool {
        guard let lane = lanes[name] else { return false }
        // One that finds nothing ready sleeps on.
        if lane.idle > 0 { lane.work.wakeOne() }
        if lane.idle >= lane.waiting.count { return true }
        guard lane.threads < lane.allowed(at: .now) else {
            watchForSlowCalls(in: name)
            return true
        }
        let started = OwnThread.start(named: "libvirt-\(name.rawValue)") { self.serve(name) }
        if started { lanes[name]?.threads += 1 }
        return started || lane.threads > 0
    }

    /// Ends the wait of a ticket's caller; gives what is to be told.
    func giveUp(_ ticket: CallTicket, because error: (_ callMade: Bool) -> LibvirtError) -> [Telling] {
        let failure: LibvirtError
        switch ticket.phase {
        case .new, .abandoned, .settled:
            return []
        case .waiting:
            failure = error(false)
            leaveQueue(ticket)
        case .running:
            // The thread has the ticket, but may not have begun: then it finds nothing to do.
            let callMade = ticket.work == nil
            failure = error(callMade)
            if callMade, ticket.isAwaited {
                awaitEnd(of: ticket, because: failure)
                return []
            }
            abandon(ticket)
        }
        meter.released(ticket.call, with: failure)
        return [release(ticket, with: failure)]
    }

    /// Has the caller, who gave up, wait a while longer; whatever makes it give up once more changes nothing.
    private func awaitEnd(of ticket: CallTicket, because failure: LibvirtError) {
        guard ticket.givenUp == nil else { return }
        ticket.givenUp = failure
        disarm(ticket)
        arm(ticket, at: .now + patience.endsWithin)
    }

    /// Ends the wait for the end of a call that was given up before; gives what is to be told.
    func stopAwaiting(_ ticket: CallTicket, because failure: LibvirtError) -> [Telling] {
        abandon(ticket)
        meter.released(ticket.call, with: failure)
        return [release(ticket, with: failure)]
    }

    /// Leaves a call that a thread has to itself.
    private func abandon(_ ticket: CallTicket) {
        ticket.phase = .abandoned
        disarm(ticket)
        let callMade = ticket.work == nil
        if callMade, ticket.target != nil { arm(ticket, at: ticket.started + patience.hungAfter) }
        if lanes[ticket.lane]?.waiting.isEmpty == false { provideThread(for: ticket.lane) }
    }

    /// Takes note that a call which nobody waits for any more does not return; gives what is to be told.
    func declareHung(_ ticket: CallTicket) -> [Telling] {
        guard ticket.phase == .abandoned, let target = ticket.target else { return [] }
        let hung = HungCall(call: ticket.call, since: ticket.started)
        guard case .refuseWaiting(let hung) = breakers.hung(ticket.number, hung, of: target) else { return [] }
        return refuseWaiting(for: target, because: .domainHung(call: hung.call, since: hung.since))
    }

    private func refuseWaiting(for target: CallTarget, because error: LibvirtError) -> [Telling] {
        let refused = lanes.values.flatMap(\.waiting).filter { $0.guarded == target }
        return refused.map { ticket in
            leaveQueue(ticket)
            meter.released(ticket.call, with: error)
            return release(ticket, with: error)
        }
    }

    private func leaveQueue(_ ticket: CallTicket) {
        ticket.phase = .settled
        disarm(ticket)
        lanes[ticket.lane]?.waiting.removeAll { $0 === ticket }
        if let target = ticket.guarded { breakers.dropped(ticket.number, of: target) }
    }

    /// What tells a ticket's caller. The work goes along, so that it is freed without the lock: freeing it may hand in
    /// a ticket.
    private func release(_ ticket: CallTicket, with failure: LibvirtError) -> Telling {
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
    func next(in name: CallLane) -> CallTicket? {
        lock.whileLocked {
            while let lane = lanes[name] {
                let now = ContinuousClock.now
                if lane.threads > lane.allowed(at: now) {
                    // This thread may have been woken for a ticket that it now leaves to another.
                    if !lane.waiting.isEmpty {
                        lane.work.wakeOne()
                        watchForSlowCalls(in: name)
                    }
                    break
                }
                if let index = lane.ready { return take(index, of: name, at: now) }
                if ending { break }
                lanes[name]?.idle += 1
                lane.work.wait(holding: lock)
                lanes[name]?.idle -= 1
            }
            lanes[name]?.threads -= 1
            return nil
        }
    }

    private func take(_ index: Int, of name: CallLane, at now: ContinuousClock.Instant) -> CallTicket? {
        guard let ticket = lanes[name]?.waiting.remove(at: index) else { return nil }
        ticket.phase = .running
        ticket.started = now
        lanes[name]?.running.append(ticket)
        if let target = ticket.guarded { lanes[name]?.taken.insert(target) }
        if ticket.isMetered { meter.began(ticket.call) }
        watchForSlowCalls(in: name)
        return ticket
    }

    /// Makes the call; all that it leaves behind is freed before this returns, and without the lock.
    func run(_ ticket: CallTicket) {
        let completion = completion(of: ticket)
        let ended = ContinuousClock.now
        let isWanted = lock.whileLocked { () -> Bool in
            let isWanted = ticket.phase == .running
            ticket.phase = .settled
            ticket.refusal = nil
            disarm(ticket)
            lanes[ticket.lane]?.running.removeAll { $0 === ticket }
            if let target = ticket.guarded { lanes[ticket.lane]?.taken.remove(target) }
            if let target = ticket.target {
                // Where nothing was left to do, its caller gave up before the call was made: it says nothing.
                if completion == nil {
                    breakers.dropped(ticket.number, of: target)
                } else {
                    breakers.returned(ticket.number, of: target)
                }
            }
            if ticket.isMetered {
                meter.ended(ticket.call, after: ticket.started.duration(to: ended), completion?.failure)
            }
            return isWanted
        }
        if isWanted { completion?.deliver() }
    }

    /// Makes the call. The body and what it holds are freed when this returns, before the caller goes on, who may
    /// rely on being the last to hold something.
    private func completion(of ticket: CallTicket) -> CallTicket.Completion? {
        let work = lock.whileLocked { () -> (@Sendable () -> CallTicket.Completion)? in
            defer { ticket.work = nil }
            return ticket.work
        }
        return work?()
    }
}
