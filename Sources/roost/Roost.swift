// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Commands
import Compute
import Foundation
import Glibc
import RoostKit
import SystemPackage

/// The command `roost`: reads the surroundings, wires the commands to the driver, and runs one command line.
@main
enum Roost {
    private static let arguments = Array(CommandLine.arguments.dropFirst())
    private static let signals = ProcessSignals()

    /// What commands that only read leave open: to take it apart takes longer than the kernel needs for it.
    private static let keptOpen = Guarded<[any HypervisorDriver]>([])

    static func main() {
        ProcessSignals.openStandardDescriptors()
        // What is made says itself who may read and write it: no mask takes that away, or lets others write.
        umask(0o022)
        // Before there is a second thread: while libraries are loaded, each processor that runs one is interrupted for
        // every page that is bound.
        if RoostCommand.asksHypervisor(arguments) { LibvirtDriver.loadLibvirt() }
        Thread.detachNewThread { signals.deliver() }
        let first = FirstThread()
        Task(executorPreference: first) {
            let status = await run(first)
            // All was written; the destructors of libvirt's fifty libraries would take as long as the command itself.
            fflush(nil)
            _exit(status)
        }
        first.run()
    }

    private static func run(_ thread: FirstThread) async -> Int32 {
        let composition = Composition(
            version: "0.1.0", components: components, surroundings: .process(signals), executor: thread,
            planOnPaper: { instance, facts throws(ComputeError) in try LibvirtDriver.plan(instance, on: facts) }
        ) { request throws(ComputeError) in
            try await open(request)
        }
        return await RoostCommand.run(arguments: arguments, composition: composition)
    }

    @Sendable
    private static func components() -> [ComponentVersion] {
        LibvirtDriver.libvirtVersion.map { [ComponentVersion(name: "libvirt", version: $0)] } ?? []
    }

    private static func open(_ request: DriverRequest) async throws(ComputeError) -> any HypervisorDriver {
        let settings = try Settings.read()
        let state = try stateDirectory(request, settings)
        let connection: ConnectionRequest =
            if let uri = request.connect {
                .uri(uri, source: "--connect or ROOST_CONNECT")
            } else if let uri = settings.connect {
                .uri(uri, source: "the configuration file")
            } else {
                .automatic
            }
        let driver = try await LibvirtDriver.open(
            DriverConfiguration(
                stateDirectory: state, connection: connection,
                policy: SinglePrincipalPolicy(permitting: request.principal), history: settings.history,
                sharedDirectories: settings.sharedDirectories, socketDirectories: settings.socketDirectories))
        if request.effect == .reads { keptOpen.withLock { $0.append(driver) } }
        return driver
    }

    private static func stateDirectory(
        _ request: DriverRequest, _ settings: Settings
    ) throws(ComputeError) -> StateDirectory {
        if let path = request.stateDirectory { return try StateDirectory(path) }
        if let path = settings.stateDirectory { return try StateDirectory(FilePath(path)) }
        return try .standard(userID: geteuid(), environment: Settings.environment)
    }
}
