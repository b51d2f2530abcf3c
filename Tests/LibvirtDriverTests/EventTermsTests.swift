// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Libvirt
import Testing

@testable import LibvirtDriver

@Suite("Events in the port's terms")
struct EventTermsTests {
    private static let domain = DomainReference(name: "a", uuid: UUID())

    @Test(
        "have libvirt's reasons by stable words",
        arguments: [
            (DomainEvent.lifecycle(domain, .started(.restored)), InstanceEvent.Kind.started, ["reason": "restored"]),
            (.lifecycle(domain, .suspended(.ioError)), .paused, ["reason": "io_error"]),
            (.lifecycle(domain, .stopped(.destroyed)), .stopped, ["reason": "destroyed"]),
            (.lifecycle(domain, .crashed(.panicked)), .crashed, ["reason": "panicked"]),
            (.lifecycle(domain, .powerManagementSuspended(.disk)), .suspended, ["reason": "disk"]),
            (.lifecycle(domain, .undefined(.renamed)), .undefined, ["reason": "renamed"]),
            (.rebooted(domain), .rebooted, [:]),
            (.deviceAdded(domain, alias: "net0"), .deviceAdded, ["device": "net0"]),
            (.deviceRemovalFailed(domain, alias: "net0"), .deviceRemovalFailed, ["device": "net0"]),
            (.agent(domain, .connected), .agentConnected, [:]),
            (.watchdog(domain, .powerOff), .watchdog, ["action": "power_off"]),
            (.balloon(domain, bytes: 1 << 30), .balloon, ["memory_bytes": "1073741824"]),
            (.migrationIteration(domain, 3), .migrationIteration, ["iteration": "3"]),
            (.gap, .gap, [:]),
        ])
    func words(event: DomainEvent, kind: InstanceEvent.Kind, details: [String: String]) {
        #expect(event.inThePortsTerms.kind == kind)
        #expect(event.inThePortsTerms.details == details)
    }

    @Test("keep a number that has no word")
    func unknown() {
        let watchdog = DomainEvent.watchdog(Self.domain, .init(rawValue: 77))
        #expect(watchdog.inThePortsTerms.details == ["action": "77"])
        let life = DomainEvent.lifecycle(Self.domain, .unrecognized(event: 42, detail: 7))
        #expect(life.inThePortsTerms.kind.rawValue == "lifecycle_42")
        #expect(life.inThePortsTerms.details == ["reason": "7"])
        let negative = DomainEvent.watchdog(Self.domain, .init(rawValue: -1))
        #expect(negative.inThePortsTerms.details == ["action": "-1"])
    }

    @Test("every kind that is known has a name of its own")
    func names() {
        let kinds = InstanceEvent.Kind.allCases
        #expect(Set(kinds.map(\.rawValue)).count == kinds.count)
    }
}
