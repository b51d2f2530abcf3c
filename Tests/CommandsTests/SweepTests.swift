// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import ComputeTestKit
import Foundation
import InstanceModel
import Testing

@Suite("host sweep")
struct SweepTests {
    private let roost = CommandLineRun()

    private func arrange() async throws {
        let id = try #require(InstanceID("00000001-0000-4000-8000-000000000000"))
        var report = ReconcileReport()
        report.orphans = [
            Orphan(kind: .files, name: "/s/instances/x", instanceID: id, since: Date(timeIntervalSince1970: 0)),
            Orphan(kind: .tap, name: "rst0", instanceID: id, since: nil, obstacle: "nobody's"),
        ]
        report.recovered = ["web-1"]
        report.notRecovered = ["idempotency keys"]
        report.drifts = [Drift(name: "web-2", differences: ["/domain/memory is \"1\", not \"2\""])]
        report.quarantined = ["/s/images/strange"]
        report.unseen = ["tap devices: no ip"]
        await roost.hypervisor.arrange(report)
    }

    @Test("shows orphans with age and owner, and removes nothing unasked")
    func shows() async throws {
        try await arrange()
        let outcome = await roost("host", "sweep")
        #expect(outcome.status == 0)
        let days = Int(Date().timeIntervalSince1970) / 86_400
        let lines = outcome.output.split(separator: "\n").map(String.init)
        #expect(lines.count == 8)
        #expect(lines[1].hasPrefix("files   \(days) d  00000001-0000-4000-8000-000000000000  kept"))
        #expect(lines[2].hasPrefix("tap     -        00000001-0000-4000-8000-000000000000  stays: nobody's  rst0"))
        #expect(
            lines[3...] == [
                "recovered: web-1", "not recovered: idempotency keys",
                "drift: web-2: /domain/memory is \"1\", not \"2\"", "quarantined: /s/images/strange",
                "not looked at: tap devices: no ip",
            ])
        #expect(await roost("host", "sweep").output == outcome.output)
    }

    @Test("removes what nothing stands against when asked, as JSON with every documented key")
    func deletes() async throws {
        try await arrange()
        let outcome = await roost("host", "sweep", "--delete", "-o", "json")
        #expect(outcome.status == 0)
        let json = try jsonObject(outcome.output)
        #expect(
            Set(json.keys) == ["orphans", "recovered", "not_recovered", "drifts", "quarantined", "unseen"])
        let orphans = try #require(json["orphans"] as? [[String: Any]])
        #expect(orphans.map { $0["fate"] as? String } == ["removed", "kept"])
        #expect(orphans.map { $0["obstacle"] as? String } == [nil, "nobody's"])
        #expect(Set(orphans[0].keys) == ["kind", "name", "owner", "since", "obstacle", "fate", "failure"])
        #expect(await roost("host", "sweep", "--quiet").output == "rst0\n")
    }

    @Test("fails where an orphan could not be removed")
    func failure() async throws {
        var report = ReconcileReport()
        report.orphans = [
            Orphan(
                kind: .socket, name: "/s", instanceID: InstanceID(), since: nil, obstacle: "x",
                fate: .failed("an operation works on it"))
        ]
        await roost.hypervisor.arrange(report)
        let outcome = await roost("host", "sweep", "--delete")
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("failed: an operation works on it"))
    }
}
