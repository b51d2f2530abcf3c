// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import ComputeTestKit
import InstanceModel
import Testing

@testable import LibvirtDriver

@Suite("What the driver requires before it acts")
struct RequirementTests {
    /// A call that needs a capability which libvirt's test driver does not have.
    enum Call: String, CaseIterable {
        case openConsole, consoleLog, followConsoleLog, waitForAgent, operatingSystem, execute, delete

        var capability: Capability {
            switch self {
            case .openConsole, .consoleLog, .followConsoleLog: .console
            case .waitForAgent, .operatingSystem, .execute: .guestAgent
            case .delete: .lifecycle
            }
        }

        func make(_ id: InstanceID, _ driver: LibvirtDriver, _ context: OperationContext) async throws(ComputeError) {
            switch self {
            case .openConsole: _ = try await driver.openConsole(id, takeOver: false, context: context)
            case .consoleLog: _ = try await driver.consoleLog(id, tail: nil, context: context)
            case .followConsoleLog: _ = try await driver.followConsoleLog(id, tail: nil, context: context)
            case .waitForAgent: try await driver.waitForAgent(id, within: .seconds(1), context: context)
            case .operatingSystem: _ = try await driver.operatingSystem(id, context: context)
            case .execute: _ = try await driver.execute(GuestProgram(path: "true"), in: id, context: context)
            case .delete: try await driver.delete(id, policy: .evenRunning, context: context)
            }
        }
    }

    @Test("an undeclared capability is refused before anything is looked at", arguments: Call.allCases)
    func refuses(call: Call) async throws {
        let scene = try await DriverScene()
        let declared = try await scene.driver.capabilities(context: scene.context)
        #expect(declared.declared == [.power])
        #expect(declared.missing[call.capability] == "the connection's hypervisor is test, not qemu")
        // Also of an instance that does not exist.
        for id in [try #require(DriverScene.domain), InstanceID()] {
            let error = await #expect(throws: ComputeError.self) {
                try await call.make(id, scene.driver, scene.context)
            }
            #expect(error?.code == .unsupported)
            #expect(error?.message.contains("lacks the capability \(call.capability)") == true)
        }
        let id = try #require(DriverScene.domain)
        try await scene.driver.pause(id, context: scene.context)
        try await scene.driver.resume(id, context: scene.context)
    }

    @Test(
        "keeps the promises of the ports where it cannot make an instance",
        arguments: DriverConformance.Check.allCases.filter { $0 != .power })
    func conforms(check: DriverConformance.Check) async throws {
        let scene = try await DriverScene()
        let suite = DriverConformance(
            of: scene.driver, caller: DriverScene.principal, stranger: Principal(name: "stranger"),
            patience: .seconds(10)
        ) { name, interfaces in
            try Instance(
                name: name, vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(128)),
                disks: [.blank(DiskSize(.mebibytes(64)))], interfaces: interfaces)
        }
        try await suite.run(check)
    }

    @Test("the policy is asked before the capability", arguments: Call.allCases)
    func denies(call: Call) async throws {
        let scene = try await DriverScene()
        let stranger = OperationContext(principal: Principal(name: "stranger"))
        let error = await #expect(throws: ComputeError.self) {
            try await call.make(InstanceID(), scene.driver, stranger)
        }
        #expect(error?.code == .denied)
    }
}
