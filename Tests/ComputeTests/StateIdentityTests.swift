// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Glibc
import SystemPackage
import Testing

@Suite("A state directory's identity")
struct StateIdentityTests {
    @Test("matches in place, and is unrecorded before it is prepared")
    func matches() throws {
        let state = try TemporaryState()
        #expect(try state.directory.verifyIdentity() == .unrecorded)
        try state.directory.prepare(guestAccount: .currentUser())
        #expect(try state.directory.verifyIdentity() == .matching)
    }

    @Test("tells that the directory was moved")
    func tellsMove() throws {
        let state = try TemporaryState.prepared()
        let moved = try StateDirectory(state.parent.appending("m"))
        rename(state.directory.path.string, moved.path.string)
        let sentence = "it was recorded at \(state.directory.path), and is at \(moved.path)"
        #expect(try moved.verifyIdentity() == .moved([sentence]))
        // Preparing does not accept a move: that is for somebody who knows that no guest runs.
        try moved.prepare(guestAccount: .currentUser())
        #expect(try moved.verifyIdentity() == .moved([sentence]))
        try moved.recordPlace()
        #expect(try moved.verifyIdentity() == .matching)
    }

    @Test("tells a copy in the same place")
    func tellsCopy() throws {
        let state = try TemporaryState.prepared()
        let path = state.directory.path.string
        rename(path, path + "-old")
        try FileManager.default.copyItem(atPath: path + "-old", toPath: path)
        guard case .moved(let differences) = try state.directory.verifyIdentity() else {
            Issue.record("the copy passed for the original")
            return
        }
        #expect(differences.count == 1)
        #expect(differences.first?.hasPrefix("it is another directory than was recorded (inode ") == true)
    }

    @Test("does not mind another device after a reboot, but does within one boot", arguments: [true, false])
    func device(rebooted: Bool) throws {
        let state = try TemporaryState.prepared()
        try edit(state.directory) { record in
            record["device"] = 999_999
            if rebooted { record["boot_id"] = "another" }
        }
        let check = try state.directory.verifyIdentity()
        if rebooted {
            #expect(check == .matching)
        } else {
            guard case .moved(let differences) = check else {
                Issue.record("another device passed for the same")
                return
            }
            #expect(differences.first?.hasSuffix("not 999999)") == true)
        }
    }

    @Test("is taken in a new place after a reboot, and watched from then on")
    func movedBeforeBoot() throws {
        let state = try TemporaryState.prepared()
        try state.directory.bind(connection: "private")
        let moved = try StateDirectory(state.parent.appending("m"))
        try edit(state.directory) { $0["boot_id"] = "another" }
        rename(state.directory.path.string, moved.path.string)
        let sentence = "it was recorded at \(state.directory.path), and is at \(moved.path)"
        #expect(try moved.verifyIdentity() == .movedBeforeBoot([sentence]))
        try moved.confirmPlace()
        #expect(try moved.verifyIdentity() == .matching)
        #expect(try moved.binding() == "private")
        // Guests may have been started since: another move within this boot is refused.
        rename(moved.path.string, state.directory.path.string)
        try refusesPlace(state.directory, because: "it was recorded at \(moved.path)")
    }

    @Test("is watched from the first use after a reboot, in its old place too")
    func confirmsAfterBoot() throws {
        let state = try TemporaryState.prepared()
        try edit(state.directory) { $0["boot_id"] = "another" }
        try state.directory.confirmPlace()
        let moved = try StateDirectory(state.parent.appending("m"))
        rename(state.directory.path.string, moved.path.string)
        try refusesPlace(moved, because: "it was recorded at \(state.directory.path)")
    }

    @Test("is no copy of one that a live process uses, however old it is")
    func copyOfLiving() throws {
        let state = try TemporaryState.prepared()
        let copy = try StateDirectory(state.parent.appending("c"))
        try FileManager.default.copyItem(atPath: state.directory.path.string, toPath: copy.path.string)
        try edit(copy) { $0["boot_id"] = "another" }
        let guest = Process()
        guest.executableURL = URL(filePath: "/bin/sh")
        let monitor = state.directory.daemonConfig.appending("libvirt/qemu/lib/domain-1-web/monitor.sock")
        guest.arguments = ["-c", "read line", "qemu", "socket,id=charmonitor,path=\(monitor),server=on"]
        let input = Pipe()
        guest.standardInput = input
        try guest.run()
        try refusesPlace(copy, because: "process \(guest.processIdentifier) (sh) uses \(state.directory.privateDaemon)")
        try input.fileHandleForWriting.close()
        guest.waitUntilExit()
        try copy.confirmPlace()
        #expect(try copy.verifyIdentity() == .matching)
    }

    private func refusesPlace(_ directory: StateDirectory, because reason: String) throws {
        let record = try Data(contentsOf: URL(filePath: directory.identityFile.string))
        let error = #expect(throws: ComputeError.self) { try directory.confirmPlace() }
        #expect(error?.code == .hostUnavailable)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        #expect(try Data(contentsOf: URL(filePath: directory.identityFile.string)) == record)
    }

    @Test("reports a damaged record")
    func reportsDamage() throws {
        let state = try TemporaryState.prepared()
        try Data("{".utf8).write(to: URL(filePath: state.directory.identityFile.string))
        let error = #expect(throws: ComputeError.self) { try state.directory.verifyIdentity() }
        #expect(error?.code == .failed)
        #expect(error?.subject == state.directory.identityFile.string)
    }

    @Test("is bound once, and keeps the binding when its place is recorded again")
    func binds() throws {
        let directory = try TemporaryState.prepared()
        let state = directory.directory
        #expect(try state.binding() == nil)
        try state.bind(connection: "qemu:///system")
        try state.bind(connection: "qemu:///system")
        let error = #expect(throws: ComputeError.self) { try state.bind(connection: "test:///default") }
        #expect(error?.code == .conflict)
        try state.recordPlace()
        #expect(try state.binding() == "qemu:///system")
        try state.rebind(connection: "test:///default")
        #expect(try state.binding() == "test:///default")
        #expect(try state.verifyIdentity() == .matching)
    }

    @Test("is bound to one of many that try at once")
    func bindsConcurrently() async throws {
        let state = try TemporaryState.prepared()
        let winners = await withTaskGroup(of: String?.self) { group in
            for number in 0..<8 {
                group.addTask {
                    let uri = "test:///\(number)"
                    return (try? state.directory.bind(connection: uri)) != nil ? uri : nil
                }
            }
            return await group.reduce(into: [String]()) { if let uri = $1 { $0.append(uri) } }
        }
        #expect(winners == [try state.directory.binding()])
    }

    private func edit(_ directory: StateDirectory, _ change: (inout [String: Any]) -> Void) throws {
        let file = URL(filePath: directory.identityFile.string)
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        var record = try #require(object as? [String: Any])
        change(&record)
        try JSONSerialization.data(withJSONObject: record).write(to: file)
    }
}
