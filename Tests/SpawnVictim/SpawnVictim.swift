// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import Synchronization
import SystemPackage

/// A process for tests to kill: spawns, deletes or lists real guests in a state directory that tests share.
///
/// Arguments: the state directory; `spawn` or `apply` and the instance's document as JSON; `delete`, `start`, `stop`,
/// `shutdown`, `pause`, `resume`, `reset`, `reboot`, `attach` or `detach` and its UUID; or `list`; the number of the
/// point of the operation, from 0, at which the process kills itself, if it is to; and for `spawn` its goal, for
/// `attach` and `detach` the volume. It prints how many points it reached, or the names of the instances.
@main
struct SpawnVictim {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 2 else { exit(64) }
        let probe = KillingProbe(fatal: arguments.count > 4 ? Int(arguments[4]) : nil)
        let principal = Principal.localUser(id: geteuid())
        let driver = try await LibvirtDriver.open(
            DriverConfiguration(
                stateDirectory: StateDirectory(FilePath(arguments[1])), connection: .privateDaemon,
                policy: SinglePrincipalPolicy(permitting: principal), probe: probe))
        let context = OperationContext(principal: principal)
        switch arguments[2] {
        case "spawn":
            _ = try await driver.spawn(
                InstanceDocument.parseStored(arguments[3]), until: goal(arguments.dropFirst(5).first),
                context: context)
            print(probe.count)
        case "apply":
            let instance = try InstanceDocument.parseStored(arguments[3])
            let id = try await driver.instance(instance.name.description, context: context).id
            _ = try await driver.apply(instance, to: id, options: ApplyOptions(), context: context)
            print(probe.count)
        case "delete":
            guard let id = InstanceID(arguments[3]) else { exit(64) }
            try await driver.delete(id, policy: .evenRunning, context: context)
            print(probe.count)
        case "start", "stop", "shutdown", "pause", "resume", "reset", "reboot":
            guard let id = InstanceID(arguments[3]) else { exit(64) }
            try await driver.changePower(arguments[2], of: id, context)
            print(probe.count)
        case "attach", "detach":
            guard let id = InstanceID(arguments[3]), let name = arguments.dropFirst(5).first else { exit(64) }
            let volume = try VolumeName(name)
            if arguments[2] == "attach" {
                _ = try await driver.attach(volume, to: id, options: AttachOptions(), context: context)
            } else {
                try await driver.detach(volume, from: id, within: .seconds(180), context: context)
            }
            print(probe.count)
        case "list":
            for instance in try await driver.instances(context: context) { print(instance.name) }
        default: exit(64)
        }
        await driver.close()
    }

    private static func goal(_ name: String?) -> SpawnGoal {
        switch name {
        case nil: .started
        case "running": .running
        case "agent": .agent(within: .seconds(180))
        default: exit(64)
        }
    }
}

extension LibvirtDriver {
    fileprivate func changePower(_ change: String, of id: InstanceID, _ context: OperationContext) async throws {
        switch change {
        case "start": try await start(id, context: context)
        case "stop": try await stop(id, policy: .force, context: context)
        case "shutdown": try await stop(id, policy: .graceful(within: .seconds(60)), context: context)
        case "reboot": try await reboot(id, kind: .graceful(within: .seconds(60)), context: context)
        case "pause": try await pause(id, context: context)
        case "resume": try await resume(id, context: context)
        default: try await reboot(id, kind: .hard, context: context)
        }
    }
}

/// Kills its process, as `kill -9` does, at the point with a given number.
private final class KillingProbe: OperationProbe {
    private let fatal: Int?
    private let reached = Atomic(0)

    init(fatal: Int?) { self.fatal = fatal }

    /// How many points were reached.
    var count: Int { reached.load(ordering: .relaxed) }

    func reached(_ point: ProbePoint) {
        let number = reached.add(1, ordering: .relaxed).oldValue
        if number == fatal { kill(getpid(), SIGKILL) }
    }
}
