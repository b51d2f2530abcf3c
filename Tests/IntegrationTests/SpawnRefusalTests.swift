// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import SystemPackage
import Testing

/// Spawns that cannot succeed: the caller learns why, and the host is as it was.
@Suite("A spawn is refused", .serialized)
struct SpawnRefusalTests {
    private static let lab = "refuse"

    @Test("where the name is taken")
    func nameTaken() async throws {
        let lab = try await Lab(Self.lab)
        _ = try await lab.prepared()
        _ = try await lab.driver.spawn(lab.tiny("twin"), until: .started, context: lab.context)
        let error = try await lab.refusal(of: lab.tiny("twin"))
        #expect(error.code == .conflict)
        #expect(error.message.contains("twin"))
        #expect(try await lab.driver.instances(context: lab.context).map(\.state) == [.running])
        try await lab.deleteAll()
    }

    @Test("to nobody who repeats a request under its key, though what it made has its ports now")
    func repeated() async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        let document = try lab.publishing("again-1", "\(TakenPort.free()):22")
        var context = lab.context
        context.idempotencyKey = "spawn \(lab.state.path)"
        let first = try await lab.driver.spawn(document, until: .running, context: context)
        let second = try await lab.driver.spawn(document, until: .running, context: context)
        #expect(second.id == first.id)
        let error = await #expect(throws: ComputeError.self) {
            try await lab.driver.spawn(lab.tiny("again-2"), until: .running, context: context)
        }
        #expect(error?.code == .conflict)
        #expect(try await lab.driver.instances(context: lab.context).map(\.name) == ["again-1"])
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("to all but one of those that ask for one name at the same moment", arguments: [2, 5])
    func race(count: Int) async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        let results = await withTaskGroup(of: Result<InstanceStatus, any Error>.self) { group in
            for _ in 0..<count {
                group.addTask {
                    do {
                        let other = try await Lab(Self.lab)
                        return .success(
                            try await other.driver.spawn(other.tiny("racer"), until: .running, context: other.context))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let winners = results.compactMap { try? $0.get() }
        let errors = results.compactMap { result -> ComputeError? in
            if case .failure(let error) = result { error as? ComputeError } else { nil }
        }
        #expect(winners.count == 1)
        #expect(errors.map(\.code) == [ComputeError.Code](repeating: .conflict, count: count - 1))
        #expect(errors.allSatisfy { $0.outcome == .didNotHappen })
        let alive = try await HostSnapshot.take(lab)
        #expect(alive.domains == ["racer"])
        #expect(alive.processes.count == 1)
        #expect(try await lab.driver.instances(context: lab.context).map(\.id) == winners.map(\.id))
        try await lab.deleteAll()
        #expect(try await HostSnapshot.take(lab) == before)
    }

    @Test("where another program has a port that it publishes", arguments: [PublishedPort.Transport.tcp, .udp])
    func portTaken(_ transport: PublishedPort.Transport) async throws {
        let lab = try await Lab(Self.lab)
        _ = try await lab.prepared()
        let taken = try TakenPort(transport)
        let error = try await lab.refusal(of: lab.publishing("port-1", "\(taken.number):22/\(transport.rawValue)"))
        #expect(error.code == .conflict)
        #expect(error.message.contains("\(transport.rawValue) port \(taken.number) of 127.0.0.1 is taken"))
        withExtendedLifetime(taken) {}
    }

    @Test("where another instance has a port that it publishes, running or not")
    func portClaimed() async throws {
        let lab = try await Lab(Self.lab)
        _ = try await lab.prepared()
        let port = try TakenPort.free()
        let first = try lab.publishing("port-1", "\(port):22")
        let id = try await lab.driver.spawn(first, until: .running, context: lab.context).id
        #expect(try await lab.refusal(of: lab.publishing("port-2", "\(port):80")).code == .conflict)
        try await lab.driver.stop(id, policy: .force, context: lab.context)
        let error = try await lab.refusal(of: lab.publishing("port-2", "\(port):80"))
        #expect(error.code == .conflict)
        #expect("\(error)".contains("\(port)"))
        try await lab.deleteAll()
    }

    @Test("where another instance has a MAC address that it asks for")
    func macTaken() async throws {
        let lab = try await Lab(Self.lab)
        _ = try await lab.prepared()
        let mac = try MACAddress(parsing: "52:54:00:12:34:56")
        let interface = Interface(network: .user(publish: []), mac: mac)
        _ = try await lab.driver.spawn(
            lab.tiny("mac-1", interfaces: [interface]), until: .started, context: lab.context)
        let error = try await lab.refusal(of: lab.tiny("mac-2", interfaces: [interface]))
        #expect(error.code == .conflict)
        #expect("\(error)".contains("52:54:00:12:34:56"))
        try await lab.deleteAll()
    }

    @Test("where its image was never stored")
    func imageMissing() async throws {
        let lab = try await Lab(Self.lab)
        _ = try await lab.prepared()
        let error = try await lab.refusal(
            of: lab.tiny("image-1", disks: [.image(ImageName("nowhere"), size: nil)]))
        #expect(error.code == .notFound)
        #expect(error.message == "no image is named nowhere")
    }

    @Test("where its image's file is gone")
    func imageDeleted() async throws {
        let error = try await refusalWithHarmedImage { try FileManager.default.removeItem(atPath: $0) }
        #expect(error.code == .failed)
        #expect(error.message.contains("is gone"))
    }

    @Test("where its image's file was changed")
    func imageChanged() async throws {
        let error = try await refusalWithHarmedImage { path in
            let file = try #require(FileHandle(forWritingAtPath: path))
            try file.seekToEnd()
            try file.write(contentsOf: Data([0]))
            try file.close()
        }
        #expect(error.code == .failed)
        #expect(error.message.contains("changed since it was added"))
    }

    @Test("where a disk is smaller than its image, which names the place")
    func diskTooSmall() async throws {
        let lab = try await Lab(Self.lab)
        _ = try await lab.prepared()
        let small = Disk.image(try ImageName("tiny"), size: try DiskSize(.mebibytes(128)))
        let error = try await lab.refusal(of: lab.tiny("small-1", disks: [.blank(DiskSize(.mebibytes(1))), small]))
        #expect(error.code == .invalid)
        #expect(error.problems.map(\.path) == ["disks[1].size"])
        #expect(error.problems.first?.violation.value == "128 MiB")
    }

    /// Stores an image, harms its file, and gives what a spawn on it says.
    private func refusalWithHarmedImage(_ harm: (String) throws -> Void) async throws -> ComputeError {
        let lab = try await Lab(Self.lab)
        _ = try await lab.prepared()
        let name = try ImageName("harmed")
        _ = try await lab.driver.addImage(
            name, fromFile: GuestImage.tiny.path(), format: .qcow2, kind: .disk, context: lab.context)
        try harm(lab.state.images.appending("harmed.qcow2").string)
        let error = try await lab.refusal(of: lab.tiny("image-1", disks: [.image(name, size: nil)]))
        try await lab.driver.deleteImage(name, context: lab.context)
        return error
    }
}

/// Spawns that begin well and then cannot go on.
@Suite("A spawn ends without a trace", .serialized)
struct SpawnEndTests {
    private static let lab = "ends"

    @Test("where QEMU cannot have the memory, with what QEMU says")
    func noMemory() async throws {
        let lab = try await Lab(Self.lab)
        _ = try await lab.prepared()
        let instance = try Instance(
            name: InstanceName("huge"), vcpus: VCPUCount(1), memory: MemorySize(ByteCount(bytes: 16 << 40)),
            disks: [.blank(DiskSize(.mebibytes(1)))])
        let error = try await lab.refusal(of: instance)
        #expect(error.libvirt?.function == "virDomainCreateWithFlags")
        #expect(error.details.contains { $0.contains("qemu-system-x86_64:") }, "\(error.details)")
    }

    @Test("where QEMU cannot read the image, with what QEMU says")
    func unreadableImage() async throws {
        let name = try ImageName("closed")
        let lab = try await Lab(Self.lab)
        let path = lab.state.images.appending("closed.qcow2").string
        let harmed = try await Lab(Self.lab, probe: ActingProbe(.step(.before, "start")) { chmod(path, 0) })
        _ = try await lab.prepared()
        _ = try await lab.driver.addImage(
            name, fromFile: GuestImage.tiny.path(), format: .qcow2, kind: .disk, context: lab.context)
        let error = try await harmed.refusal(of: lab.tiny("closed-1", disks: [.image(name, size: nil)]))
        #expect(error.code == .failed)
        #expect(error.details.contains { $0.contains("Permission denied") }, "\(error.details)")
        try await lab.driver.deleteImage(name, context: lab.context)
    }

    @Test("where the guest's agent never comes")
    func noAgent() async throws {
        let lab = try await Lab(Self.lab)
        _ = try await lab.prepared()
        let error = try await lab.refusal(
            of: lab.tiny("silent", disks: [.blank(DiskSize(.mebibytes(1)))]), until: .agent(within: .seconds(3)))
        #expect(error.code == .deadlineExceeded)
        #expect(error.message.contains("the guest agent did not answer"))
    }

    @Test(
        "where its task is cancelled, whatever it is doing",
        arguments: ["files", "disk-0", "disk-1", "seed", "define", "start", "wait-agent"])
    func cancelled(step: String) async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        let (steps, continuation) = AsyncStream<String>.makeStream()
        var context = lab.context
        context.progress = { event in
            if event.phase == .begins { continuation.yield(event.step) }
        }
        let spawn = Task { [context] in
            try await lab.driver.spawn(.complete("stopped"), until: .agent(within: Lab.patience), context: context)
        }
        for await begun in steps where begun == step { break }
        spawn.cancel()
        let error = await #expect(throws: ComputeError.self) { try await spawn.value }
        #expect(error?.code == .cancelled)
        #expect(error?.outcome == .didNotHappen)
        #expect(try await HostSnapshot.take(lab) == before)
        #expect(try lab.lastOperation()?.record.state == .undone)
    }

    @Test("and an image that an instance uses is not deleted")
    func imageInUse() async throws {
        let lab = try await Lab(Self.lab)
        _ = try await lab.prepared()
        let name = try ImageName("tiny")
        let id = try await lab.driver.spawn(lab.tiny("user"), until: .started, context: lab.context).id
        let before = try await HostSnapshot.take(lab)
        let error = await #expect(throws: ComputeError.self) {
            try await lab.driver.deleteImage(name, context: lab.context)
        }
        #expect(error?.code == .conflict)
        #expect(error?.message == "image tiny is used by instance \(id)")
        #expect(try await lab.driver.image(name, context: lab.context).usedBy == [id])
        #expect(try await HostSnapshot.take(lab) == before)
        try await lab.deleteAll()
    }
}

/// The policy stands before every effect.
@Suite("A caller without permission", .serialized)
struct DenialTests {
    private static let lab = "deny"

    @Test("changes and sees nothing, and each attempt is in the audit")
    func stranger() async throws {
        let lab = try await Lab(Self.lab)
        try await denied(lab.driver, Principal(name: "stranger"), because: "only \(Lab.principal) may", in: lab)
    }

    @Test("is everybody, unless a policy is given")
    func noPolicy() async throws {
        let lab = try await Lab(Self.lab)
        let driver = try await LibvirtDriver.open(
            DriverConfiguration(stateDirectory: lab.state, connection: .privateDaemon))
        try await denied(driver, Lab.principal, because: "no policy is installed", in: lab)
    }

    private static func volumeAttempts(
        _ driver: LibvirtDriver, _ id: InstanceID, _ context: OperationContext
    ) throws -> [(Action, () async throws -> Void)] {
        let volume = try VolumeName("denied")
        let request = try VolumeRequest(name: volume, size: DiskSize(.mebibytes(1)))
        return [
            (.createVolume, { _ = try await driver.createVolume(request, context: context) }),
            (.observeVolumes, { _ = try await driver.volumes(context: context) }),
            (.observeVolumes, { _ = try await driver.volume(volume, context: context) }),
            (.deleteVolume, { try await driver.deleteVolume(volume, context: context) }),
            (
                .attachVolume,
                { _ = try await driver.attach(volume, to: id, options: AttachOptions(), context: context) }
            ),
            (.detachVolume, { try await driver.detach(volume, from: id, within: .seconds(1), context: context) }),
        ]
    }

    private func denied(
        _ driver: LibvirtDriver, _ principal: Principal, because reason: String, in lab: Lab
    ) async throws {
        _ = try await lab.prepared()
        let id = try await lab.driver.spawn(lab.tiny("owned"), until: .started, context: lab.context).id
        let before = try await HostSnapshot.take(lab)
        let (context, name) = (OperationContext(principal: principal), try ImageName("tiny"))
        let instance = try lab.tiny("denied-1")
        var attempts: [(Action, () async throws -> Void)] = [
            (.spawn, { _ = try await driver.spawn(instance, until: .started, context: context) }),
            (.plan, { _ = try await driver.plan(instance, context: context) }),
            (.delete, { try await driver.delete(id, policy: .evenRunning, context: context) }),
            (.apply, { _ = try await driver.apply(instance, to: id, options: ApplyOptions(), context: context) }),
            (.plan, { _ = try await driver.preview(applying: instance, to: id, context: context) }),
            (.start, { try await driver.start(id, context: context) }),
            (.stop, { try await driver.stop(id, policy: .force, context: context) }),
            (.reboot, { try await driver.reboot(id, kind: .hard, context: context) }),
            (.pause, { try await driver.pause(id, context: context) }),
            (.resume, { try await driver.resume(id, context: context) }),
            (.observe, { _ = try await driver.instances(context: context) }),
            (.observe, { _ = try await driver.instance("owned", context: context) }),
            (.observe, { _ = try await driver.description(of: id, context: context) }),
            (.observe, { try await driver.waitForAgent(id, within: .seconds(1), context: context) }),
            (.observe, { _ = try await driver.operatingSystem(id, context: context) }),
            (.execute, { _ = try await driver.execute(GuestProgram(path: "/bin/true"), in: id, context: context) }),
            (.console, { _ = try await driver.openConsole(id, takeOver: true, context: context) }),
            (.console, { _ = try await driver.consoleLog(id, tail: nil, context: context) }),
            (.console, { _ = try await driver.followConsoleLog(id, tail: nil, context: context) }),
            (
                .addImage,
                {
                    _ = try await driver.addImage(
                        ImageName("more"), fromFile: GuestImage.tiny.path(), format: .qcow2, kind: .disk,
                        context: context)
                }
            ),
            (.observeImages, { _ = try await driver.images(context: context) }),
            (.observeImages, { _ = try await driver.image(name, context: context) }),
            (.deleteImage, { try await driver.deleteImage(name, context: context) }),
            (.inspectHost, { _ = try await driver.capabilities(context: context) }),
            (.inspectHost, { _ = try await driver.inspect(context: context) }),
            (.observe, { _ = try await driver.locks(context: context) }),
            (.observe, { _ = try await driver.operations(limit: 1, context: context) }),
            (.observe, { _ = try await driver.operation("0000", context: context) }),
            (.settle, { _ = try await driver.settle(nil, context: context) }),
            (.reconcile, { _ = try await driver.reconcile(.show, context: context) }),
            (.reconcile, { _ = try await driver.reconcile(.delete, context: context) }),
        ]
        attempts += try Self.volumeAttempts(driver, id, context)
        #expect(Set(attempts.map(\.0)) == Set(Action.allCases))
        for (action, attempt) in attempts {
            let error = await #expect(throws: ComputeError.self, "\(action)") { try await attempt() }
            #expect(error?.code == .denied, "\(action)")
            #expect(error?.outcome == .didNotHappen, "\(action)")
            #expect(error?.message.contains(reason) == true, "\(action)")
            let audit = try #require(try Journal.open(lab.state).audit(limit: 1).first)
            #expect(audit.outcome == .denied && audit.principal == principal.name)
            #expect(audit.action == action.rawValue && audit.requestID == context.requestID)
        }
        #expect(try await HostSnapshot.take(lab) == before)
        #expect(try await lab.driver.instance("owned", context: lab.context).state == .running)
        try await lab.deleteAll()
    }
}

extension Lab {
    /// A tiny guest with one port of the host that leads into it.
    func publishing(_ name: String, _ port: String) throws -> Instance {
        try tiny(name, interfaces: [Interface(network: .user(publish: [PublishedPort(parsing: port)]))])
    }

    /// Why a spawn fails, which has to leave everything as it was.
    fileprivate func refusal(of instance: Instance, until goal: SpawnGoal = .running) async throws -> ComputeError {
        let before = try await HostSnapshot.take(self)
        let error = await #expect(throws: ComputeError.self) {
            try await driver.spawn(instance, until: goal, context: context)
        }
        #expect(try await HostSnapshot.take(self) == before)
        #expect(error?.outcome == .didNotHappen)
        return try #require(error)
    }
}
