// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Glibc
import InstanceModel
import SystemPackage
import Testing

@Suite("A state directory")
struct StateDirectoryTests {
    @Test(
        "refuses paths that cannot be one",
        arguments: ["roost", "", "/", "/var/../roost", "/var/ro\nost", "/a,b", "/a=b"])
    func refusesPath(text: String) throws {
        let error = #expect(throws: ComputeError.self) { try StateDirectory(FilePath(text)) }
        #expect(error?.code == .invalid)
        #expect(error?.problems.map(\.path) == ["state_dir"])
    }

    @Test("is at most as long as leaves room for a guest's monitor socket")
    func limitsLength() throws {
        let longest = "/" + String(repeating: "a", count: StateDirectory.maximumPathLength - 1)
        let directory = try StateDirectory(FilePath(longest))
        let name = String(repeating: "n", count: 20)
        let monitor = directory.daemonConfig.appending("libvirt/qemu/lib/domain-9999-\(name)/monitor.sock")
        #expect(monitor.string.utf8.count == 107)
        #expect(directory.daemonSocket.string.utf8.count <= 107)
        #expect(directory.agentSocket(of: InstanceID()).string.utf8.count <= 107)
        let error = #expect(throws: ComputeError.self) { try StateDirectory(FilePath(longest + "a")) }
        #expect(error?.code == .invalid)
        #expect(error?.message.contains("at most 36 bytes") == true)
    }

    @Test(
        "is in /var/lib for root and in the XDG state directory for others",
        arguments: [
            (0, ["HOME": "/root", "XDG_STATE_HOME": "/x"], "/var/lib/roost"),
            (1_000, ["HOME": "/home/u"], "/home/u/.local/state/roost"),
            (1_000, ["HOME": "/home/eleven-byte"], "/home/eleven-byte/.local/state/roost"),
            (1_000, ["HOME": "/home/twelve-bytes"], "/home/twelve-bytes/.roost"),
            (1_000, ["HOME": "/home/twenty-three-characters"], "/home/twenty-three-characters/.roost"),
            (1_000, ["HOME": "/home/u", "XDG_STATE_HOME": "/x"], "/x/roost"),
            (1_000, ["HOME": "/home/u", "XDG_STATE_HOME": "x"], "/home/u/.local/state/roost"),
        ] as [(UInt32, [String: String], String)])
    func standard(userID: UInt32, environment: [String: String], path: String) throws {
        let directory = try StateDirectory.standard(userID: userID, environment: environment)
        #expect(directory.path.string == path)
    }

    @Test("has no usual place without a home")
    func standardWithoutHome() {
        let error = #expect(throws: ComputeError.self) { try StateDirectory.standard(userID: 7, environment: [:]) }
        #expect(error?.code == .invalid)
        let long = #expect(throws: ComputeError.self) {
            try StateDirectory.standard(userID: 7, environment: ["HOME": "/home/twenty-three-characters1"])
        }
        #expect(long?.hint == "choose a shorter one with --state-dir or ROOST_STATE_DIR")
    }

    @Test("is prepared with its parents, for its owner alone, and again without change")
    func prepares() throws {
        let state = try TemporaryState()
        let directory = try StateDirectory(state.parent.appending("a/b"))
        #expect(!directory.isPrepared)
        for _ in 0..<2 {
            try directory.prepare(guestAccount: .currentUser())
            for path in [
                directory.path, directory.images, directory.instances, directory.locks, directory.privateDaemon,
            ] {
                let status = try status(path)
                #expect(status.st_mode & 0o7777 == 0o700, "\(path)")
                #expect(status.st_uid == geteuid(), "\(path)")
            }
        }
        #expect(try status(directory.identityFile).st_mode & 0o7777 == 0o600)
        #expect(directory.isPrepared)
    }

    @Test("lets another guest account through, and gives it what is the daemon's")
    func preparesForAccount() throws {
        try #require(geteuid() == 0, "needs root, as `make test` has it")
        let state = try TemporaryState()
        chmod(state.parent.string, 0o711)
        let account = GuestAccount(name: "guest", userID: 12_345, groupID: 12_346)
        try state.directory.prepare(guestAccount: account)
        let directory = state.directory
        for path in [directory.path, directory.images, directory.instances] {
            #expect(try status(path).st_mode & 0o7777 == 0o711, "\(path)")
            #expect(try status(path).st_uid == 0, "\(path)")
        }
        #expect(try status(directory.locks).st_mode & 0o7777 == 0o700)
        let daemon = try status(directory.privateDaemon)
        #expect(daemon.st_mode & 0o7777 == 0o700)
        #expect(daemon.st_uid == 12_345)
        #expect(daemon.st_gid == 12_346)
        chmod(state.parent.string, 0o700)
        let error = #expect(throws: ComputeError.self) { try directory.prepare(guestAccount: account) }
        #expect(error?.code == .conflict)
        #expect(error?.message == "guest, the account that guests run as, may not pass through \(state.parent)")
    }

    @Test("tightens what was left too open for reading")
    func tightens() throws {
        let state = try TemporaryState.prepared()
        chmod(state.directory.locks.string, 0o755)
        try state.directory.prepare(guestAccount: .currentUser())
        #expect(try status(state.directory.locks).st_mode & 0o7777 == 0o700)
    }

    @Test("refuses a symbolic link, itself and inside", arguments: [true, false])
    func refusesLink(inside: Bool) throws {
        let state = try TemporaryState()
        let target = state.parent.appending("target")
        mkdir(target.string, 0o700)
        if inside { mkdir(state.directory.path.string, 0o700) }
        let link = inside ? state.directory.images : state.directory.path
        symlink(target.string, link.string)
        let error = #expect(throws: ComputeError.self) { try state.directory.prepare(guestAccount: .currentUser()) }
        #expect(error?.code == .failed)
        #expect(error?.hint == "\(link) is a symbolic link, which is not followed here; name what it points to")
        #expect(try FileManager.default.contentsOfDirectory(atPath: target.string).isEmpty)
    }

    @Test("refuses directories that others may write, or that are others'")
    func refusesForeign() throws {
        let state = try TemporaryState.prepared()
        for path in [state.directory.path, state.directory.images] {
            chmod(path.string, 0o770)
            let error = #expect(throws: ComputeError.self) {
                try state.directory.prepare(guestAccount: .currentUser())
            }
            #expect(error?.code == .conflict)
            #expect(error?.message == "users other than the owner may write \(path)")
            chmod(path.string, 0o700)
        }
        try #require(geteuid() == 0, "needs root, as `make test` has it")
        chown(state.directory.images.string, 4_242, 4_242)
        let error = #expect(throws: ComputeError.self) { try state.directory.prepare(guestAccount: .currentUser()) }
        #expect(error?.message == "\(state.directory.images) belongs to the user with id 4242")
    }

    @Test("refuses a parent in which everybody may rename")
    func refusesOpenParent() throws {
        let state = try TemporaryState()
        chmod(state.parent.string, 0o777)
        let error = #expect(throws: ComputeError.self) { try state.directory.prepare(guestAccount: .currentUser()) }
        #expect(error?.code == .conflict)
        #expect(error?.message.contains("everybody may rename what is in \(state.parent)") == true)
    }

    @Test(
        "refuses to lie below another account's directory or link, and makes nothing there", arguments: [true, false])
    func refusesForeignParent(link: Bool) throws {
        try #require(geteuid() == 0, "needs root, as `make test` has it")
        let state = try TemporaryState()
        let theirs = state.parent.appending("theirs")
        mkdir(state.parent.appending("target").string, 0o755)
        if link {
            symlink(state.parent.appending("target").string, theirs.string)
        } else {
            mkdir(theirs.string, 0o755)
        }
        lchown(theirs.string, 4_242, 4_242)
        let directory = try StateDirectory(theirs.appending("a/s"))
        let error = #expect(throws: ComputeError.self) { try directory.prepare(guestAccount: .currentUser()) }
        #expect(error?.code == .conflict)
        #expect(error?.message.hasPrefix("\(theirs) belongs to the user with id 4242, who could") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: theirs.string) == [])
    }

    @Test("refuses a link of its own that leads below another account's directory")
    func refusesLinkBelowForeign() throws {
        try #require(geteuid() == 0, "needs root, as `make test` has it")
        let state = try TemporaryState()
        let theirs = state.parent.appending("theirs")
        mkdir(theirs.string, 0o755)
        mkdir(theirs.appending("ours").string, 0o755)
        chown(theirs.string, 4_242, 4_242)
        symlink(theirs.appending("ours").string, state.parent.appending("link").string)
        let directory = try StateDirectory(state.parent.appending("link/s"))
        let error = #expect(throws: ComputeError.self) { try directory.prepare(guestAccount: .currentUser()) }
        #expect(error?.message.hasPrefix("\(theirs) belongs to the user with id 4242, who could") == true)
        mkdir(state.parent.appending("real").string, 0o755)
        unlink(state.parent.appending("link").string)
        symlink(state.parent.appending("real").string, state.parent.appending("link").string)
        try directory.prepare(guestAccount: .currentUser())
        #expect(directory.isPrepared)
    }

    @Test("refuses a directory that holds other things")
    func refusesStrangers() throws {
        let state = try TemporaryState()
        mkdir(state.directory.path.string, 0o700)
        try Data().write(to: URL(filePath: state.directory.path.appending("thesis.tex").string))
        let error = #expect(throws: ComputeError.self) { try state.directory.prepare(guestAccount: .currentUser()) }
        #expect(error?.code == .conflict)
        #expect(error?.message.contains("holds other things, such as thesis.tex") == true)
    }

    @Test("is prepared by many at once")
    func preparesConcurrently() async throws {
        let state = try TemporaryState()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { (try? state.directory.prepare(guestAccount: .currentUser())) != nil }
            }
            for await succeeded in group { #expect(succeeded) }
        }
        #expect(try state.directory.verifyIdentity() == .matching)
    }

    private func status(_ path: FilePath) throws -> stat {
        var status = stat()
        guard lstat(path.string, &status) == 0 else { throw Errno(rawValue: errno) }
        return status
    }
}
