// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import Libvirt
import RoostKit
import Storage
import SystemPackage
import Testing

@testable import LibvirtDriver

/// Orphans of every kind on a real host, and a database that was lost.
@Suite("A sweep of a host", .serialized)
struct SweepTests {
    private static let lab = "sweep"

    /// A lab with one guest that stays as it is, and must come to no harm.
    private func scene() async throws -> (lab: Lab, guest: InstanceStatus) {
        let lab = try await Lab.ready(Self.lab)
        return (lab, try await lab.driver.spawn(lab.tiny("bystander"), until: .started, context: lab.context))
    }

    /// Expects one orphan of this kind, shown first and then removed, and the bystander unharmed.
    private func expectSwept(_ kind: Orphan.Kind, _ id: InstanceID, in lab: Lab, beside guest: InstanceStatus)
        async throws
    {
        let shown = try await lab.reconcile(.show)
        #expect(shown.orphans.map(\.kind) == [kind])
        #expect(shown.orphans.map(\.instanceID) == [id])
        #expect(shown.orphans.map(\.fate) == [.kept])
        #expect(try await lab.reconcile(.show).orphans == shown.orphans)
        let swept = try await lab.reconcile(.delete)
        #expect(swept.orphans.map(\.fate) == [.removed])
        #expect(try await lab.reconcile(.show).orphans == [])
        let left = try await lab.driver.instances(context: lab.context)
        #expect(left.map(\.id) == [guest.id])
        #expect(left.map(\.state) == [.running])
        try await lab.deleteAll()
        #expect(try Journal.open(lab.state).claims().isEmpty)
    }

    @Test("finds a whole host whole")
    func whole() async throws {
        let (lab, _) = try await scene()
        let report = try await lab.reconcile(.delete)
        #expect(report == ReconcileReport())
        try await lab.deleteAll()
        let text = try await lab.roost("host", "sweep")
        #expect(text.status == 0)
        let lines = text.text.split(separator: "\n").filter { !$0.hasPrefix("tap ") }
        #expect(lines.map { $0.split(separator: " ") } == [["ORPHAN", "AGE", "OWNER", "FATE", "NAME"]])
    }

    @Test("removes a record without a domain, but not while its files are there")
    func record() async throws {
        let (lab, guest) = try await scene()
        let lost = try await lab.driver.spawn(lab.tiny("lost"), until: .started, context: lab.context)
        let domain = try await lab.driver.requireDomain(lost.id)
        try await domain.destroy()
        try await domain.undefine()
        let kept = try await lab.reconcile(.delete)
        #expect(kept.orphans.map(\.obstacle) == ["its files are there: `roost delete` removes both"])
        #expect(kept.orphans.map(\.fate) == [.kept])
        #expect(FileManager.default.fileExists(atPath: lab.state.directory(of: lost.id).string))
        try FileManager.default.removeItem(atPath: lab.state.directory(of: lost.id).string)
        try await expectSwept(.record, lost.id, in: lab, beside: guest)
    }

    @Test("removes a definition without record and files, but not while its guest runs")
    func definition() async throws {
        let (lab, guest) = try await scene()
        let lost = try await lab.driver.spawn(lab.tiny("lost"), until: .started, context: lab.context)
        try Journal.open(lab.state).forget(lost.id)
        try FileManager.default.removeItem(atPath: lab.state.directory(of: lost.id).string)
        let running = try await lab.reconcile(.delete)
        #expect(running.orphans.map(\.obstacle) == ["its guest runs: turn it off first"])
        #expect(running.orphans.map(\.fate) == [.kept])
        try await lab.driver.requireDomain(lost.id).destroy()
        try await expectSwept(.definition, lost.id, in: lab, beside: guest)
    }

    /// Undoes a spawn, and defines its domain only then, as libvirt does that was asked by a process which was killed.
    private func defineTooLate(_ name: String, in lab: Lab) async throws -> Domain {
        let id = InstanceID()
        let catching = CatchingProbe(domain: id, socket: lab.state.daemonSocket.string)
        var configuration = lab.driver.configuration
        configuration.newIdentity = { id }
        configuration.probe = catching
        let driver = try await LibvirtDriver.open(configuration)
        await #expect(throws: ComputeError.self) {
            try await driver.spawn(lab.tiny(name), until: .started, context: lab.context)
        }
        #expect(try await lab.driver.domain(id) == nil)
        let connection = try await Connection.open(ConnectionURI(lab.state.daemonURI))
        return try await connection.define(try #require(catching.xml.withLock { $0 }))
    }

    @Test("removes what an undone spawn had asked for, whoever looks")
    func undone() async throws {
        let (lab, guest) = try await scene()
        let late = try await defineTooLate("late", in: lab)
        let report = try await lab.reconcile(.show)
        #expect(report.orphans.map(\.instanceID?.uuid) == [late.uuid])
        #expect(report.orphans.map(\.fate) == [.removed])
        #expect(try await lab.driver.domain(InstanceID(late.uuid)) == nil)
        #expect(try await lab.driver.instance("bystander", context: lab.context).id == guest.id)
        #expect(try await lab.reconcile(.show) == ReconcileReport())
        try await lab.deleteAll()
    }

    @Test("a spawn takes the name of what an undone one had asked for, and of no other domain")
    func undoneName() async throws {
        let (lab, _) = try await scene()
        _ = try await defineTooLate("late", in: lab)
        let made = try await lab.driver.spawn(lab.tiny("late"), until: .started, context: lab.context)
        #expect(try await lab.driver.instance("late", context: lab.context).id == made.id)
        let connection = try await Connection.open(ConnectionURI(lab.state.daemonURI))
        let other = try await connection.define(
            "<domain type='qemu'><name>other</name><memory>1</memory><os><type>hvm</type></os></domain>")
        let error = await #expect(throws: ComputeError.self) {
            try await lab.driver.spawn(lab.tiny("other"), until: .started, context: lab.context)
        }
        #expect(error?.code == .conflict)
        #expect(error?.outcome == .didNotHappen)
        #expect(try await other.xml(.inactive).contains("<name>other</name>"))
        try await other.undefine()
        try await lab.deleteAll()
    }

    @Test("leaves a domain alone that Roost did not make, or whose files are elsewhere")
    func foreign() async throws {
        let (lab, guest) = try await scene()
        let xml = try await lab.driver.requireDomain(guest.id).xml(.inactive)
        let connection = try await Connection.open(ConnectionURI(lab.state.daemonURI))
        let elsewhere = xml.replacingOccurrences(of: "\(lab.state.instances)/", with: "/elsewhere/")
            .replacingOccurrences(of: "bystander", with: "elsewhere")
            .replacingOccurrences(of: "\(guest.id)", with: "\(InstanceID())")
            .replacingOccurrences(of: "<mac address=", with: "<!-- --><mac address=")
        let domain = try await connection.define(elsewhere)
        let other = try await connection.define(
            "<domain type='qemu'><name>other</name><memory>1</memory><os><type>hvm</type></os></domain>")
        let report = try await lab.reconcile(.delete)
        #expect(report.orphans.map(\.name) == ["elsewhere"])
        #expect(report.orphans.map(\.obstacle) == ["its files are not in this state directory"])
        #expect(try await connection.listDomains().map(\.name).sorted() == ["bystander", "elsewhere", "other"])
        try await domain.undefine()
        try await other.undefine()
        await connection.close()
        try await lab.deleteAll()
    }

    @Test("removes an instance's directory without record and domain; not where it holds a file without a manifest")
    func files() async throws {
        let (lab, guest) = try await scene()
        let id = InstanceID()
        try lab.driver.files.createDirectory(of: id)
        _ = try await lab.driver.files.createDisk(0, of: id, size: .mebibytes(1))
        let strange = lab.state.directory(of: id).appending("disk-1.qcow2")
        // A header that names a file of the host as its backing: whoever probes it is lost.
        #expect(FileManager.default.createFile(atPath: strange.string, contents: Data([0x51, 0x46, 0x49, 0xFB])))
        let report = try await lab.reconcile(.delete)
        #expect(report.quarantined == [strange.string])
        #expect(report.orphans.map(\.obstacle) == ["its directory holds files without a manifest"])
        #expect(FileManager.default.fileExists(atPath: strange.string))
        try FileManager.default.removeItem(atPath: strange.string)
        try await expectSwept(.files, id, in: lab, beside: guest)
        #expect(!FileManager.default.fileExists(atPath: lab.state.directory(of: id).string))
    }

    @Test(
        "removes a tap device of an instance that it once had, and no other",
        .enabled(if: geteuid() == 0, "network devices need root"))
    func tap() async throws {
        let (lab, guest) = try await scene()
        let past = try await lab.driver.spawn(lab.tiny("past"), until: .started, context: lab.context)
        try await lab.driver.delete(past.id, policy: .evenRunning, context: lab.context)
        let stranger = InstanceID()
        for id in [past.id, stranger] {
            let name = "rst\("\(id)".filter { $0 != "-" }.prefix(9))0"
            try HostCommand("ip", "tuntap", "add", "dev", name, "mode", "tap").output()
            try HostCommand("ip", "link", "set", "dev", name, "alias", "roost:\(id):0").output()
        }
        let report = try await lab.driver.reconcile(.delete, context: lab.context)
        let fates = Dictionary(report.orphans.map { ($0.instanceID, $0.fate) }) { first, _ in first }
        let links = try FileManager.default.contentsOfDirectory(atPath: "/sys/class/net")
        let strangers = "rst\("\(stranger)".filter { $0 != "-" }.prefix(9))0"
        try HostCommand("ip", "link", "delete", "dev", strangers).output()
        #expect(fates[past.id] == .removed)
        #expect(fates[stranger] == .kept)
        #expect(links.contains(strangers))
        #expect(!links.contains { $0.hasPrefix("rst\("\(past.id)".filter { $0 != "-" }.prefix(9))") })
        #expect(try await lab.driver.instances(context: lab.context).map(\.id) == [guest.id])
        try await lab.deleteAll()
    }

    @Test("removes a socket and a lock's file that nobody has", arguments: [Orphan.Kind.socket, .lock])
    func small(kind: Orphan.Kind) async throws {
        let (lab, guest) = try await scene()
        let id = InstanceID()
        let path = kind == .socket ? lab.state.agentSocket(of: id) : lab.state.locks.appending("\(id).lock")
        #expect(FileManager.default.createFile(atPath: path.string, contents: nil))
        try await expectSwept(kind, id, in: lab, beside: guest)
        #expect(!FileManager.default.fileExists(atPath: path.string))
    }

    @Test("ends a guest's process that libvirt forgot, when asked")
    func process() async throws {
        let (lab, guest) = try await scene()
        let lost = try await lab.driver.spawn(lab.tiny("lost"), until: .started, context: lab.context)
        let qemu = try #require(try HostProcess.running("qemu-system-x86", for: lab).first { $0.runsGuest("lost") })
        try await lab.daemon().end()
        // What libvirt keeps of a running guest.
        let run = lab.state.daemonRun.appending("libvirt/qemu/run")
        for suffix in ["xml", "pid"] {
            try FileManager.default.removeItem(atPath: run.appending("lost.\(suffix)").string)
        }
        let report = try await lab.reconcile(.show)
        #expect(report.orphans.map(\.kind) == [.process])
        #expect(report.orphans.map(\.instanceID) == [lost.id])
        #expect(report.orphans.map(\.name) == ["\(qemu.id)"])
        #expect((report.orphans.first?.since).map { (-600...5).contains($0.timeIntervalSinceNow) } == true)
        let swept = try await lab.reconcile(.delete)
        #expect(swept.orphans.map(\.fate) == [.removed])
        try await qemu.waitUntilGone()
        #expect(try await lab.driver.instance("bystander", context: lab.context).state == guest.state)
        // virtlogd lets go of the guest's console a moment after its process ended.
        for pause in [10, 100, 1_000, 3_000] where await !started(lost.id, in: lab) {
            try await Task.sleep(for: .milliseconds(pause))
        }
        #expect(try await lab.driver.instance("lost", context: lab.context).state == .running)
        #expect(try await lab.reconcile(.show) == ReconcileReport())
        try await lab.deleteAll()
    }

    /// Whether it runs after an attempt to start it.
    private func started(_ id: InstanceID, in lab: Lab) async -> Bool {
        (try? await lab.driver.start(id, context: lab.context)) != nil
    }

    @Test("shows what an addition of an image left whose process was killed, and removes it when asked")
    func image() async throws {
        let (lab, guest) = try await scene()
        let source = try Lab.base + "/large.raw"
        #expect(FileManager.default.createFile(atPath: source, contents: nil))
        let file = try #require(FileHandle(forWritingAtPath: source))
        try file.truncate(atOffset: 32 << 30)
        let adding = try lab.roost.start(["image", "add", "large", source, "--format", "raw"])
        func written() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: lab.state.images.string).filter {
                $0.hasPrefix(".large")
            }
        }
        while try written().isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        // Who is at work leaves nothing.
        #expect(try await lab.reconcile(.delete) == ReconcileReport())
        kill(adding.processID, SIGKILL)
        #expect(await adding.outcome().status == 128 + SIGKILL)

        let shown = try await lab.roost("host", "sweep")
        #expect(shown.text.contains("image ") && shown.text.contains("/.large.raw."), "\(shown.text)")
        let swept = try await lab.roost.orphans(deleting: true)
        #expect(swept.map { $0["kind"] } == ["image"] && swept.map { $0["fate"] } == ["removed"])
        #expect(try written().isEmpty)
        #expect(try await lab.driver.instance("bystander", context: lab.context).id == guest.id)
        try FileManager.default.removeItem(atPath: source)
        try await lab.deleteAll()
    }

    @Test("leaves an orphan alone that an operation works on")
    func busy() async throws {
        let (lab, guest) = try await scene()
        let id = InstanceID()
        try lab.driver.files.createDirectory(of: id)
        let lock = try #require(
            try DomainLocks(lab.state).tryAcquire(id, operation: "test", context: lab.context))
        #expect(try await lab.reconcile(.delete).orphans == [])
        let fates = await lab.driver.remove(
            [Orphan(kind: .files, name: lab.state.directory(of: id).string, instanceID: id, since: nil)],
            in: try Journal.open(lab.state), context: lab.context)
        #expect(fates == [.failed("an operation works on it")])
        lock.release()
        try await expectSwept(.files, id, in: lab, beside: guest)
    }

    @Test("asks no other hypervisor than that of its guests, though the database that knew them was lost")
    func otherHypervisor() async throws {
        let (lab, guest) = try await scene()
        await lab.driver.close()
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: lab.state.database.string + suffix)
        }
        let error = await #expect(throws: ComputeError.self) {
            _ = try await Lab(Self.lab, connection: .uri("test:///default", source: "the test"))
        }
        #expect(error?.code == .conflict)
        #expect(FileManager.default.fileExists(atPath: lab.state.directory(of: guest.id).string))
        let next = try await Lab(Self.lab)
        #expect(try await next.reconcile(.delete).recovered == ["bystander"])
        #expect(try await next.driver.instance("bystander", context: next.context).state == .running)
        try await next.deleteAll()
    }

    @Test("removes nothing where it is not recorded which hypervisor has the guests")
    func unbound() async throws {
        let (lab, guest) = try await scene()
        let record = try Data(contentsOf: URL(filePath: lab.state.identityFile.string))
        try FileManager.default.removeItem(atPath: lab.state.identityFile.string)
        let next = try await Lab(Self.lab)
        _ = try next.state.prepare(guestAccount: .named("libvirt-qemu"))
        let error = await #expect(throws: ComputeError.self) {
            try await next.reconcile(.delete)
        }
        #expect(error?.code == .conflict)
        let automatic = await #expect(throws: ComputeError.self) {
            _ = try await Lab(Self.lab, connection: .automatic)
        }
        #expect(automatic?.code == .conflict)
        #expect(FileManager.default.fileExists(atPath: lab.state.directory(of: guest.id).string))
        try record.write(to: URL(filePath: lab.state.identityFile.string))
        #expect(try await lab.reconcile(.delete).orphans == [])
        try await lab.deleteAll()
    }

    @Test("shows where a definition is not what its document says, and not what the host decided")
    func drift() async throws {
        let (lab, guest) = try await scene()
        let domain = try await lab.driver.requireDomain(guest.id)
        let xml = try await domain.xml(.inactive)
        let changed = xml.replacingOccurrences(
            of: "<on_crash>destroy</on_crash>", with: "<on_crash>preserve</on_crash>"
        )
        // As a guest is that was made before QEMU was upgraded, on a host whose disks opened past the cache.
        .replacing(/machine='pc-q35-[0-9.]+'/, with: "machine='pc-q35-6.0'")
        .replacing(" cache='none' io='native'", with: " cache='writeback'")
        try #require(changed.contains("pc-q35-6.0") && changed.contains("<on_crash>preserve"))
        let connection = try await Connection.open(ConnectionURI(lab.state.daemonURI))
        _ = try await connection.define(changed)
        await connection.close()
        let report = try await lab.reconcile(.show)
        #expect(
            report.drifts == [
                Drift(name: "bystander", differences: ["/domain/on_crash is \"preserve\", not \"destroy\""])
            ])
        #expect(report.orphans == [])
        try await lab.deleteAll()
    }

    @Test("brings instances and their claims back after the database was lost", arguments: [true, false])
    func lostDatabase(bySweep: Bool) async throws {
        let lab = try await Lab.ready(Self.lab + "-db")
        let kept = try await lab.driver.spawn(
            lab.tiny("kept", interfaces: [Interface(network: .user(publish: []))], labels: ["role": "web"]),
            until: .agent(within: Lab.patience), context: lab.context)
        let claims = try Journal.open(lab.state).claims().map(\.claim)
        await lab.driver.close()
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: lab.state.database.string + suffix)
        }
        let next = try await Lab(Self.lab + "-db")
        if bySweep {
            let report = try await next.roost.json("host", "sweep")
            #expect(report["recovered"] == .array(["kept"]))
            let lost = report["not_recovered"]?.elements.compactMap(\.text) ?? []
            #expect(lost.contains { $0.contains("history") } && lost.contains { $0.contains("idempotency keys") })
            #expect(try await next.roost.orphans().isEmpty)
            #expect(try await next.roost.json("host", "sweep")["recovered"] == .array([]))
        } else {
            // Libvirt would replace the domain of that name; the claim on it is back before it can.
            let error = await #expect(throws: ComputeError.self) {
                _ = try await next.driver.spawn(next.tiny("kept"), until: .started, context: next.context)
            }
            #expect(error?.code == .conflict)
        }
        #expect(try Journal.open(next.state).claims().map(\.claim) == claims)
        let back = try await next.driver.instance("kept", context: next.context)
        #expect(back.id == kept.id && back.state == .running && back.labels == ["role": "web"])
        #expect(back.disks == kept.disks && back.interfaces == kept.interfaces && back.createdAt == kept.createdAt)
        #expect(try await next.shell("echo alive", in: kept.id) == "alive")
        try await next.deleteAll()
        #expect(try Journal.open(next.state).claims().isEmpty)
    }
}

/// Reads a domain's document once it is defined, and fails the operation there.
private final class CatchingProbe: OperationProbe {
    let xml = Guarded<String?>(nil)
    private let command: HostCommand

    init(domain: InstanceID, socket: String) {
        command = HostCommand(["virsh", "-c", "qemu:///session?socket=\(socket)", "dumpxml", "\(domain)", "--inactive"])
    }

    func reached(_ point: ProbePoint) throws(ComputeError) {
        guard point == .step(.after, "define") else { return }
        let text = try? command.output()
        xml.withLock { $0 = text }
        throw ComputeError(.failed, subject: "probe", message: "the spawn is undone")
    }
}
