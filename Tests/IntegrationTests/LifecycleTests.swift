// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import RoostKit
import Testing

/// The life of a real guest, through the library.
@Suite("a guest's life", .serialized)
struct LifecycleTests {
    @Test("is spawned, written to, rebooted, stopped, started, read, paused, resumed and deleted")
    func wholeLife() async throws {
        let lab = try await Lab("life")
        try await lab.storeTinyImage()
        _ = try await lab.driver.capabilities(context: lab.context)
        let before = try await HostSnapshot.take(lab)
        let image = try await lab.driver.image(ImageName("tiny"), context: lab.context)
        let driver = lab.driver

        let spawned = try await driver.spawn(
            lab.tiny("life-1", labels: ["note": "a\n<b>&]]>\u{1}'\""]), until: .agent(within: Lab.patience),
            context: lab.context)
        let id = spawned.id
        #expect(spawned.state == .running)
        #expect(spawned.labels == ["note": "a\n<b>&]]>\u{1}'\""])
        #expect(spawned.disks == [DiskStatus(target: "vda", image: "tiny", sizeBytes: 512 << 20)])

        let system = try await driver.operatingSystem(id, context: lab.context)
        #expect(system.id == "roost-tiny")

        let token = UUID().uuidString
        _ = try await lab.shell("echo \(token) > /root/token && sync", in: id)
        let bootID = try await lab.shell("cat /proc/sys/kernel/random/boot_id", in: id)

        try await driver.reboot(id, kind: .graceful(within: Lab.patience), context: lab.context)
        try await driver.waitForAgent(id, within: Lab.patience, context: lab.context)
        #expect(try await lab.shell("cat /proc/sys/kernel/random/boot_id", in: id) != bootID)

        try await driver.stop(id, policy: .graceful(within: Lab.patience), context: lab.context)
        #expect(try await driver.instance("life-1", context: lab.context).state == .stopped)
        try await driver.start(id, context: lab.context)
        try await driver.waitForAgent(id, within: Lab.patience, context: lab.context)
        #expect(try await lab.shell("cat /root/token", in: id) == token)

        try await driver.pause(id, context: lab.context)
        #expect(try await driver.instance(id.description, context: lab.context).state == .paused)
        try await driver.resume(id, context: lab.context)
        #expect(try await driver.instances(context: lab.context).map(\.state) == [.running])

        let log = try await driver.consoleLog(id, tail: nil, context: lab.context)
        #expect(String(decoding: log, as: UTF8.self).contains("roost-tiny is up"))

        await #expect(throws: ComputeError.self) {
            try await driver.delete(id, policy: .stoppedOnly, context: lab.context)
        }
        try await driver.delete(id, policy: .evenRunning, context: lab.context)
        #expect(try await HostSnapshot.take(lab) == before)
        #expect(try await driver.image(ImageName("tiny"), context: lab.context) == image)
        #expect(try sha256(of: "\(lab.state.images)/tiny.qcow2") == image.sha256)
    }

    @Test("a guest that does not listen yet is asked to stop again, for one permission and one audit record")
    func asksAgain() async throws {
        let lab = try await Lab.ready("life")
        let id = try await lab.driver.spawn(lab.tiny("deaf-1"), until: .started, context: lab.context).id
        let (context, start) = (lab.context, ContinuousClock.now)
        try await lab.driver.stop(id, policy: .graceful(within: Lab.patience), context: context)
        // It was asked before its kernel could hear, and each new request comes after three seconds.
        #expect(ContinuousClock.now - start > .seconds(3))
        #expect(try await lab.driver.instance("deaf-1", context: lab.context).state == .stopped)
        let journal = try #require(try Journal.openForReading(lab.state))
        #expect(try journal.audit(limit: 50).count { $0.requestID == context.requestID } == 1)
        try await lab.driver.delete(id, policy: .stoppedOnly, context: lab.context)
    }

    private func sha256(of path: String) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/sha256sum")
        process.arguments = [path]
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return String(output.prefix(64))
    }
}
