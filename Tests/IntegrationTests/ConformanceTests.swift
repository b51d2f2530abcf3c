// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ComputeTestKit
import Foundation
import Glibc
import RoostKit
import Testing

/// What the ports promise, on real guests.
@Suite("The libvirt driver", .serialized)
struct ConformanceTests {
    @Test("keeps the promises of the ports", arguments: DriverConformance.Check.allCases)
    func conforms(check: DriverConformance.Check) async throws {
        let lab = try await Lab.ready("conform")
        let bridge = try Bridge()
        defer { bridge?.remove() }
        let suite = DriverConformance(
            of: lab.driver, caller: Lab.principal, stranger: Principal(name: "stranger"),
            bridge: try bridge.map { try BridgeName($0.name) }, patience: Lab.patience
        ) { name, interfaces in
            try lab.tiny(name.description, interfaces: interfaces)
        }
        try await suite.run(check)
    }

    /// A bridge of the host, which only root can make; nobody else has the capability that needs one.
    private struct Bridge {
        let name = "roost-conf\(getpid() % 1_000)"

        init?() throws {
            guard geteuid() == 0 else { return nil }
            try HostCommand("ip", "link", "add", name, "type", "bridge").output()
        }

        func remove() {
            #expect(throws: Never.self) { try HostCommand("ip", "link", "delete", name).output() }
        }
    }
}
