// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import InstanceModel

/// One who listens to the fake hypervisor's events.
struct EventListener {
    let continuation: InstanceEvents.Continuation
    var isMissing = false

    /// Hands an event on; what the listener has no room for shows as a gap once there is room.
    mutating func hear(_ event: InstanceEvent) {
        if isMissing {
            guard case .enqueued = continuation.yield(.gap(at: event.time)) else { return }
            isMissing = false
        }
        if case .dropped = continuation.yield(event) { isMissing = true }
    }
}

extension FakeHypervisor {
    /// How many events are held for a listener who does not take them.
    public static let eventCapacity = 256

    /// How many listen to events now.
    public var listenerCount: Int { listeners.count }

    /// Lets something happen to an instance that only shows as an event.
    public func happen(_ kind: InstanceEvent.Kind, to id: InstanceID, details: [String: String] = [:]) {
        tell(kind, machines[id], details)
    }

    /// Changes an instance's state without an event, as while a connection is lost.
    public func changeUnheard(_ state: InstanceState, of id: InstanceID) {
        machines[id]?.state = state
    }

    /// Removes an instance without an event, as while a connection is lost.
    public func removeUnheard(_ id: InstanceID) {
        machines[id] = nil
    }

    /// Lets every listener find a gap, as after a connection that was lost.
    public func loseEvents() {
        tell(.gap, nil, [:])
    }

    /// Ends all streams of events with an error, or as a driver does that is closed.
    public func endEvents(throwing error: ComputeError? = nil) {
        for listener in listeners.values { listener.continuation.finish(throwing: error) }
        listeners = [:]
    }

    /// Arranges what ``InstanceObservation/statistics(of:context:)`` answers.
    public func setStatistics(_ statistics: InstanceStatistics) {
        self.statistics[statistics.id] = statistics
    }

    func tell(_ kind: InstanceEvent.Kind, _ machine: Machine?, _ details: [String: String]) {
        let event = InstanceEvent(
            kind, id: machine?.id, name: machine?.instance.name.description, details: details, time: now())
        for number in listeners.keys { listeners[number]?.hear(event) }
    }

    /// Tells what a change of state is, as libvirt would.
    func tellChange(from old: InstanceState, of machine: Machine, because reason: String) {
        switch machine.state {
        case .running where old == .paused: tell(.resumed, machine, ["reason": "resumed"])
        case .running where old != .running: tell(.started, machine, ["reason": "booted"])
        case .paused where old != .paused: tell(.paused, machine, ["reason": "paused"])
        case .stopped where old != .stopped && old != .defined: tell(.stopped, machine, ["reason": reason])
        default: break
        }
    }

    func leave(_ number: Int) {
        listeners[number] = nil
    }
}
