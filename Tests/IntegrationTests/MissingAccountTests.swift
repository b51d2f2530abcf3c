// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import Testing

/// Root on a host without the account that the private daemon is started as.
@Suite("a host without the guests' account", .serialized)
struct MissingAccountTests {
    private let roost: CommandRun

    /// The command in a mount namespace whose user database lacks the account.
    init() throws {
        let users = try Lab.base + "/passwd"
        let lines = try String(contentsOfFile: "/etc/passwd", encoding: .utf8).split(separator: "\n")
        let others = lines.filter { !$0.hasPrefix("libvirt-qemu:") }.joined(separator: "\n") + "\n"
        try others.write(toFile: users, atomically: true, encoding: .utf8)
        var roost = CommandRun(stateDirectory: try Lab.base + "/no-acct")
        let rights = geteuid() == 0 ? ["--propagation", "private"] : ["--user", "--map-root-user"]
        roost.prefix =
            ["unshare", "--mount"] + rights
            + ["sh", "-c", #"mount --bind "$0" /etc/passwd && exec "$@""#, users]
        self.roost = roost
    }

    @Test("doctor has one bad line, and all the others")
    func doctor() async throws {
        let outcome = try await roost("doctor", "-o", "json")
        #expect(outcome.status == 1, "\(outcome.errorText)")
        let checks = try outcome.json["checks"]?.elements ?? []
        let bad = checks.filter { $0["verdict"] == "bad" }
        #expect(bad.map { $0["name"]?.text } == ["account"])
        #expect(bad.first?["finding"]?.text?.contains("libvirt-qemu") == true)
        #expect(bad.first?["remedy"]?.text?.contains("libvirt-daemon-system") == true)
        let names = Set(checks.compactMap { $0["name"]?.text })
        #expect(names.isSuperset(of: ["connection", "state_directory", "libvirt", "memory", "disk", "qemu-img"]))
    }

    @Test("another libvirt needs no such account")
    func otherLibvirt() async throws {
        #expect(try await roost.json("list", "--connect", "test:///default") == .array([]))
    }

    @Test("nothing is made for guests of the private daemon, and the error says why")
    func privateDaemon() async throws {
        let outcome = try await roost("image", "add", "tiny", GuestImage.tiny.path(), "--format", "qcow2", "-o", "json")
        #expect(outcome.status == 7, "\(outcome.errorText)")
        #expect(try outcome.error["kind"] == "host_unavailable")
        #expect(try outcome.error["subject"] == "account libvirt-qemu")
    }
}
