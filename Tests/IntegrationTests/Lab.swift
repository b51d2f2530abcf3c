// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import SystemPackage
import Testing

/// A state directory of its own for the tests of one suite, with a driver over its own private daemon.
///
/// Everything lies below one directory of the test run, which `hack/test` makes and removes, with the daemons in it.
struct Lab: Sendable {
    let state: StateDirectory
    let driver: LibvirtDriver

    /// The caller of every operation in the tests.
    static let principal = Principal.localUser(id: geteuid())

    /// How long anything may take before a test gives up: machines are slow under emulation, and nothing is timed.
    static let patience: Duration = .seconds(180)

    /// A lab of this name; the same name gives the same state directory.
    init(
        _ name: String, connection: ConnectionRequest = .privateDaemon, daemonIdleSeconds: Int = 30,
        probe: (any OperationProbe)? = nil, configure: (inout DriverConfiguration) throws -> Void = { _ in }
    ) async throws {
        state = try StateDirectory(FilePath(Self.base).appending(name))
        var configuration = DriverConfiguration(
            stateDirectory: state, connection: connection, policy: SinglePrincipalPolicy(permitting: Self.principal),
            daemonIdleSeconds: daemonIdleSeconds, probe: probe)
        try configure(&configuration)
        driver = try await LibvirtDriver.open(configuration)
    }

    /// A context for one operation.
    var context: OperationContext {
        OperationContext(principal: Self.principal, deadline: .now + Self.patience)
    }

    /// Stores the tiny guest's image under the name `tiny`, where it is not stored yet.
    func storeTinyImage() async throws {
        let name = try ImageName("tiny")
        if try await driver.images(context: context).contains(where: { $0.name == name }) { return }
        _ = try await driver.addImage(
            name, fromFile: GuestImage.tiny.path(), format: .qcow2, kind: .disk, context: context)
    }

    /// A tiny guest: one overlay of 512 MiB, and an agent.
    func tiny(
        _ name: String, disks: [Disk]? = nil, interfaces: [Interface] = [], cloudInit: CloudInit? = nil,
        labels: [String: String] = [:], agent: Bool = true
    ) throws -> Instance {
        let overlay = Disk.image(try ImageName("tiny"), size: try DiskSize(.mebibytes(512)))
        return try Instance(
            name: InstanceName(name), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(128)),
            disks: disks ?? [overlay], interfaces: interfaces, cloudInit: cloudInit, agent: agent,
            labels: Labels(labels))
    }

    /// Runs a shell script in a guest and gives what it wrote; fails the test where it does not end well.
    func shell(_ script: String, in id: InstanceID) async throws -> String {
        let result = try await driver.execute(
            GuestProgram(path: "/bin/sh", arguments: ["-c", script]), in: id, context: context)
        try #require(result.termination == .exited(0), "\(String(decoding: result.errorOutput, as: UTF8.self))")
        return String(decoding: result.output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Deletes every instance, whatever its state.
    func deleteAll() async throws {
        for instance in try await driver.instances(context: context) {
            try await driver.delete(instance.id, policy: .evenRunning, context: context)
        }
    }

    /// The directory of this test run.
    static var base: String {
        get throws {
            try #require(
                ProcessInfo.processInfo.environment["ROOST_TEST_BASE"],
                "ROOST_TEST_BASE names no directory: run the tests by `make test` or `hack/test FILTER`")
        }
    }
}

/// A guest image that `hack/guest-image` made; `hack/test` hands over where.
enum GuestImage: String {
    case tiny = "ROOST_TEST_TINY"
    case debian = "ROOST_TEST_DEBIAN"
    case kernel = "ROOST_TEST_KERNEL"
    case initrd = "ROOST_TEST_INITRD"
    case vmlinux = "ROOST_TEST_VMLINUX"
    case ramdisk = "ROOST_TEST_RAMDISK"

    func path() throws -> String {
        try #require(
            ProcessInfo.processInfo.environment[rawValue],
            "\(rawValue) names no image: run the tests by `make test` or `hack/test FILTER`")
    }
}
