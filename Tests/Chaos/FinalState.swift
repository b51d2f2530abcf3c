// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import RoostKit

/// Whether libvirt, database and disk agree once nothing is under way.
struct FinalState {
    let state: StateDirectory
    let driver: LibvirtDriver

    /// What does not agree.
    func findings(_ context: OperationContext) async throws -> [String] {
        var findings: [String] = []
        func expect(_ holds: Bool, _ finding: @autoclosure () -> String) {
            if !holds { findings.append("at the end: \(finding())") }
        }
        for settled in try await driver.settle(nil, context: context) {
            if case .failure(let error) = settled.result {
                findings.append("at the end: \(settled.operation.kind) cannot be settled: \(error)")
            }
        }
        let journal = try Journal.open(state)
        expect(try journal.unfinishedOperations().isEmpty, "operations are unfinished")
        expect(try DomainLocks(state).held().isEmpty, "locks are held")
        let report = try await driver.reconcile(.show, context: context)
        // What came after its spawn was undone is removed by whoever sees it.
        for orphan in report.orphans where !orphan.isUndone || orphan.fate != .removed {
            findings.append("at the end: orphan \(orphan.kind.rawValue) \(orphan.name)")
        }
        expect(report.recovered.isEmpty, "records were lost: \(report.recovered)")
        expect(report.quarantined.isEmpty, "files without a manifest: \(report.quarantined)")
        expect(report.drifts.isEmpty, "definitions differ: \(report.drifts)")
        expect(report.unseen.isEmpty, "not seen: \(report.unseen)")

        let instances = try await driver.instances(context: context)
        let ids = Set(instances.map(\.id.description))
        let directories = try FileManager.default.contentsOfDirectory(atPath: state.instances.string)
        expect(Set(directories) == ids, "directories \(directories.sorted()), instances \(ids.sorted())")
        let claims = try journal.claims()
        expect(
            Set(claims.map(\.instanceID.description)) == ids, "claims of \(claims.map(\.instanceID)), instances \(ids)")
        expect(
            claims.filter { $0.claim.kind == .name }.map(\.claim.value).sorted() == instances.map(\.name).sorted(),
            "claimed names are not those of the instances")
        let active = instances.filter { [.running, .paused].contains($0.state) }.map(\.name).sorted()
        let processes = StateProcesses(state: state).hypervisors().map { RealGuests.name(of: $0.guest) }.sorted()
        expect(active == processes, "guests that run: \(active), hypervisors: \(processes)")
        return findings
    }

    /// Deletes all, and gives what is left all the same.
    func leftovers(_ context: OperationContext) async throws -> [String] {
        for instance in try await driver.instances(context: context) {
            try await driver.delete(instance.id, policy: .evenRunning, context: context)
        }
        let journal = try Journal.open(state)
        var left = try journal.claims().map { "claim \($0.claim)" }
        left += try journal.instances().map { "record \($0.name)" }
        left += try FileManager.default.contentsOfDirectory(atPath: state.instances.string).map { "directory \($0)" }
        let processes = StateProcesses(state: state)
        // A guest that went down by itself may still be on its way out when libvirt calls the domain off.
        for _ in 0..<100 where !processes.hypervisors().isEmpty { try await Task.sleep(for: .milliseconds(100)) }
        left += processes.hypervisors().map { "process \($0.process) of guest \($0.guest)" }
        return left.map { "after all was deleted: \($0)" }
    }
}
