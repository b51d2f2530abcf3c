// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import Testing

@testable import LibvirtDriver

/// What happens to real guests, as it is told.
@Suite("Events of real guests", .serialized)
struct EventTests {
    @Test("tell a guest's life in order, its agent, and its reboot, and nothing of others")
    func life() async throws {
        let lab = try await Lab("e-life")
        let before = try await lab.prepared()
        let heard = Hearing(try await lab.driver.events(context: lab.context))
        let id = try await lab.driver.spawn(
            lab.tiny("life-1"), until: .agent(within: Lab.patience), context: lab.context
        ).id
        try await heard.wait(for: .agentConnected)
        try await lab.driver.pause(id, context: lab.context)
        try await lab.driver.resume(id, context: lab.context)
        try await heard.wait(for: .resumed, count: 2)
        try await lab.driver.reboot(id, kind: .hard, context: lab.context)
        try await heard.wait(for: .rebooted)
        try await lab.driver.delete(id, policy: .evenRunning, context: lab.context)
        try await heard.wait(for: .undefined)

        let events = await heard.events
        #expect(events.allSatisfy { $0.id == id && $0.name == "life-1" })
        let life: Set<InstanceEvent.Kind> = [.defined, .started, .paused, .stopped, .undefined]
        #expect(events.map(\.kind).filter(life.contains) == [.defined, .started, .paused, .stopped, .undefined])
        #expect(events.first { $0.kind == .stopped }?.details == ["reason": "destroyed"])
        #expect(events.first { $0.kind == .paused }?.details == ["reason": "paused"])
        await heard.end()
        try await lab.expectUnchanged(since: before)
    }

    @Test("tell of devices that come and go, of memory, metadata and jobs, whoever changes them")
    func devices() async throws {
        let lab = try await Lab("e-dev")
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(
            lab.tiny("dev-1"), until: .agent(within: Lab.patience), context: lab.context
        ).id
        let heard = Hearing(try await lab.driver.events(context: lab.context))
        let disk = try SpareDisk()
        try lab.virsh("attach-device", "dev-1", disk.document)
        try await heard.wait(for: .deviceAdded)
        try lab.virsh("detach-device", "dev-1", disk.document)
        try await heard.wait(for: .deviceRemoved)
        try lab.virsh("setmem", "dev-1", "100M")
        try await heard.wait(for: .balloon)
        try lab.virsh("metadata", "dev-1", "urn:example", "--key", "x", "--set", "<a/>")
        try await heard.wait(for: .metadata)
        try lab.virsh("managedsave", "dev-1")
        try await heard.wait(for: .stopped)

        let events = await heard.events
        #expect(events.allSatisfy { $0.id == id })
        let device = events.first { $0.kind == .deviceAdded }?.details["device"]
        #expect(device?.hasPrefix("virtio-disk") == true)
        #expect(events.first { $0.kind == .deviceRemoved }?.details["device"] == device)
        #expect(events.first { $0.kind == .metadata }?.details == ["element": "urn:example"])
        #expect(events.contains { $0.kind == .migrationIteration })
        #expect(events.first { $0.kind == .jobCompleted }?.details["job"] == "save")
        #expect(events.first { $0.kind == .stopped }?.details == ["reason": "saved"])
        await heard.end()
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("go on after the daemon was killed: a gap, and then what happens")
    func reconnect() async throws {
        let lab = try await Lab("e-gap")
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(lab.tiny("gap-1"), until: .running, context: lab.context).id
        let heard = Hearing(try await lab.driver.events(context: lab.context))
        try await lab.daemon().end()
        try await heard.wait(for: .gap)
        #expect(try await lab.driver.instance("gap-1", context: lab.context).state == .running)
        try await lab.driver.pause(id, context: lab.context)
        try await heard.wait(for: .paused)
        let told = await heard.events.map(\.kind)
        // The agent comes and goes by itself.
        #expect(told.filter { ![.agentConnected, .agentDisconnected].contains($0) } == [.gap, .paused], "\(told)")
        try await lab.driver.delete(id, policy: .evenRunning, context: lab.context)
        await heard.end()
        try await lab.expectUnchanged(since: before)
    }

    @Test(
        "go on as soon as somebody else has a connection again, however long they would wait themselves",
        .timeLimit(.minutes(1)))
    func reconnectWithOthers() async throws {
        let lab = try await Lab.ready("e-with")
        let feed = InstanceEventFeed(driver: lab.driver, pause: { _ in try? await Task.sleep(for: .seconds(3_600)) })
        try await feed.begin(by: nil)
        try await lab.daemon().end()
        let heard = Task { try await feed.next() }
        // The first call may still be made on the connection that broke.
        while (try? await lab.driver.instances(context: lab.context)) == nil {}
        #expect(try await heard.value?.gapReason == .reconnected)
        try await lab.deleteAll()
    }

    @Test("a wait for the agent after a reset ends with the agent of the new boot")
    func agent() async throws {
        let lab = try await Lab("e-agent")
        let before = try await lab.prepared()
        let id = try await lab.driver.spawn(
            lab.tiny("agent-1"), until: .agent(within: Lab.patience), context: lab.context
        ).id
        let bootID = try await lab.shell("cat /proc/sys/kernel/random/boot_id", in: id)
        try await lab.driver.reboot(id, kind: .hard, context: lab.context)
        try await lab.driver.waitForAgent(id, within: Lab.patience, context: lab.context)
        #expect(try await lab.shell("cat /proc/sys/kernel/random/boot_id", in: id) != bootID)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("`roost events` follows in lines of JSON until Ctrl-C, and `roost wait` hears of a state and of an event")
    func commands() async throws {
        let lab = try await Lab.ready("e-cmd")
        try await lab.runGuest("cmd-1")
        let following = try lab.roost.start(["events", "--follow", "-o", "json"])
        let paused = try lab.roost.start(["wait", "cmd-1", "--for", "state=paused"])
        let resumed = try lab.roost.start(["wait", "cmd-1", "--for", "event=resumed", "-o", "json"])
        // Nothing tells from outside that a command has begun to listen: something happens until all have heard.
        let context = lab.context
        let id = try await lab.driver.instance("cmd-1", context: context).id
        let stirring = Task {
            while !Task.isCancelled {
                try await lab.driver.pause(id, context: context)
                try await Task.sleep(for: .milliseconds(200))
                try await lab.driver.resume(id, context: context)
                try await Task.sleep(for: .milliseconds(200))
            }
        }
        let statuses = [await paused.status(), await resumed.status()]
        #expect(statuses == [0, 0])
        #expect(await paused.outcome().text == "cmd-1 paused\n")
        let first = try #require(await following.output.wait(for: #""event":"resumed""#))
        #expect(await following.output.wait(for: #""event":"paused""#, after: first) != nil)
        stirring.cancel()
        _ = await stirring.result
        following.send(SIGINT)
        let outcome = await following.outcome()
        #expect(outcome.status == 130)
        #expect(outcome.errorText.isEmpty)
        let lines = outcome.text.split(separator: "\n")
        for line in lines {
            let event = try JSONDecoder().decode(JSONValue.self, from: Data(line.utf8))
            #expect(event.keys == ["details", "event", "id", "name", "time"])
            #expect(event["name"]?.text == "cmd-1")
            #expect(event["id"]?.text == id.description)
        }
        #expect(lines.count >= 2)
        try await lab.deleteAll()
    }
}

extension Lab {
    /// Changes something behind the driver's back.
    fileprivate func virsh(_ arguments: String...) throws {
        let connection = ["-q", "-c", state.daemonURI]
        try HostCommand(["virsh"] + connection + arguments).output()
    }
}

/// A disk that no instance has, as a file of 16 MiB with its device document.
private final class SpareDisk {
    let document: String
    private let image: String

    init() throws {
        let base = try Lab.base
        image = "\(base)/spare.raw"
        document = "\(base)/spare.xml"
        try Data(count: 16 << 20).write(to: URL(filePath: image))
        // QEMU is another account's.
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: image)
        let device = """
            <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='\(image)'/>
            <target dev='vdz' bus='virtio'/></disk>
            """
        try Data(device.utf8).write(to: URL(filePath: document))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: image)
        try? FileManager.default.removeItem(atPath: document)
    }
}

/// What one listener heard so far.
private actor Hearing {
    private(set) var events: [InstanceEvent] = []
    private var listening: Task<Void, Never>?

    init(_ stream: InstanceEvents) {
        Task { await self.listen(to: stream) }
    }

    private func listen(to stream: InstanceEvents) {
        listening = Task {
            do {
                for try await event in stream { self.events.append(event) }
            } catch {
                Issue.record("events ended with \(error)")
            }
        }
    }

    /// Waits until so many events of a kind were heard.
    func wait(for kind: InstanceEvent.Kind, count: Int = 1) async throws {
        let limit = ContinuousClock.now + Lab.patience
        while events.count(where: { $0.kind == kind }) < count {
            try #require(ContinuousClock.now < limit, "no \(kind.rawValue) among \(events.map(\.kind.rawValue))")
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    func end() async {
        listening?.cancel()
        await listening?.value
    }
}
