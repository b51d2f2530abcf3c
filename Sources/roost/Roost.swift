// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Commands
import Compute
import Dispatch
import Glibc
import RoostKit
import SystemPackage

/// The command `roost`: reads the surroundings, wires the commands to the driver, and runs one command line.
@main
enum Roost {
    /// The command runs on Swift's threads; this one loads libvirt meanwhile, and then hands on the signals that come.
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let signals = ProcessSignals()
        let hasThreads = DispatchSemaphore(value: 0)
        Task.detached {
            // glibc starts no thread while it loads libraries: the second one that this run needs comes first.
            Task.detached { hasThreads.signal() }
            let status = await run(arguments, signals)
            // All was written; the destructors of libvirt's fifty libraries would take as long as the command itself.
            fflush(nil)
            _exit(status)
        }
        // Asked while the threads start.
        if RoostCommand.asksHypervisor(arguments) {
            hasThreads.wait()
            LibvirtDriver.loadLibvirt()
        }
        signals.deliver()
    }

    private static func run(_ arguments: [String], _ signals: ProcessSignals) async -> Int32 {
        let composition = Composition(
            version: "0.1.0", components: components, surroundings: .process(signals)
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
        return try await LibvirtDriver.open(
            DriverConfiguration(
                stateDirectory: state, connection: connection,
                policy: SinglePrincipalPolicy(permitting: request.principal), history: settings.history))
    }

    private static func stateDirectory(
        _ request: DriverRequest, _ settings: Settings
    ) throws(ComputeError) -> StateDirectory {
        if let path = request.stateDirectory { return try StateDirectory(path) }
        if let path = settings.stateDirectory { return try StateDirectory(FilePath(path)) }
        return try .standard(userID: geteuid(), environment: Settings.environment)
    }
}
