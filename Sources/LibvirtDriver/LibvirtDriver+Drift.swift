// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainPlanning
import DomainXML
import InstanceModel
import Libvirt
import Storage
import XMLTree

/// Telling how definitions drifted from their documents.
extension LibvirtDriver {
    /// The instances whose definition lacks something that their document asks for. What the host decided when they
    /// were made, such as the version of the machine or the path of QEMU, is taken as it is.
    func drifts(of records: [InstanceRecord]) async -> [Drift] {
        var drifts: [Drift] = []
        for record in records {
            do throws(ComputeError) {
                guard let domain = try await domain(record.id) else { continue }
                let xml = try await translating("instance \(record.name)") { () throws(LibvirtError) in
                    try await domain.xml(.inactive, deadline: .now + Self.readLimit)
                }
                let differences = try differences(of: record, from: xml)
                if !differences.isEmpty { drifts.append(Drift(name: record.name, differences: differences)) }
            } catch {
                drifts.append(Drift(name: record.name, differences: ["it cannot be compared: \(error.message)"]))
            }
        }
        return drifts
    }

    private func differences(of record: InstanceRecord, from xml: String) throws(ComputeError) -> [String] {
        let subject = "instance \(record.name)"
        let instance = try Self.instance(fromStored: record.document, name: record.name)
        guard let definition = try? DomainDocument(parsing: xml),
            let facts = HostFacts(definition: definition)
        else { throw ComputeError(.failed, subject: subject, message: "libvirt's definition cannot be read") }
        var stored: [ImageName: StoredImage] = [:]
        for name in instance.imageNames { stored[name] = try? images.image(named: name) }
        let plan: DomainPlan
        do throws(PlanError) {
            plan = try DomainPlanner(facts: facts).plan(
                instance, id: record.id, operationID: record.operationID, createdAt: record.createdAt,
                resources: resources(of: instance, id: record.id, images: stored))
        } catch {
            throw ComputeError(error, subject: subject)
        }
        return plan.document.missing(in: definition).map { "\($0)" }
    }
}
