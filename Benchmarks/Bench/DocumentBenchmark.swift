// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainPlanning
import DomainXML
import Foundation
import InstanceModel
import RoostKit
import XMLTree

/// From the text of an instance's document to domain XML that libvirt's schema accepts, part by part.
struct DocumentBenchmark {
    let text: String

    /// What was measured, in microseconds, one sample for each repetition.
    struct Result: Encodable {
        var parse: [Double] = []
        var plan: [Double] = []
        var validatedText: [Double] = []
        /// The domain XML, for the C program to validate the same.
        var domainXML = ""

        enum CodingKeys: String, CodingKey {
            case parse = "parse_us"
            case plan = "plan_us"
            case validatedText = "validated_text_us"
            case domainXML = "domain_xml"
        }
    }

    /// Repetitions that are measured, after those that warm caches up.
    private static let repetitions = 2_000
    private static let warmUps = 200

    private let planner = DomainPlanner(
        facts: HostFacts(
            architecture: "x86_64", emulator: "/usr/bin/qemu-system-x86_64", machine: "pc-q35-7.2",
            accelerator: .emulation, maximumVCPUs: 288, processorModels: [],
            firmware: HostFacts.FirmwareFacts(hasUEFI: true, hasSecureBoot: true), emulatesTPM: true, hasDirectIO: true)
    )

    func run() throws -> Result {
        // Compiled once in a process, as the driver does.
        let schema = try XMLSchema(path: "/usr/share/libvirt/schemas/domain.rng")
        let clock = ContinuousClock()
        var result = Result()
        for repetition in -Self.warmUps..<Self.repetitions {
            let start = clock.now
            let instance = try InstanceDocument.parse(text)
            let parsed = clock.now
            let document = try plan(instance)
            let planned = clock.now
            let xml = try document.text(accepting: schema)
            let ended = clock.now
            guard repetition >= 0 else { continue }
            result.parse.append((parsed - start).microseconds)
            result.plan.append((planned - parsed).microseconds)
            result.validatedText.append((ended - planned).microseconds)
            result.domainXML = xml
        }
        return result
    }

    /// The domain document of an instance on a common host.
    func plan(
        _ instance: Instance, id: InstanceID = InstanceID(), operationID: OperationID = OperationID()
    ) throws -> DomainDocument {
        let directory = "/var/lib/roost/instances/\(id)"
        let resources = InstanceResources(
            disks: instance.disks.indices.map { index in
                InstanceResources.DiskFile(
                    path: "\(directory)/disk-\(index).qcow2",
                    base: BackingChain.Layer(file: "/var/lib/roost/images/tiny.qcow2", format: .qcow2))
            },
            seed: instance.cloudInit == nil ? nil : "\(directory)/seed.iso", kernel: nil, initrd: nil,
            consoleLog: "\(directory)/console/console.log",
            firmwareVariables: "\(directory)/firmware/variables.fd", agentSocket: "/var/lib/roost/private/agent/\(id)",
            taps: [:]
        )
        return try planner.plan(
            instance, id: id, operationID: operationID, createdAt: Date(), resources: resources
        ).document
    }
}
