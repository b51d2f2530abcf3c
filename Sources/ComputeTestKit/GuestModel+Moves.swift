// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

/// What a call does to the model, in one phase or in two.
extension GuestModel {
    /// The model after a move of a call, and whether the call is over then.
    struct Move {
        let model: GuestModel
        let isOver: Bool
    }

    /// What the call may do next; `hasBegun` tells whether it has made the first of two moves.
    func moves(of call: GuestCall, number: Int, hasBegun: Bool) -> [Move] {
        if Self.isPure(call) {
            if confirms(call) { return [Move(model: self, isOver: true)] }
            return binding(call)
        }
        switch call.request {
        case .spawn: return hasBegun ? spawnEnds(call, number) : spawnBegins(call, number)
        case .start: return hasBegun ? startEnds(call, number) : startBegins(call, number)
        case .delete, .deleteStopped: return hasBegun ? deleteEnds(call, number) : deleteBegins(call, number)
        case .shutdown: return hasBegun ? shutdownEnds(call, number) : shutdownBegins(call, number)
        case .stop: return hasBegun ? stopEnds(call, number) : stopBegins(call, number)
        case .pause, .resume: return atOnce(call)
        case .crash: return [Move(model: killed(), isOver: true)]
        case .reboot: return hasBegun ? rebootEnds(call, number) : rebootBegins(call, number)
        case .reset, .look: return []
        }
    }

    /// Whether a call that ended need not have had an effect.
    static func isOptional(_ call: GuestCall) -> Bool {
        call.answer == .nothing || call.answer == .perhaps
    }

    /// Whether the call can leave a trace at all.
    static func matters(_ call: GuestCall) -> Bool {
        switch (call.answer, call.request) {
        // A spawn and a start that are put back may be seen meanwhile.
        case (.nothing, .spawn), (.nothing, .start): true
        case (.nothing, _), (.perhaps, .reset), (.perhaps, .look): false
        default: true
        }
    }

    /// A guest whose identity nobody was told is seen for the first time.
    private func binding(_ call: GuestCall) -> [Move] {
        guard identity == .unseen, let id = call.id, call.answer != .absent else { return [] }
        var next = self
        next.identity = .known(id)
        return next.confirms(call) ? [Move(model: next, isOver: true)] : []
    }

    /// The same guest under the identity that the call has, where it may be it, and no other operation works on it. A
    /// forced stop and a deletion go on where one was left that cannot be settled now.
    private func bound(to call: GuestCall) -> GuestModel? {
        let goesOn = call.request == .stop || call.request == .delete || call.request == .deleteStopped
        guard work == nil || goesOn && work?.succeeds == false else { return nil }
        if isNamed(call.id) { return self }
        guard identity == .unseen, let id = call.id else { return nil }
        var next = self
        next.identity = .known(id)
        return next
    }

    private func spawnBegins(_ call: GuestCall, _ number: Int) -> [Move] {
        guard identity == .nobody, work == nil else { return [] }
        var next = GuestModel()
        next.identity = call.id.map { .known($0) } ?? .unseen
        next.work = Work(call: number, request: .spawn, succeeds: call.succeeded)
        return [Move(model: next, isOver: false)]
    }

    private func spawnEnds(_ call: GuestCall, _ number: Int) -> [Move] {
        guard work?.call == number else { return overtaken(call) }
        var made = self
        made.work = nil
        made.power = .running
        return results(of: call, done: made, undone: GuestModel())
    }

    private func startBegins(_ call: GuestCall, _ number: Int) -> [Move] {
        guard var next = bound(to: call) else { return [] }
        switch power {
        case .running: return call.answer == .nothing ? [] : [Move(model: next, isOver: true)]
        case .paused: return []
        case .off:
            next.work = Work(call: number, request: .start, succeeds: call.succeeded)
            return [Move(model: next, isOver: false)]
        }
    }

    private func startEnds(_ call: GuestCall, _ number: Int) -> [Move] {
        guard work?.call == number else { return overtaken(call) }
        var undone = turnedOff()
        undone.work = nil
        var started = self
        started.work = nil
        started.power = .running
        return results(of: call, done: started, undone: undone)
    }

    /// What was left of an operation is gone with what came after it.
    private func overtaken(_ call: GuestCall) -> [Move] {
        call.succeeded ? [] : [Move(model: self, isOver: true)]
    }

    private func results(of call: GuestCall, done: GuestModel, undone: GuestModel) -> [Move] {
        let models =
            switch call.answer {
            case .done: [done]
            case .perhaps: [done, undone]
            default: [undone]
            }
        return models.map { Move(model: $0, isOver: true) }
    }

    private func deleteBegins(_ call: GuestCall, _ number: Int) -> [Move] {
        // What was left of a deletion may have turned it off, and is finished.
        let isBeingDeleted = work?.request == .delete || work?.request == .deleteStopped
        guard var next = bound(to: call), call.request == .delete || power == .off || isBeingDeleted else { return [] }
        next.work = Work(call: number, request: call.request, succeeds: call.succeeded)
        return [Move(model: next, isOver: false)]
    }

    private func deleteEnds(_ call: GuestCall, _ number: Int) -> [Move] {
        guard work?.call == number else { return overtaken(call) }
        return [Move(model: GuestModel(), isOver: true)]
    }

    private func shutdownBegins(_ call: GuestCall, _ number: Int) -> [Move] {
        // It looks whether the guest is off without waiting for an operation.
        if work != nil, call.answer == .done, isNamed(call.id) { return [Move(model: self, isOver: true)] }
        // One that nobody was told of yet may be another.
        let isAbsent = call.answer == .absent && !isNamed(call.id)
        let absent = isAbsent ? [Move(model: self, isOver: true)] : []
        guard var next = bound(to: call) else { return absent }
        switch power {
        case .paused: return absent
        case .off: return call.answer == .done ? [Move(model: next, isOver: true)] : absent
        case .running:
            next.asking.insert(number)
            return absent + [Move(model: next, isOver: false)]
        }
    }

    private func shutdownEnds(_ call: GuestCall, _ number: Int) -> [Move] {
        var next = self
        next.asking.remove(number)
        switch call.answer {
        case .done:
            return (power == .off || work != nil) && isNamed(call.id) ? [Move(model: next, isOver: true)] : []
        case .absent:
            return isNamed(call.id) ? [] : [Move(model: next, isOver: true)]
        default:
            if power != .off, asking.contains(number) { next.wasAsked = true }
            return [Move(model: next, isOver: true)]
        }
    }

    private func stopBegins(_ call: GuestCall, _ number: Int) -> [Move] {
        guard var next = bound(to: call) else { return [] }
        // Where it goes on over what was left, that stays to be settled.
        guard power != .off, work == nil else { return [Move(model: next.turnedOff(), isOver: true)] }
        next.work = Work(call: number, request: .stop, succeeds: call.succeeded)
        return [Move(model: next, isOver: false)]
    }

    private func stopEnds(_ call: GuestCall, _ number: Int) -> [Move] {
        guard work?.call == number else { return overtaken(call) }
        var next = turnedOff()
        next.work = nil
        return [Move(model: next, isOver: true)]
    }

    private func rebootBegins(_ call: GuestCall, _ number: Int) -> [Move] {
        guard var next = bound(to: call), power == .running else { return [] }
        next.rebooting.insert(number)
        return [Move(model: next, isOver: false)]
    }

    private func rebootEnds(_ call: GuestCall, _ number: Int) -> [Move] {
        var next = self
        let isSame = next.rebooting.remove(number) != nil
        // Also after it was done: libvirt keeps in mind that it was asked, and finishes it when it is started again.
        if isSame, power != .off { next.mayReboot = true }
        return [Move(model: next, isOver: true)]
    }

    private func atOnce(_ call: GuestCall) -> [Move] {
        guard var next = bound(to: call) else { return [] }
        switch call.request {
        case .pause where power != .off: next.power = .paused
        case .resume where power != .off: next.power = .running
        default: return []
        }
        return [Move(model: next, isOver: true)]
    }

    private func killed() -> GuestModel {
        guard identity != .nobody, power != .off || work != nil else { return self }
        var next = self
        next.isDoomed = true
        return next
    }
}
