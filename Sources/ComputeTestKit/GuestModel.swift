// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

/// One guest as the driver promises it to be: absent, off, running or paused, with at most one operation on it.
///
/// A spawn, a start, a stop and a deletion show what is between before they are done; a killed hypervisor, and a guest
/// that was asked to go down, go off at a time of their own.
public struct GuestModel: Sendable, Hashable {
    /// Who it is.
    enum Identity: Sendable, Hashable {
        case nobody
        /// Made by a spawn whose caller was not told the identity.
        case unseen
        case known(String)
    }

    /// Whether it runs.
    enum Power: Sendable, Hashable {
        case off, running, paused
    }

    /// An operation in the middle.
    struct Work: Sendable, Hashable {
        let call: Int
        let request: GuestRequest
        /// Whether its caller was told that it was done: then it was never left to be settled.
        let succeeds: Bool
    }

    var identity = Identity.nobody
    var power = Power.off
    var work: Work?
    /// Its hypervisor was killed, which libvirt may not have seen yet.
    var isDoomed = false
    /// Somebody asked it to go down, and waits no longer.
    var wasAsked = false
    /// Who asked it to go down, and waits.
    var asking: Set<Int> = []
    /// Somebody asked it to reboot, and waits no longer, or was told that it has.
    var mayReboot = false
    /// Who asked it to reboot, and waits.
    var rebooting: Set<Int> = []

    /// No guest.
    public init() {}
}

extension GuestModel {
    /// What may happen by itself next.
    var spontaneous: [GuestModel] {
        var found: [GuestModel] = []
        let goesDown = power == .running && (wasAsked || !asking.isEmpty)
        if power != .off, isDoomed || goesDown { found.append(turnedOff()) }
        // Libvirt lets a guest run once it has rebooted, also one that was paused meanwhile.
        if power == .paused, mayReboot || !rebooting.isEmpty {
            var awake = self
            awake.power = .running
            found.append(awake)
        }
        return found
    }

    /// Whether the call, in this phase, asks or tells only what is, and is done where that is so.
    static func isPure(_ call: GuestCall) -> Bool {
        switch call.answer {
        case .saw, .conflict: true
        case .absent: call.request != .shutdown
        case .done: call.request == .reset
        case .nothing, .perhaps: false
        }
    }

    /// Whether what the call was told is so now.
    func confirms(_ call: GuestCall) -> Bool {
        switch (call.answer, call.request) {
        case (.saw(let state), _): isNamed(call.id) && visible.contains(state)
        case (.absent, .look) where call.id == nil: identity == .nobody
        case (.absent, _): !isNamed(call.id)
        case (.conflict, .spawn): identity != .nobody
        case (.conflict, _) where isBetween(for: call): true
        case (.conflict, .start): isFree(for: call) && power == .paused
        case (.conflict, .deleteStopped): isFree(for: call) && power != .off
        case (.conflict, .shutdown): isFree(for: call) && power == .paused
        case (.conflict, .pause), (.conflict, .resume): isFree(for: call) && power == .off
        case (.conflict, _): isFree(for: call) && power != .running
        case (.done, _): isFree(for: call) && power == .running
        case (.nothing, _), (.perhaps, _): true
        }
    }

    /// The states in which a reader may see it.
    var visible: Set<InstanceState> {
        switch work?.request {
        case .spawn: Set([.defined, .running, .paused, .stopped, .crashed] + left)
        case .start: [.stopped, .crashed, .paused, .running]
        case .delete, .deleteStopped: Set([.defined, .running, .paused, .stopped, .crashed] + left)
        // A hypervisor that is on its way out counts as running, whatever its guest was.
        case .stop: power == .paused ? [.paused, .running, .stopped, .crashed] : [.running, .stopped, .crashed]
        default:
            switch power {
            case .running: [.running]
            case .paused: [.paused]
            case .off: [.stopped, .crashed]
            }
        }
    }

    /// What an operation that is left to be settled shows besides.
    private var left: [InstanceState] {
        work?.succeeds == false ? [.error] : []
    }

    func isNamed(_ id: String?) -> Bool {
        guard case .known(let own) = identity else { return false }
        return own == id
    }

    /// Whether the call is about this guest, and no other operation works on it.
    func isFree(for call: GuestCall) -> Bool {
        work == nil && isNamed(call.id)
    }

    /// Whether the guest is being made or deleted, and the call is told so: because it takes no lock to see that, or
    /// because what was left of the other operation is not settled.
    private func isBetween(for call: GuestCall) -> Bool {
        guard let work, work.request != .start, work.request != .stop, isNamed(call.id) else { return false }
        return call.request == .shutdown || !work.succeeds
    }

    func turnedOff() -> GuestModel {
        var next = self
        next.power = .off
        next.isDoomed = false
        next.wasAsked = false
        next.mayReboot = false
        return next
    }
}

extension GuestModel: CustomStringConvertible {
    /// The state in a few words.
    public var description: String {
        guard identity != .nobody else { return "absent" }
        let name =
            switch identity {
            case .known(let id): String(id.prefix(8))
            case .unseen, .nobody: "of unknown identity"
            }
        var words = ["\(power) \(name)"]
        if let work { words.append("in the middle of \(work.request.rawValue)") }
        if isDoomed { words.append("with its hypervisor killed") }
        if wasAsked || !asking.isEmpty { words.append("asked to go down") }
        if mayReboot || !rebooting.isEmpty { words.append("asked to reboot") }
        return words.joined(separator: ", ")
    }
}
