// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import DomainPlanning
import DomainXML
import Foundation
public import InstanceModel
import Storage
import SystemPackage
import XMLTree

extension LibvirtDriver {
    /// What a spawn would do on a host of which no more is known than these facts: nothing is asked, and the same input
    /// gives the same plan. The UUID and what follows from it are nominal, as are the places of files.
    ///
    /// - Throws: `unsupported` where that host lacks what the instance needs, `exhausted` where it has too little of
    ///   it, `invalid` where two MAC addresses would be the same.
    public static func plan(_ instance: Instance, on facts: HostFacts) throws(ComputeError) -> SpawnPreview {
        let subject = "instance \(instance.name)"
        let plan: DomainPlan
        var resolved: Instance
        do throws(InvalidSpec) {
            resolved = try instance.resolved(
                diskSize: { _ in nil }, macAddress: { .derived(for: PaperResources.id, index: $0) })
        } catch {
            throw ComputeError(error, subject: subject)
        }
        do throws(PlanError) {
            let planner = DomainPlanner(facts: facts)
            try planner.refuseWhatIsLacking(instance)
            resolved = try planner.place(resolved, among: HostClaims([]))
            plan = try planner.plan(
                resolved, id: PaperResources.id, operationID: OperationID(PaperResources.id.uuid),
                createdAt: Date(timeIntervalSince1970: 0), resources: PaperResources.resources(of: resolved))
        } catch {
            throw ComputeError(error, subject: subject)
        }
        let isValidated = facts.libvirtVersion != nil && facts.libvirtVersion == libvirtVersion
        let work = SpawnWork(
            id: PaperResources.id, instance: resolved, images: [:], plan: plan, topology: facts.topology,
            domainXML: isValidated
                ? try validated(plan.document, subject: subject) : try text(of: plan.document, subject: subject))
        return work.preview(of: instance, on: facts, isValidated: isValidated)
    }

    static func text(of document: DomainDocument, subject: String) throws(ComputeError) -> String {
        do throws(XMLError) {
            return try document.text()
        } catch {
            throw ComputeError(
                .failed, subject: subject, message: "the planned domain document cannot be written",
                details: ["\(error)"])
        }
    }
}

extension SpawnWork {
    /// The work as its plan shows it: for the instance as it was asked for, and the host that it was planned for.
    func preview(of asked: Instance, on facts: HostFacts, isValidated: Bool) -> SpawnPreview {
        SpawnPreview(
            steps: instance.spawnSteps(until: .running).map { step in
                SpawnPreview.PlannedStep(name: step.name, summary: step.summary(for: self))
            },
            claims: plan.claims.map(\.description), domainXML: domainXML, isValidated: isValidated,
            nodes: DomainExplanation(of: plan.document, asked: asked, facts: facts).nodes)
    }
}

/// Where an instance's resources would lie on a host that is not asked.
private enum PaperResources {
    /// A UUID of the form that stands for none (RFC 9562, version 8).
    static let id = InstanceID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0x80, 0, 0x80, 0, 0, 0, 0, 0, 0, 1)))

    private static let state: FilePath = "/var/lib/roost"

    static func resources(of instance: Instance) -> InstanceResources {
        InstanceResources(
            of: instance, id: id, in: InstanceFiles(directory: state.appending("instances"), guest: nil),
            image: { name in
                BackingChain.Layer(file: state.appending("images").appending("\(name)").string, format: .qcow2)
            }, agentSocket: nil, socketDirectory: nil)
    }
}
