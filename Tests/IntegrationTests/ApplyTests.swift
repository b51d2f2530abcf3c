// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import Foundation
import Libvirt
import RoostKit
import Testing

/// Instances that run are brought to other documents, and show it.
@Suite("Applying a document", .serialized)
struct ApplyTests {
    private static let lab = "apply"

    /// Whether the guest's interface has a link.
    private static let carrier =
        "n=$(ls /sys/class/net | grep -v lo); ip link set $n up; cat /sys/class/net/$n/carrier"

    private func spawn(_ name: String, in lab: Lab) async throws -> InstanceID {
        try await lab.driver.spawn(Instance.changeable(name), until: .agent(within: Lab.patience), context: lab.context)
            .id
    }

    @Test("gives a running guest more processors, another limit, a cable without a link and labels, and nothing else")
    func live() async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        let id = try await spawn("apply-1", in: lab)
        #expect(try await lab.shell("nproc; \(Self.carrier)", in: id) == "1\n1")
        let newer = try Instance.changeable("apply-1", vcpus: 3, iops: 40, isLinkUp: false, labels: ["role": "web"])
        let preview = try await lab.driver.preview(applying: newer, to: id, context: lab.context)
        #expect(
            preview.changes.map(\.change.path).sorted() == [
                "disks[0].limits.iops", "interfaces[0].link", "labels.role", "vcpus",
            ])
        #expect(preview.changes.allSatisfy { $0.timing == .live })
        #expect(try await lab.shell("nproc", in: id) == "1")

        let report = try await lab.driver.apply(
            newer, to: id, options: ApplyOptions(basis: preview.basis), context: lab.context)
        #expect(report == ApplyReport(changes: preview.changes))
        // The kernel may leave it to the guest to switch a new processor on.
        let online = """
            for c in /sys/devices/system/cpu/cpu[12]/online; do [ -e $c ] && echo 1 > $c; done
            n=0; until [ "$(nproc)" = 3 ] || [ $n = 100 ]; do n=$((n+1)); usleep 100000; done; nproc
            """
        #expect(try await lab.shell(online, in: id) == "3")
        #expect(try await lab.shell(Self.carrier, in: id) == "0")
        let reads = "time -f %e dd if=/dev/vda of=/dev/null bs=4k count=120 iflag=direct 2>&1 | tail -n 1"
        let seconds = try await Double(lab.shell(reads, in: id)) ?? 0
        #expect(seconds > 1.5, "120 reads took \(seconds) s")

        let (running, definition) = try await lab.documents(of: id)
        for document in [running, definition] {
            #expect(document.disks[0][limit: .operations] == 40)
            #expect(document.interfaces[0].isLinkUp == false)
            #expect(document.currentProcessorCount ?? document.processorCount == 3)
            #expect(try document.text().contains("web"))
        }
        let status = try await lab.driver.instance("apply-1", context: lab.context)
        #expect(status.vcpus == 3 && status.labels == ["role": "web"])
        #expect(try await lab.reconcile(.show).drifts.isEmpty)
        let again = try await lab.driver.apply(newer, to: id, options: ApplyOptions(), context: lab.context)
        #expect(again == ApplyReport())
        // Without the limit, and with the cable plugged in again.
        let back = try Instance.changeable("apply-1", vcpus: 3, iops: nil, labels: ["role": "web"])
        let undone = try await lab.driver.apply(back, to: id, options: ApplyOptions(), context: lab.context)
        #expect(!undone.needsRestart)
        #expect(try await lab.shell(Self.carrier, in: id) == "1")
        #expect(try await lab.documents(of: id).running.disks[0][limit: .operations] == nil)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("what waits for the next boot is there after a restart, with what others added, and new claims are held")
    func restart() async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        let id = try await spawn("apply-2", in: lab)
        try await lab.edit(id) { document in
            document.title = "added by another"
            document.serials.append(Serial(backend: .pty(), port: 1))
        }
        let newer = try Instance.changeable("apply-2", watchdog: .pause, publish: ["42223:22"])
        let watchdogs = "cat /sys/bus/pci/devices/*/device | grep -c 0x25ab || true"
        let waiting: ApplyReport
        do throws(ComputeError) {
            waiting = try await lab.driver.apply(newer, to: id, options: ApplyOptions(), context: lab.context)
        } catch {
            Issue.record("DETAILS \(error.details)")
            throw error
        }
        #expect(waiting.needsRestart && !waiting.isRestarted)
        #expect(try await lab.shell(watchdogs, in: id) == "0")
        let claims = try Journal.open(lab.state).claims(of: id).map(\.claim.description)
        #expect(claims.contains("port tcp:127.0.0.1:42223"))
        #expect(try await lab.documents(of: id).definition.title == "added by another")

        let third = try Instance.changeable("apply-2", labels: ["n": "3"], watchdog: .pause)
        let report = try await lab.driver.apply(
            third, to: id, options: ApplyOptions(restart: .seconds(120)), context: lab.context)
        #expect(report.isRestarted && !report.needsRestart)
        try await lab.driver.waitForAgent(id, within: Lab.patience, context: lab.context)
        #expect(try await lab.shell(watchdogs, in: id) == "1")
        #expect(try await lab.documents(of: id).running.serials.count == 2)
        #expect(!(try Journal.open(lab.state).claims(of: id)).map(\.claim.kind).contains(.port))
        #expect(try await lab.documents(of: id).definition.title == "added by another")
        #expect(try await lab.reconcile(.show).drifts.isEmpty)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("is refused before any effect where the instance cannot become that, or somebody else has what it asks for")
    func refusals() async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        let id = try await spawn("apply-3", in: lab)
        let other = try await lab.driver.spawn(
            Instance.changeable("apply-4", publish: ["42224:22"]), until: .started, context: lab.context)
        let history = try lab.history().count
        let definition = try await lab.documents(of: id).definition

        let renamed = try Instance.changeable("apply-5")
        var error = await #expect(throws: ComputeError.self) {
            try await lab.driver.apply(renamed, to: id, options: ApplyOptions(), context: lab.context)
        }
        #expect(error?.code == .invalid && error?.problems.map(\.path) == ["name"])
        error = await #expect(throws: ComputeError.self) {
            try await lab.driver.apply(
                Instance.changeable("apply-3", publish: ["42224:22"]), to: id, options: ApplyOptions(),
                context: lab.context)
        }
        #expect(error?.code == .conflict && error?.outcome == .didNotHappen)
        error = await #expect(throws: ComputeError.self) {
            try await lab.driver.apply(
                Instance.changeable("apply-3", vcpus: 2), to: id, options: ApplyOptions(basis: "another"),
                context: lab.context)
        }
        #expect(error?.code == .conflict)
        let stranger = OperationContext(principal: Principal(name: "stranger"))
        error = await #expect(throws: ComputeError.self) {
            try await lab.driver.apply(
                Instance.changeable("apply-3", vcpus: 2), to: id, options: ApplyOptions(), context: stranger)
        }
        #expect(error?.code == .denied)
        error = await #expect(throws: ComputeError.self) {
            try await lab.driver.apply(
                Instance.changeable("apply-3"), to: InstanceID(), options: ApplyOptions(), context: lab.context)
        }
        #expect(error?.code == .notFound)
        #expect(try lab.history().count == history)
        #expect(try await lab.documents(of: id).definition == definition)
        try await lab.driver.delete(other.id, policy: .evenRunning, context: lab.context)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("two at once on one instance leave one of the two, and one while it stops waits for it or does not happen")
    func together() async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        let id = try await spawn("apply-6", in: lab)
        async let first = lab.driver.apply(
            Instance.changeable("apply-6", vcpus: 2, labels: ["a": "1"]), to: id, options: ApplyOptions(),
            context: lab.context)
        async let second = lab.driver.apply(
            Instance.changeable("apply-6", vcpus: 3, labels: ["a": "2"]), to: id, options: ApplyOptions(),
            context: lab.context)
        _ = try await (first, second)
        let status = try await lab.driver.instance("apply-6", context: lab.context)
        #expect([[2, 1], [3, 2]].contains([status.vcpus, Int(status.labels["a"] ?? "")]))
        #expect(try await lab.reconcile(.show).drifts.isEmpty)

        async let stop: Void = lab.driver.stop(id, policy: .force, context: lab.context)
        let newer = try Instance.changeable("apply-6", vcpus: 3, iops: 400, isLinkUp: false, labels: ["a": "3"])
        _ = try await lab.driver.apply(newer, to: id, options: ApplyOptions(), context: lab.context)
        try await stop
        let off = try await lab.driver.instance("apply-6", context: lab.context)
        #expect(off.state == .stopped && off.labels == ["a": "3"])
        #expect(try await lab.documents(of: id).definition.disks[0][limit: .operations] == 400)
        try await lab.driver.start(id, context: lab.context)
        try await lab.driver.waitForAgent(id, within: Lab.patience, context: lab.context)
        #expect(try await lab.shell("nproc; \(Self.carrier)", in: id) == "3\n0")
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("the command shows the difference, applies it, and says where there is none")
    func command() async throws {
        let lab = try await Lab.ready(Self.lab)
        let document = { (more: String) in Lab.document("apply-7", more: more) }
        try await lab.roost.json("run", "-", input: document("maximum_vcpus: 2"))
        let dry = try await lab.roost.json(
            "apply", "-", "--dry-run", input: document("maximum_vcpus: 2\nlabels: { a: b }"))
        #expect(dry["applied"] == .boolean(false))
        let done = try await lab.roost(
            ["apply", "-"], input: document("maximum_vcpus: 2\nlabels: { a: b }\nwatchdog: { action: pause }"))
        #expect(done.status == 0)
        #expect(
            done.text == """
                labels.a is set to "b" (live)
                watchdog.action is set to "pause" (at the next boot)
                apply-7: changed; the rest comes with its next boot

                """)
        let same = try await lab.roost(
            ["apply", "-"], input: document("maximum_vcpus: 2\nlabels: { a: b }\nwatchdog: { action: pause }"))
        #expect(same.status == 0 && same.text == "apply-7: there is nothing to change\n")
        let spec = try await lab.roost(["show", "apply-7", "--spec"])
        #expect(try await lab.roost(["apply", "-"], input: spec.text).text == same.text)
        #expect(try await lab.roost(["apply", "-"], input: Lab.document("apply-8")).status == 3)
        try await lab.deleteAll()
    }
}

extension Lab {
    /// A connection of the test's own to the lab's daemon.
    func connection() async throws -> Connection {
        try await Connection.open(ConnectionURI("qemu:///session?socket=\(state.daemonSocket)"))
    }

    /// What libvirt says of a guest: as it runs (or is defined, where it is off), and as it is defined.
    func documents(of id: InstanceID) async throws -> (running: DomainDocument, definition: DomainDocument) {
        let connection = try await connection()
        let domain = try await connection.domain(uuid: id.uuid)
        let documents = (
            try await DomainDocument(parsing: domain.xml()), try await DomainDocument(parsing: domain.xml(.inactive))
        )
        await connection.close()
        return documents
    }

    /// Changes a definition behind Roost's back, as `virsh edit` does.
    func edit(_ id: InstanceID, _ change: (inout DomainDocument) -> Void) async throws {
        let connection = try await connection()
        var document = try await DomainDocument(parsing: connection.domain(uuid: id.uuid).xml(.inactive))
        change(&document)
        _ = try await connection.define(document.text())
        await connection.close()
    }
}
