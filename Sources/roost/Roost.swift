// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Commands
import Compute
import Glibc
import RoostKit
import SystemPackage

/// The command `roost`: reads the surroundings, wires the commands to the driver, and runs one command line.
@main
enum Roost {
    static func main() async {
        let composition = Composition(
            version: "0.1.0", components: components, beginReachingHypervisor: LibvirtDriver.beginLoadingLibvirt
        ) { request throws(ComputeError) in
            try await open(request)
        }
        let status = await RoostCommand.run(
            arguments: Array(CommandLine.arguments.dropFirst()), composition: composition)
        // All was written; the destructors of libvirt's fifty libraries would take as long as the command itself.
        fflush(nil)
        _exit(status)
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
                policy: SinglePrincipalPolicy(permitting: request.principal)))
    }

    private static func stateDirectory(
        _ request: DriverRequest, _ settings: Settings
    ) throws(ComputeError) -> StateDirectory {
        if let path = request.stateDirectory { return try StateDirectory(path) }
        if let path = settings.stateDirectory { return try StateDirectory(FilePath(path)) }
        return try .standard(userID: geteuid(), environment: Settings.environment)
    }
}
