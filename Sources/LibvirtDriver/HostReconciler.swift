// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import Foundation

extension LibvirtDriver {
    /// Compares the host whenever there is occasion, for a program that runs for long: at once, after the connection
    /// was lost and is there again, where events are missing, and by ``DriverConfiguration/reconciliation``.
    ///
    /// Each time, what dead processes left is settled, instances that the database lost are put back, definitions that
    /// came after their spawn was undone are removed, and other orphans where that is configured. One comparison is
    /// made at a time. A host that cannot be reached is told, and tried again with a growing wait; no guest is started.
    /// It goes on until its task is cancelled, or the driver is closed; then the comparison under way is given up.
    ///
    /// - Parameters:
    ///   - context: Who answers for it. A deadline is not heeded.
    ///   - tell: Told of each comparison, one after the other.
    /// - Throws: ``ComputeError`` with code `denied`; or where events cannot be had for another reason than that the
    ///   host cannot be reached.
    public func keepReconciled(
        context: OperationContext, _ tell: @escaping @Sendable (Reconciliation) async -> Void
    ) async throws(ComputeError) {
        try authorizer.authorize(.reconcile, subject: "host", context: context)
        try await HostReconciler(driver: self, feed: InstanceEventFeed(driver: self), context: context, tell: tell)
            .run()
    }
}

/// Meets the occasions to compare a host, one after the other.
struct HostReconciler: Sendable {
    let driver: LibvirtDriver
    let feed: InstanceEventFeed
    let context: OperationContext
    let tell: @Sendable (Reconciliation) async -> Void
    var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    private let occasions = ReconcileOccasions()

    init(
        driver: LibvirtDriver, feed: InstanceEventFeed, context: OperationContext,
        tell: @escaping @Sendable (Reconciliation) async -> Void
    ) {
        self.driver = driver
        self.feed = feed
        var context = context
        context.deadline = nil
        self.context = context
        self.tell = tell
    }

    func run() async throws(ComputeError) {
        let result = await withTaskGroup(of: Result<Void, ComputeError>.self) { group in
            group.addTask { await listen() }
            group.addTask { await keepSchedule() }
            group.addTask { await compare() }
            defer { group.cancelAll() }
            return await group.next() ?? .success(())
        }
        try result.get()
    }

    /// Hears of gaps, and ends with the driver. Begins to listen first, so that nothing falls between.
    private func listen() async -> Result<Void, ComputeError> {
        do throws(ComputeError) {
            try await feed.begin(by: nil)
        } catch {
            guard InstanceEventFeed.isWorthWaiting(error) else { return .failure(error) }
        }
        occasions.note(.start)
        do throws(ComputeError) {
            while let event = try await feed.next() {
                guard event.kind == .gap else { continue }
                occasions.note(event.gapReason == .reconnected ? .reconnect : .gap)
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private func keepSchedule() async -> Result<Void, ComputeError> {
        var generator = SystemRandomNumberGenerator()
        while (try? await pause(driver.configuration.reconciliation.pause(using: &generator))) != nil {
            occasions.note(.schedule)
        }
        return .success(())
    }

    private func compare() async -> Result<Void, ComputeError> {
        var ages = OrphanAges()
        var known: [InstanceStatus]?
        var lastFailure: ComputeError?
        while let occasions = await occasions.next() {
            let startedAt = Date()
            var settled: [SettledOperation] = []
            var instances: [InstanceStatus]?
            let report: Result<ReconcileReport, ComputeError>
            do throws(ComputeError) {
                // Each time, and before anything is done: the policy may have changed since the last.
                try driver.authorizer.authorize(.reconcile, subject: "host", context: context)
                settled = await self.settled()
                report = await self.report(&ages)
                instances = try? await driver.listed(context: context)
            } catch {
                report = .failure(error)
            }
            // What was given up half-way tells nothing.
            guard !Task.isCancelled else { break }
            let changes = known.flatMap { known in
                instances.map { Reconciliation.StateChange.changes(from: known, to: $0) }
            }
            if let instances { known = instances }
            lastFailure = audit(report, after: lastFailure)
            await tell(
                Reconciliation(
                    occasions: occasions, startedAt: startedAt, settled: settled, instances: instances,
                    changes: changes ?? [], report: report))
        }
        return .success(())
    }

    /// What could not be settled is tried again next time; why, it says itself.
    private func settled() async -> [SettledOperation] {
        (try? await driver.settleAll()) ?? []
    }

    private func report(_ ages: inout OrphanAges) async -> Result<ReconcileReport, ComputeError> {
        do throws(ComputeError) {
            guard let age = driver.configuration.reconciliation.removalAge else {
                return .success(try await driver.compared(context: context) { _ in [] })
            }
            var seen = ages
            let report = try await driver.compared(context: context) { seen.see($0, olderThan: age) }
            ages = seen
            return .success(report)
        } catch {
            return .failure(error)
        }
    }

    /// Audits what changed something, and a failure unless it is that of the time before; gives the failure.
    private func audit(
        _ report: Result<ReconcileReport, ComputeError>, after last: ComputeError?
    ) -> ComputeError? {
        switch report {
        case .success(let report):
            let isChanged = !report.recovered.isEmpty || report.orphans.contains { $0.fate != .kept }
            if isChanged { driver.authorizer.note(.done, .reconcile, subject: "host", context: context) }
            return nil
        case .failure(let error):
            if error != last {
                driver.authorizer.note(.failed, .reconcile, subject: "host", context: context, error.message)
            }
            return error
        }
    }
}
