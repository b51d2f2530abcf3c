// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Glibc
import InstanceModel
import SystemPackage
import TestSupport
import Testing

@testable import LibvirtDriver

@Suite("Directories of the host that guests may share")
struct ShareTests {
    private let temporary: TemporaryDirectory
    private let allowed: FilePath

    /// `allowed` with `data` in it, and `allowed-not` and `secret` beside it.
    init() throws {
        temporary = try TemporaryDirectory()
        allowed = temporary.path.appending("allowed")
        for name in ["allowed/data/inner", "allowed-not", "secret/inner"] {
            try FileManager.default.createDirectory(
                atPath: "\(temporary.path)/\(name)", withIntermediateDirectories: true)
        }
        try Data().write(to: URL(filePath: "\(allowed)/file"))
        for (name, target) in [("link", "../secret"), ("loop", "loop"), ("near", "data")] {
            #expect(symlink(target, "\(allowed)/\(name)") == 0)
        }
    }

    private func driver(_ uri: String = "test:///default") async throws -> LibvirtDriver {
        try await LibvirtDriver.open(
            DriverConfiguration(
                stateDirectory: StateDirectory(temporary.path.appending("s")),
                connection: .uri(uri, source: "the test"), sharedDirectories: ["/srv/no/such", allowed],
                socketDirectories: [temporary.path.appending("secret")]))
    }

    private func connected(to socket: String) throws -> Instance {
        try Instance(
            name: InstanceName("a"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(64)),
            disks: [.blank(DiskSize(.mebibytes(1)))],
            interfaces: [Interface(network: .vhostUser(HostPath(socket)))])
    }

    private func instance(sharing source: String) throws -> Instance {
        try Instance(
            name: InstanceName("a"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(64)),
            disks: [.blank(DiskSize(.mebibytes(1)))],
            peripherals: Peripherals(
                shares: [
                    SharedDirectory(tag: ShareTag("ok"), source: HostPath("\(allowed)/data")),
                    SharedDirectory(tag: ShareTag("tested"), source: HostPath(source)),
                ]))
    }

    @Test("are those that the configuration names, and all below them", arguments: ["", "/data", "/data/inner"])
    func permits(place: String) async throws {
        try await driver().refuseHostPaths(of: instance(sharing: "\(allowed)\(place)"))
    }

    @Test(
        "and no others, and none that a link leads to",
        arguments: [
            ("/etc", ComputeError.Code.denied), ("BASE", .denied), ("BASE/allowed-not", .denied),
            ("BASE/allowed/link", .denied), ("BASE/allowed/link/inner", .denied), ("BASE/allowed/loop", .denied),
            ("BASE/allowed/near", .denied), ("BASE/allowed/near/inner", .denied), ("BASE/allowed/file", .denied),
            ("BASE/allowed/none", .notFound), ("BASE/allowed/data/none", .notFound),
        ])
    func refuses(place: String, code: ComputeError.Code) async throws {
        let path = place.replacing("BASE", with: temporary.path.string)
        let driver = try await driver()
        let instance = try instance(sharing: path)
        let error = #expect(throws: ComputeError.self) { try driver.refuseHostPaths(of: instance) }
        #expect(error?.code == code)
        #expect(error?.problems.map(\.path) == ["shares[1].source"])
        #expect(error?.message.contains(path) == true)
    }

    @Test("a switch's socket lies below a directory for sockets, and is one where it is there")
    func sockets() async throws {
        let secret = temporary.path.appending("secret")
        let driver = try await driver()
        try driver.refuseHostPaths(of: connected(to: "\(secret)/inner/not-yet"))
        for (path, code) in [
            ("\(allowed)/data/s", ComputeError.Code.denied), ("\(secret)/none/s", .notFound),
            ("\(secret)/inner", .denied), ("\(allowed)/link/s", .denied),
        ] {
            let instance = try connected(to: path)
            let error = #expect(throws: ComputeError.self) { try driver.refuseHostPaths(of: instance) }
            #expect(
                error?.code == code && error?.problems.map(\.path) == ["interfaces[0].network.vhostuser"], "\(path)")
        }
    }

    @Test("and none where nothing is configured, or libvirt runs elsewhere")
    func nothingConfigured() async throws {
        let instance = try instance(sharing: "\(allowed)/data")
        let plain = try await LibvirtDriver.open(
            DriverConfiguration(
                stateDirectory: StateDirectory(temporary.path.appending("t")),
                connection: .uri("test:///default", source: "the test")))
        let denied = #expect(throws: ComputeError.self) { try plain.refuseHostPaths(of: instance) }
        #expect(denied?.code == .denied && denied?.problems.map(\.path) == ["shares[0].source"])
        let remote = try await driver("qemu+ssh://elsewhere/system")
        let unsupported = #expect(throws: ComputeError.self) { try remote.refuseHostPaths(of: instance) }
        #expect(unsupported?.code == .unsupported)
    }

    @Test("the program that serves them is found by a descriptor that names a program which can be run")
    func daemon() throws {
        let descriptor = temporary.path.appending("50-fs.json")
        let cases: [(String, Bool)] = [
            (#"{"description": "d", "type": "fs", "binary": "/bin/sh"}"#, true),
            (#"{"description": "d", "type": "fs", "binary": "/bin/no-such"}"#, false),
            (#"{"description": "d", "type": "gpu", "binary": "/bin/sh"}"#, false), ("{", false), ("", false),
        ]
        for (text, expected) in cases {
            try Data(text.utf8).write(to: URL(filePath: descriptor.string))
            #expect(VirtioFSDaemon.isOne(descriptor) == expected, "\(text)")
        }
        #expect(!VirtioFSDaemon.isOne(temporary.path.appending("none.json")))
    }
}
