// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit

/// A guest that is there already, started and stopped as often as it is asked for: whoever asks looks at its console.
struct BootBenchmark {
    private let driver: LibvirtDriver
    private let id: InstanceID

    private static let principal = Principal.localUser(id: geteuid())

    private var context: OperationContext {
        OperationContext(principal: Self.principal, deadline: .now + .seconds(60))
    }

    /// What a line of standard input asks for.
    enum Request: String {
        /// Start the guest.
        case start
        /// Turn it off.
        case stop
        /// Delete it.
        case delete
    }

    /// What can be told of the guest.
    struct Description: Encodable {
        /// The domain document, with the kernel, its arguments, and where the console is written.
        let domainXML: String

        enum CodingKeys: String, CodingKey {
            case domainXML = "domain_xml"
        }
    }

    /// A guest of this document, which is off.
    init(state: StateDirectory, text: String) async throws {
        driver = try await LibvirtDriver.open(
            DriverConfiguration(
                stateDirectory: state, connection: .privateDaemon,
                policy: SinglePrincipalPolicy(permitting: Self.principal)))
        let context = OperationContext(principal: Self.principal, deadline: .now + .seconds(60))
        id = try await driver.spawn(InstanceDocument.parse(text), until: .running, context: context).id
        try await driver.stop(id, policy: .force, context: context)
    }

    func describe() async throws -> Description {
        Description(domainXML: try await driver.description(of: id, context: context).domainXML)
    }

    func answer(_ request: Request) async throws -> [String: String] {
        switch request {
        case .start: try await driver.start(id, context: context)
        case .stop: try await driver.stop(id, policy: .force, context: context)
        case .delete: try await driver.delete(id, policy: .evenRunning, context: context)
        }
        return ["done": request.rawValue]
    }
}
