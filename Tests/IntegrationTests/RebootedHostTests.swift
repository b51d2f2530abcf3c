// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import SystemPackage
import Testing

/// A host that lost its power under a guest and was booted again, as far as a state directory can tell.
@Suite("A host that was booted again", .serialized)
struct RebootedHostTests {
    /// What the mark of another boot is after the host was booted again.
    enum Mark: CaseIterable { case whole, torn }

    @Test("has its guests off, and ends no process that got the number of one of them", arguments: Mark.allCases)
    func processNumbers(mark: Mark) async throws {
        let lab = try await Lab.ready("rebooted")
        let id = try await lab.driver.spawn(lab.tiny("rebooted-1"), until: .started, context: lab.context).id
        await lab.driver.close()
        for program in ["libvirtd", "virtlogd", "qemu-system-x86"] {
            for process in try HostProcess.running(program, for: lab) { try await process.end() }
        }
        let bystander = try startBystander()
        defer {
            kill(bystander.processIdentifier, SIGKILL)
            bystander.waitUntilExit()
        }
        try pretendAnotherBoot(lab, guest: "rebooted-1", hadNumber: bystander.processIdentifier, mark)

        let later = try await Lab("rebooted")
        #expect(try await later.driver.instances(context: later.context).map(\.state) == [.stopped])
        try await later.driver.start(id, context: later.context)
        try await later.driver.waitForAgent(id, within: Lab.patience, context: later.context)
        #expect(bystander.isRunning)
        #expect(try later.state.verifyIdentity() == .matching)
        try await later.driver.delete(id, policy: .evenRunning, context: later.context)
    }

    /// A process of the account that guests run as, which has nothing to do with them.
    private func startBystander() throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let account = geteuid() == 0 ? ["setpriv", "--reuid=libvirt-qemu", "--clear-groups"] : []
        process.arguments = account + ["sleep", "600"]
        // Who waits for the tests' output does not wait for it.
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Leaves what another boot leaves: its name, and a guest's process number that is somebody else's now.
    private func pretendAnotherBoot(_ lab: Lab, guest: String, hadNumber number: Int32, _ mark: Mark) throws {
        let present = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let other = UUID().uuidString.lowercased()
        try rewrite(lab.state.identityFile) { $0.replacing(present, with: other) }
        // A file that was renamed into its place without a sync has its name, and nothing in it.
        try rewrite(lab.state.daemonRun.appending("boot")) { _ in mark == .whole ? other : "" }
        let run = lab.state.daemonRun.appending("libvirt/qemu/run")
        try rewrite(run.appending("\(guest).xml")) { $0.replacing(/pid='[0-9]+'/, with: "pid='\(number)'") }
        try rewrite(run.appending("\(guest).pid")) { _ in "\(number)" }
    }

    /// Changes a file's text, which stays its owner's.
    private func rewrite(_ path: FilePath, _ change: (String) -> String) throws {
        let file = try FileHandle(forUpdating: URL(filePath: path.string))
        let text = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        let changed = change(text)
        try #require(changed != text, "\(path) has nothing to change")
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(changed.utf8))
        try file.close()
    }
}
