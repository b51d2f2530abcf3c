// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import ComputeTestKit
import InstanceModel
import Testing

@Suite("The hypervisor in memory")
struct FakeConformanceTests {
    private static let caller = Principal(name: "caller")

    private func suite(of driver: FakeHypervisor) async throws -> DriverConformance {
        let image = try ImageName("tiny")
        await driver.add(image)
        return DriverConformance(
            of: driver, caller: Self.caller, stranger: Principal(name: "stranger"), bridge: try BridgeName("br0"),
            patience: .seconds(60)
        ) { name, interfaces in
            try Instance(
                name: name, vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(128)), disks: [.image(image, size: nil)],
                interfaces: interfaces, agent: true)
        }
    }

    @Test("keeps the promises of the ports", arguments: DriverConformance.Check.allCases)
    func conforms(check: DriverConformance.Check) async throws {
        let driver = FakeHypervisor(policy: SinglePrincipalPolicy(permitting: Self.caller))
        try await suite(of: driver).run(check)
    }

    /// All capabilities but one of those that need another, and none.
    private static let lesser: [Set<Capability>] =
        [[.power], [.guestAgent], [.console], [.userNetwork], [.bridgedNetwork], CapabilitySet.everything.declared]
        .map { CapabilitySet.everything.declared.subtracting($0) }

    @Test("keeps them without one capability, or all", arguments: lesser, DriverConformance.Check.allCases)
    func conformsWithout(declared: Set<Capability>, check: DriverConformance.Check) async throws {
        let driver = FakeHypervisor(
            policy: SinglePrincipalPolicy(permitting: Self.caller), capabilities: CapabilitySet(declared: declared))
        try await suite(of: driver).run(check)
    }

    @Test(
        "is caught when it breaks a promise",
        arguments: [
            (.start, .power), (.pause, .power), (.spawn, .lifecycle), (.execute, .guestAgent), (.console, .console),
        ]
            as [(Action, DriverConformance.Check)])
    func caught(action: Action, check: DriverConformance.Check) async throws {
        let driver = FakeHypervisor(policy: SinglePrincipalPolicy(permitting: Self.caller))
        await driver.fail(action, with: ComputeError(.failed, subject: "mutant", message: "it is broken"))
        let suite = try await suite(of: driver)
        let violation = await #expect(throws: ConformanceViolation.self) { try await suite.run(check) }
        #expect(violation?.description.contains("it is broken") == true)
    }

    @Test("is caught when it lets everybody in")
    func caughtOpen() async throws {
        let suite = try await suite(of: FakeHypervisor())
        let violation = await #expect(throws: ConformanceViolation.self) { try await suite.run(.denied) }
        #expect(violation?.description.hasPrefix("start by a stranger fails as denied") == true)
    }
}
