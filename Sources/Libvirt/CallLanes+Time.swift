// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

// What time does to calls: deadlines, calls that hang, and calls that are slow. All but `tell` and `keepTime` needs the
// lock.
extension CallLanes {
    /// Runs `telling` then, on the thread that keeps time.
    func tell(at time: ContinuousClock.Instant, _ telling: @escaping Telling) {
        lock.whileLocked { set(Alarm(time: time, object: .telling(telling))) }
    }

    /// Lets time do something to a ticket, then.
    func arm(_ ticket: CallTicket, at time: ContinuousClock.Instant) {
        set(Alarm(time: time, object: .ticket(ticket)))
    }

    func disarm(_ ticket: CallTicket) {
        guard let place = alarms.firstIndex(where: { $0.isAbout(ticket) }) else { return }
        alarms.remove(at: place)
    }

    private func set(_ alarm: Alarm) {
        let place = alarms.firstIndex { $0.time > alarm.time } ?? alarms.endIndex
        alarms.insert(alarm, at: place)
        if place == alarms.startIndex { wakeTimer(by: alarm.time) }
    }

    /// Sees to it that a call that becomes slow does not hold up those that wait in its lane.
    func watchForSlowCalls(in name: CallLane) {
        guard let lane = lanes[name], lane.check == nil, !lane.waiting.isEmpty, !name.keepsOrder else { return }
        let now = ContinuousClock.now
        // A call that is slow, or that nobody waits for, is made up for already.
        let started = lane.running.filter { $0.phase == .running && $0.started + lane.slowAfter > now }.map(\.started)
        guard let first = started.min() else { return }
        lanes[name]?.check = first + lane.slowAfter
        wakeTimer(by: first + lane.slowAfter)
    }

    /// Has the timer look at the time then, at the latest.
    private func wakeTimer(by time: ContinuousClock.Instant) {
        if hasTimer {
            // Most calls are over long before their deadlines, so the timer mostly wakes early enough for the next.
            if let wakes = timerWakes, wakes <= time { return }
            timerWakes = time
            timing.wakeOne()
        } else {
            // Without a thread for it a deadline is not kept; the next call with one tries again.
            hasTimer = OwnThread.start(named: "libvirt-time") { self.keepTime() }
        }
    }

    private func keepTime() {
        while let tellings = nextTellings() {
            for tell in tellings { tell() }
        }
    }

    /// Sleeps until somebody is to be told something; `nil` ends the thread.
    private func nextTellings() -> [Telling]? {
        lock.whileLocked {
            while true {
                let now = ContinuousClock.now
                checkLanes(at: now)
                if let alarm = alarms.first, alarm.time <= now {
                    alarms.removeFirst()
                    let tellings = ring(alarm)
                    if !tellings.isEmpty { return tellings }
                } else if let next = (lanes.values.compactMap(\.check) + alarms.prefix(1).map(\.time)).min() {
                    timerWakes = next
                    timing.wait(holding: lock, atMost: now.duration(to: next))
                } else if ending {
                    hasTimer = false
                    return nil
                } else {
                    timerWakes = nil
                    timing.wait(holding: lock)
                }
            }
        }
    }

    private func checkLanes(at now: ContinuousClock.Instant) {
        for (name, lane) in lanes {
            guard let check = lane.check, check <= now else { continue }
            lanes[name]?.check = nil
            if !lane.waiting.isEmpty {
                provideThread(for: name)
                watchForSlowCalls(in: name)
            }
        }
    }

    private func ring(_ alarm: Alarm) -> [Telling] {
        switch alarm.object {
        case .telling(let telling): [telling]
        case .ticket(let ticket): timeIsUp(for: ticket)
        }
    }

    private func timeIsUp(for ticket: CallTicket) -> [Telling] {
        if ticket.phase == .abandoned { return declareHung(ticket) }
        if ticket.phase == .running, let failure = ticket.givenUp { return stopAwaiting(ticket, because: failure) }
        return giveUp(ticket) { .deadlineExceeded(call: ticket.call, callMade: $0) }
    }
}
