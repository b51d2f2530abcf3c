// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel
import Testing

@testable import LibvirtDriver

@Suite("Documents that were read before")
struct ParsedDocumentsTests {
    private func record(_ name: String, id: InstanceID = InstanceID(UUID()), vcpus: Int) throws -> InstanceRecord {
        let instance = try Instance(
            name: InstanceName(name), vcpus: VCPUCount(vcpus), memory: MemorySize(.mebibytes(64)),
            disks: [.blank(DiskSize(.mebibytes(1)))])
        return InstanceRecord(
            id: id, name: name, document: InstanceDocument.stored(instance), operationID: OperationID(UUID()),
            createdAt: Date())
    }

    @Test("are read anew where they changed, and a damaged one is an error each time")
    func changed() throws {
        let documents = ParsedDocuments()
        let id = InstanceID(UUID())
        for vcpus in [1, 2, 2, 3] {
            #expect(try documents.instance(of: record("a", id: id, vcpus: vcpus)).vcpus.value == vcpus)
        }
        let damaged = InstanceRecord(
            id: id, name: "a", document: "{", operationID: OperationID(UUID()), createdAt: Date())
        for _ in 0..<2 { #expect(throws: ComputeError.self) { try documents.instance(of: damaged) } }
    }

    @Test("of instances that are gone are forgotten")
    func gone() throws {
        let documents = ParsedDocuments()
        let records = try (0..<20).map { try record("i-\($0)", vcpus: 1) }
        for record in records { _ = try documents.instance(of: record) }
        #expect(documents.count == 20)
        documents.keepOnly([records[3]])
        #expect(documents.count == 1)
    }
}
