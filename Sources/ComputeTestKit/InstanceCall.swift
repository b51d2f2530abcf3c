// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel

/// A call of the ports about one instance.
struct InstanceCall: Sendable {
    let name: String
    /// The capability that it needs; nil: none.
    let capability: Capability?
    /// Whether it changes the instance.
    let changes: Bool
    let make: @Sendable (any HypervisorDriver, InstanceID, OperationContext) async throws(ComputeError) -> Void

    /// Every call.
    static let all =
        power + guest + volumes + [
            InstanceCall(name: "delete", capability: .lifecycle, changes: true) {
                driver, id, context throws(ComputeError) in
                try await driver.delete(id, policy: .evenRunning, context: context)
            },
            InstanceCall(name: "description", capability: nil, changes: false) {
                driver, id, context throws(ComputeError) in
                _ = try await driver.description(of: id, context: context)
            },
            InstanceCall(name: "preview of an apply", capability: .lifecycle, changes: false) {
                driver, id, context throws(ComputeError) in
                _ = try await driver.preview(applying: document(), to: id, context: context)
            },
            InstanceCall(name: "apply", capability: .lifecycle, changes: true) {
                driver, id, context throws(ComputeError) in
                _ = try await driver.apply(document(), to: id, options: ApplyOptions(), context: context)
            },
        ]

    /// A document of no instance that there is.
    private static func document() throws(ComputeError) -> Instance {
        do throws(InvalidSpec) {
            return try InstanceDocument.parse(
                "{ version: 1, name: conformance-0, vcpus: 1, memory: 128 MiB, disks: [{ size: 1 MiB }] }")
        } catch {
            throw ComputeError(.invalid, subject: "document", message: "it has problems", problems: error.problems)
        }
    }

    private static let volumes = [
        InstanceCall(name: "attach", capability: .volumes, changes: true) { driver, id, context throws(ComputeError) in
            _ = try await driver.attach(volume(), to: id, options: AttachOptions(), context: context)
        },
        InstanceCall(name: "detach", capability: .volumes, changes: true) { driver, id, context throws(ComputeError) in
            try await driver.detach(volume(), from: id, within: brief, context: context)
        },
    ]

    /// The name of no volume that there is.
    private static func volume() throws(ComputeError) -> VolumeName {
        do throws(RuleViolation) {
            return try VolumeName("conformance-0")
        } catch {
            throw ComputeError(.invalid, subject: "volume name", message: error.rule)
        }
    }

    private static let brief = Duration.seconds(1)

    private static let power = [
        InstanceCall(name: "start", capability: .power, changes: true) { driver, id, context throws(ComputeError) in
            try await driver.start(id, context: context)
        },
        InstanceCall(name: "stop", capability: .power, changes: true) { driver, id, context throws(ComputeError) in
            try await driver.stop(id, policy: .graceful(within: brief), context: context)
        },
        InstanceCall(name: "forced stop", capability: .power, changes: true) {
            driver, id, context throws(ComputeError) in
            try await driver.stop(id, policy: .force, context: context)
        },
        InstanceCall(name: "reboot", capability: .power, changes: true) { driver, id, context throws(ComputeError) in
            try await driver.reboot(id, kind: .graceful(within: brief), context: context)
        },
        InstanceCall(name: "reset", capability: .power, changes: true) { driver, id, context throws(ComputeError) in
            try await driver.reboot(id, kind: .hard, context: context)
        },
        InstanceCall(name: "pause", capability: .power, changes: true) { driver, id, context throws(ComputeError) in
            try await driver.pause(id, context: context)
        },
        InstanceCall(name: "resume", capability: .power, changes: true) { driver, id, context throws(ComputeError) in
            try await driver.resume(id, context: context)
        },
    ]

    private static let guest = [
        InstanceCall(name: "open console", capability: .console, changes: false) {
            driver, id, context throws(ComputeError) in
            await (try driver.openConsole(id, takeOver: false, context: context)).close()
        },
        InstanceCall(name: "console log", capability: .console, changes: false) {
            driver, id, context throws(ComputeError) in
            _ = try await driver.consoleLog(id, tail: 1, context: context)
        },
        InstanceCall(name: "follow console log", capability: .console, changes: false) {
            driver, id, context throws(ComputeError) in
            _ = try await driver.followConsoleLog(id, tail: 1, context: context)
        },
        InstanceCall(name: "wait for agent", capability: .guestAgent, changes: false) {
            driver, id, context throws(ComputeError) in
            try await driver.waitForAgent(id, within: brief, context: context)
        },
        InstanceCall(name: "operating system", capability: .guestAgent, changes: false) {
            driver, id, context throws(ComputeError) in
            _ = try await driver.operatingSystem(id, context: context)
        },
        InstanceCall(name: "execute", capability: .guestAgent, changes: true) {
            driver, id, context throws(ComputeError) in
            _ = try await driver.execute(GuestProgram(path: "true"), in: id, context: context)
        },
    ]
}
