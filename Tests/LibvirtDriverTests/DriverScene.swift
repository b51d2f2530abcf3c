// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Glibc
import InstanceModel
import SystemPackage
import TestSupport
import Testing

@testable import LibvirtDriver

/// A driver over libvirt's own test driver, with one running domain and a state directory that nobody else sees.
final class DriverScene: Sendable {
    private let temporary: TemporaryDirectory
    let state: StateDirectory
    let driver: LibvirtDriver

    static let principal = Principal(name: "tester")
    /// The domain that libvirt's test driver has.
    static let domain = InstanceID("11111111-2222-3333-4444-555555555555")

    /// The instance that the domain was made for.
    private static let document =
        #"{"version":1,"name":"test","vcpus":1,"memory":"128 MiB","disks":[{"size":"1 GiB"}]}"#

    /// A scene; `runState` is the domain's state, in the numbers of `virDomainState`.
    init(runState: Int = 1, probe: (any OperationProbe)? = nil) async throws {
        temporary = try TemporaryDirectory()
        let parent = temporary.path
        // The guests' account has to pass through.
        chmod(parent.string, 0o711)
        state = try StateDirectory(parent.appending("s"))
        let node = parent.appending("node.xml")
        try Data(
            """
            <node><domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
            <name>test</name><uuid>11111111-2222-3333-4444-555555555555</uuid>
            <metadata><roost:instance xmlns:roost='urn:roost:instance:1' operation='\(OperationID())'
            created='2026-01-01T00:00:00Z'>\(Self.document)</roost:instance></metadata>
            <memory unit='MiB'>128</memory><os><type>hvm</type></os>
            <test:runstate>\(runState)</test:runstate></domain></node>
            """.utf8
        ).write(to: URL(filePath: node.string))
        driver = try await LibvirtDriver.open(
            DriverConfiguration(
                stateDirectory: state, connection: .uri("test://\(node)", source: "the test"),
                policy: SinglePrincipalPolicy(permitting: Self.principal), probe: probe))
    }

    var parent: FilePath { temporary.path }

    /// A context for one operation.
    var context: OperationContext { OperationContext(principal: Self.principal, deadline: .now + .seconds(60)) }

    /// The journal, as another process would write it.
    func journal() throws -> Journal {
        try state.prepare(guestAccount: driver.account)
        return try Journal.open(state)
    }

    /// The test driver's domain, known to the journal by this name.
    func knownDomain(_ name: String) throws -> InstanceID {
        let id = try #require(Self.domain)
        try journal().adopt(
            InstanceRecord(
                id: id, name: name, document: "{}", operationID: OperationID(), createdAt: Date(), everStarted: true),
            claims: [])
        return id
    }
}

/// Dies, as far as the journal can tell, in the middle of its step.
struct Dying: OperationExecutor {
    private static let failure = ComputeError(.failed, subject: "dying", outcome: .unknown, message: "it died")

    func perform(_ step: InstanceStep, context: OperationContext) async throws(ComputeError) { throw Self.failure }
    func undo(_ step: InstanceStep, context: OperationContext) async throws(ComputeError) { throw Self.failure }
    func evidence(of step: InstanceStep, context: OperationContext) async throws(ComputeError) -> StepEvidence {
        throw Self.failure
    }
}
