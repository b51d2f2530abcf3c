// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Foundation
public import InstanceModel

/// One comparison of a host that a driver made by itself, and what came of it.
public struct Reconciliation: Sendable {
    /// Why it was made; what came while another one was made is met by one.
    public let occasions: Set<Occasion>
    /// When it began.
    public let startedAt: Date
    /// What dead processes had left, and was settled first.
    public let settled: [SettledOperation]
    /// The instances as they are now, by name; nil where they could not be listed.
    public let instances: [InstanceStatus]?
    /// How they changed since the comparison before, whether an event told of it or not.
    public let changes: [StateChange]
    /// What was found and done; or why the host could not be compared.
    public let report: Result<ReconcileReport, ComputeError>

    /// A comparison of these parts.
    public init(
        occasions: Set<Occasion>, startedAt: Date, settled: [SettledOperation], instances: [InstanceStatus]?,
        changes: [StateChange], report: Result<ReconcileReport, ComputeError>
    ) {
        self.occasions = occasions
        self.startedAt = startedAt
        self.settled = settled
        self.instances = instances
        self.changes = changes
        self.report = report
    }

    /// Why a host is compared; the raw value is stable.
    public enum Occasion: String, Sendable, Hashable, CaseIterable {
        /// It is the first time.
        case start
        /// The connection was lost, and is there again.
        case reconnect
        /// Events are missing.
        case gap
        /// It is time again.
        case schedule
    }

    /// An instance whose state is another than it was.
    public struct StateChange: Sendable, Hashable {
        /// The instance.
        public let id: InstanceID
        /// Its name.
        public let name: String
        /// What it was; nil where it was not there.
        public let before: InstanceState?
        /// What it is; nil where it is gone.
        public let now: InstanceState?

        /// A change.
        public init(id: InstanceID, name: String, before: InstanceState?, now: InstanceState?) {
            self.id = id
            self.name = name
            self.before = before
            self.now = now
        }

        /// How instances changed from one list to a later one, in the order of the lists.
        public static func changes(from before: [InstanceStatus], to now: [InstanceStatus]) -> [StateChange] {
            let known = Dictionary(before.map { ($0.id, $0.state) }) { first, _ in first }
            let present = Set(now.map(\.id))
            let gone = before.filter { !present.contains($0.id) }.map { status in
                StateChange(id: status.id, name: status.name, before: status.state, now: nil)
            }
            let changed = now.filter { $0.state != known[$0.id] }.map { status in
                StateChange(id: status.id, name: status.name, before: known[status.id], now: status.state)
            }
            return gone + changed
        }
    }
}

/// When a driver that runs for long compares its host by itself, and what it removes then.
public struct ReconcileSettings: Sendable, Hashable {
    /// How often the host is compared where nothing else gives occasion, more or less a tenth.
    public let interval: Duration
    /// How long an orphan must be there to be removed; nil: none is but what was undone (``Orphan/isUndone``). Only
    /// those are that nothing stands against, as under ``ReconcileMode/delete``.
    public let removalAge: Duration?

    /// Each ten minutes, and nothing is removed but what was undone.
    public static let standard = ReconcileSettings()

    private init() {
        interval = .seconds(600)
        removalAge = nil
    }

    /// Settings of an interval of 10 seconds to a day, and an age of at least a minute.
    public init(
        every interval: Duration = standard.interval, removingOrphansOlderThan age: Duration? = nil
    ) throws(RuleViolation) {
        guard (.seconds(10) ... .seconds(86_400)).contains(interval) else {
            throw RuleViolation(
                value: "\(interval)", rule: "a host is compared every 10 seconds to every day",
                remedy: "use 600 seconds")
        }
        if let age, age < .seconds(60) {
            throw RuleViolation(
                value: "\(age)", rule: "an orphan is at least a minute old when it is removed",
                remedy: "use 3600 seconds")
        }
        self.interval = interval
        removalAge = age
    }

    /// How long to wait for the next comparison: many hosts that were started at once do not stay in step.
    public func pause(using generator: inout some RandomNumberGenerator) -> Duration {
        interval * Double.random(in: 0.9...1.1, using: &generator)
    }
}
