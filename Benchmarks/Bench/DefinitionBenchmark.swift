// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import Foundation
import InstanceModel
import XMLTree

/// From instances to domain XML that libvirt's schema accepts, and from what libvirt wrote to types.
struct DefinitionBenchmark {
    private let planner: DocumentBenchmark
    /// A domain's document as libvirt writes it.
    private let typical: String
    /// libvirt's own test documents.
    private let corpus: [String]

    /// What was measured, one sample for each repetition.
    struct Result: Encodable {
        var simpleServer: [Double] = []
        var largeServer: [Double] = []
        /// The domain XML of both, for the C program to validate the same.
        var simpleXML = ""
        var largeXML = ""
        var typicalBytes = 0
        var reading: [Double] = []
        var corpusDocuments = 0
        var corpus: [Double] = []

        enum CodingKeys: String, CodingKey {
            case simpleServer = "simple_us"
            case largeServer = "large_us"
            case simpleXML = "simple_xml"
            case largeXML = "large_xml"
            case typicalBytes = "typical_bytes"
            case reading = "reading_us"
            case corpusDocuments = "corpus_documents"
            case corpus = "corpus_us"
        }
    }

    private static let repetitions = 2_000
    private static let warmUps = 200
    private static let corpusRepetitions = 5

    /// Reads what is measured: a document's file, and the directory that `hack/corpus` prints.
    init(typicalFile: String, corpusDirectory: String) throws {
        planner = DocumentBenchmark(text: "")
        typical = try String(contentsOfFile: typicalFile, encoding: .utf8)
        corpus = try FileManager.default.subpathsOfDirectory(atPath: corpusDirectory).sorted().compactMap { path in
            guard path.hasSuffix(".xml"),
                let text = try? String(contentsOfFile: "\(corpusDirectory)/\(path)", encoding: .utf8)
            else { return nil }
            return (try? DomainDocument(parsing: text)) == nil ? nil : text
        }
    }

    func run() throws -> Result {
        let schema = try XMLSchema(path: DomainDocument.schemaPath)
        let simple = try InstanceDocument.parse(Self.simpleServer)
        let large = try InstanceDocument.parse(Self.largeServer)
        var result = Result(typicalBytes: typical.utf8.count, corpusDocuments: corpus.count)
        let (id, operationID) = (InstanceID(), OperationID())
        result.simpleXML = try planner.plan(simple, id: id, operationID: operationID).text()
        result.largeXML = try planner.plan(large, id: id, operationID: operationID).text()
        for repetition in -Self.warmUps..<Self.repetitions {
            let samples = try (
                time { try planner.plan(simple, id: id, operationID: operationID).text(accepting: schema) },
                time { try planner.plan(large, id: id, operationID: operationID).text(accepting: schema) },
                time { try Self.read(typical) }
            )
            guard repetition >= 0 else { continue }
            result.simpleServer.append(samples.0)
            result.largeServer.append(samples.1)
            result.reading.append(samples.2)
        }
        for _ in 0..<Self.corpusRepetitions {
            result.corpus.append(try time { try corpus.reduce(0) { try $0 + Self.read($1) } })
        }
        return result
    }

    private func time(_ body: () throws -> some Any) rethrows -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        _ = try body()
        return (clock.now - start).microseconds
    }

    /// Reads a document into types, with all devices of the common kinds; gives how many there are.
    private static func read(_ text: String) throws -> Int {
        let document = try DomainDocument(parsing: text)
        let disks = document.disks.map { ($0.driver, $0.backing, $0.target, $0.address) }
        let interfaces = document.interfaces.map { ($0.connection, $0.macAddress, $0.model) }
        let controllers = document.controllers.map { ($0.kind, $0.model, $0.index) }
        _ = (document.name, document.uuid, document.memoryKiB, document.operatingSystem, document.processor?.mode)
        return disks.count + interfaces.count + controllers.count + document.serials.count + document.channels.count
    }

    private static let simpleServer = """
        version: 1
        name: web-1
        vcpus: 2
        memory: 2 GiB
        disks: [{ image: base, size: 20 GiB }]
        interfaces: [{ network: user, publish: ["2222:22"] }]
        labels: { role: web }
        """

    private static let largeServer = """
        version: 1
        name: db-1
        vcpus: 8
        memory: 16 GiB
        disks:
          - { image: base, size: 20 GiB, serial: root-1 }
          - { size: 100 GiB, bus: scsi, limits: { iops: 500, burst: { iops: 5000 }, burst_seconds: 10 } }
          - { size: 100 GiB, bus: scsi, cache: writeback }
          - { size: 10 GiB, read_only: true }
        interfaces:
          - { network: { bridge: br0 } }
          - { network: user, publish: ["2222:22", "8080:80"] }
        cloud_init: { hostname: db-1 }
        labels: { role: db }
        """
}
