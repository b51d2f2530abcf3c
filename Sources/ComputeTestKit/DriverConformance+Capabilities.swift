// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel

/// Each declared capability works, each undeclared one refuses.
extension DriverConformance {
    /// Every call that needs the capability is refused before any effect, also for what does not exist.
    func refuses(_ capability: Capability) async throws {
        for call in InstanceCall.all where call.capability == capability {
            try await refused(.unsupported, call.name) { () throws(ComputeError) in
                try await call.make(driver, InstanceID(), context)
            }
        }
        let network: Interface.Network? =
            switch capability {
            case .userNetwork: .user(publish: [])
            case .bridgedNetwork: .bridge(try bridge ?? BridgeName("br0"))
            default: nil
            }
        guard network != nil || capability == .lifecycle else { return }
        let instance = try makeInstance(
            InstanceName("conformance-1"), network.map { [Interface(network: $0)] } ?? [])
        try await refused(.unsupported, "spawn") { () throws(ComputeError) in
            _ = try await driver.spawn(instance, until: .started, context: context)
        }
    }

    func livesAndDies() async throws {
        try await withInstance("conformance-1") { made in
            try expect(made.state == .running, "a spawned instance runs, and is not \(made.state.rawValue)")
            for reference in [made.name, made.id.description, String(made.id.description.prefix(8))] {
                let found = try await calling("instance \(reference)") { () throws(ComputeError) in
                    try await driver.instance(reference, context: context)
                }
                try expect(found.id == made.id, "\(reference) is found as \(made.id)")
                let id = try await calling("identity of \(reference)") { () throws(ComputeError) in
                    try await driver.identity(of: reference, context: context)
                }
                try expect(id == made.id, "\(reference) means \(made.id)")
            }
            let listed = try await calling("instances") { () throws(ComputeError) in
                try await driver.instances(context: context)
            }
            try expect(listed.contains { $0.id == made.id && $0.state == .running }, "a list has what runs")
            let states = try await calling("states") { () throws(ComputeError) in
                try await driver.states(context: context)
            }
            try expect(states[made.id] == .running, "the states have what runs")
            let described = try await calling("description") { () throws(ComputeError) in
                try await driver.description(of: made.id, context: context)
            }
            try expect(described.instance.name.description == made.name, "a description is of the instance")
            let applied = try await calling("apply") { () throws(ComputeError) in
                try await driver.apply(
                    described.instance, to: made.id, options: ApplyOptions(), context: context)
            }
            try expect(applied == ApplyReport(), "applying an instance's own document changes nothing")
            try await refused(.conflict, "delete of what runs") { () throws(ComputeError) in
                try await driver.delete(made.id, policy: .stoppedOnly, context: context)
            }
            try expect(try await state(of: made.id) == .running, "a refused delete does nothing")
            try await calling("delete") { () throws(ComputeError) in
                try await driver.delete(made.id, policy: .evenRunning, context: context)
            }
            try await refused(.notFound, "instance after its delete") { () throws(ComputeError) in
                _ = try await driver.instance(made.name, context: context)
            }
            let left = try await calling("states") { () throws(ComputeError) in
                try await driver.states(context: context)
            }
            try expect(left[made.id] == nil, "the states have nothing that was deleted")
        }
    }

    func obeysPower() async throws {
        try await withInstance("conformance-1", until: .agent(within: patience)) { made in
            let id = made.id
            func does(
                _ name: String, leading expected: InstanceState,
                _ body: () async throws(ComputeError) -> Void
            ) async throws {
                // A second time changes nothing.
                for _ in 0..<2 { try await calling(name, body) }
                let state = try await state(of: id)
                try expect(state == expected, "after \(name) it is \(expected.rawValue), not \(state.rawValue)")
            }
            try await does("pause", leading: .paused) { () throws(ComputeError) in
                try await driver.pause(id, context: context)
            }
            try await refused(.conflict, "start of what is paused") { () throws(ComputeError) in
                try await driver.start(id, context: context)
            }
            try await does("resume", leading: .running) { () throws(ComputeError) in
                try await driver.resume(id, context: context)
            }
            try await does("stop", leading: .stopped) { () throws(ComputeError) in
                try await driver.stop(id, policy: .graceful(within: patience), context: context)
            }
            for call in InstanceCall.all where ["pause", "resume", "reboot", "reset"].contains(call.name) {
                try await refused(.conflict, "\(call.name) of what is off") { () throws(ComputeError) in
                    try await call.make(driver, id, context)
                }
            }
            try await does("start", leading: .running) { () throws(ComputeError) in
                try await driver.start(id, context: context)
            }
            try await does("reset", leading: .running) { () throws(ComputeError) in
                try await driver.reboot(id, kind: .hard, context: context)
            }
            try await does("forced stop", leading: .stopped) { () throws(ComputeError) in
                try await driver.stop(id, policy: .force, context: context)
            }
        }
    }

    func showsConsole(_ declared: CapabilitySet) async throws {
        try await withInstance("conformance-1") { made in
            func open(takeOver: Bool) async throws(ComputeError) -> any ConsoleSession {
                try await driver.openConsole(made.id, takeOver: takeOver, context: context)
            }
            let first = try await calling("open console") { () throws(ComputeError) in try await open(takeOver: false) }
            try await refused(.busy, "open of a held console") { () throws(ComputeError) in
                _ = try await open(takeOver: false)
            }
            let second = try await calling("take over") { () throws(ComputeError) in try await open(takeOver: true) }
            try expect(await ends(first.output), "a console that was taken over ends")
            await first.close()
            await second.close()
            _ = try await calling("console log") { () throws(ComputeError) in
                try await driver.consoleLog(made.id, tail: nil, context: context)
            }
            guard declared.declared.contains(.power) else { return }
            try await calling("forced stop") { () throws(ComputeError) in
                try await driver.stop(made.id, policy: .force, context: context)
            }
            try await refused(.conflict, "open of the console of what is off") { () throws(ComputeError) in
                _ = try await open(takeOver: false)
            }
        }
    }

    /// Whether the stream ends before anybody loses patience.
    private func ends(_ stream: AsyncStream<[UInt8]>) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in stream {}
                return !Task.isCancelled
            }
            group.addTask {
                try? await Task.sleep(for: patience)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    func reachesAgent() async throws {
        try await withInstance("conformance-1") { made in
            try await calling("wait for agent") { () throws(ComputeError) in
                try await driver.waitForAgent(made.id, within: patience, context: context)
            }
            let system = try await calling("operating system") { () throws(ComputeError) in
                try await driver.operatingSystem(made.id, context: context)
            }
            try expect(system.id != nil, "a guest names its operating system")
            for (program, status) in [("true", 0), ("false", 1)] as [(String, Int32)] {
                let result = try await calling(program) { () throws(ComputeError) in
                    try await driver.execute(GuestProgram(path: program), in: made.id, context: context)
                }
                try expect(result.termination == .exited(status), "\(program) ends with \(status)")
            }
        }
    }

    func connects(_ network: Interface.Network, as name: String) async throws {
        try await withInstance("conformance-1", interfaces: [Interface(network: network)]) { made in
            try expect(made.interfaces.map(\.network) == [name], "its interface is on \(name)")
        }
    }
}
