// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Testing

@testable import Libvirt

/// A host of libvirt's test driver that nobody else sees, with threads and counts of its own.
struct TestHost {
    let connection: Connection
    let threads: CallThreads
    let ledger = LiveHandles()

    static let uuid = "11111111-2222-3333-4444-555555555555"

    /// The document of a small domain of the test driver.
    static func document(name: String, uuid: String? = nil) -> String {
        """
        <domain type='test'><name>\(name)</name>\(uuid.map { "<uuid>\($0)</uuid>" } ?? "")
        <memory unit='MiB'>64</memory><vcpu current='2'>4</vcpu><os><type>hvm</type></os></domain>
        """
    }

    init(readOnly: Bool = false, threads: CallThreads = CallThreads()) async throws {
        self.threads = threads
        let node = URL.temporaryDirectory.appending(path: "roost-node-\(UUID().uuidString).xml")
        try Data(
            """
            <node><domain type='test'><name>first</name><uuid>\(Self.uuid)</uuid><memory unit='MiB'>128</memory>
            <vcpu>2</vcpu><os><type>hvm</type></os></domain></node>
            """.utf8
        ).write(to: node)
        // The driver reads the file while it connects, and never again.
        defer { try? FileManager.default.removeItem(at: node) }
        connection = try await Connection.open(
            ConnectionURI("test://\(node.path)"), readOnly: readOnly, threads: threads, ledger: ledger)
    }

    /// Waits for what was given to the thread for closing and freeing.
    func settle() async throws {
        try await threads.call("settle", lane: .release) {}
    }
}

/// The parts of a report that do not depend on libvirt's wording.
struct ReportKey: Equatable {
    let code: ErrorCode
    let domain: ErrorDomain
    let call: String
}

/// What libvirt reported for a call that has to fail.
func reportKey(_ body: () async throws(LibvirtError) -> Void) async throws -> ReportKey {
    do {
        try await body()
    } catch .reported(let report) {
        #expect(report.level == .error)
        #expect(!report.message.isEmpty)
        return ReportKey(code: report.code, domain: report.domain, call: report.call)
    }
    throw UnexpectedSuccess()
}

struct UnexpectedSuccess: Error {}
