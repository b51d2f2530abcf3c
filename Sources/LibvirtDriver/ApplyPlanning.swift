// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainPlanning
import DomainXML
import InstanceModel
import Libvirt
import Storage

extension LibvirtDriver {
    /// Decides everything that brings the instance to the document.
    func applyWork(
        _ instance: Instance, to id: InstanceID, context: OperationContext
    ) async throws(ComputeError) -> ApplyWork {
        let domain = try await requireDomain(id, until: context.deadline)
        let subject = "instance \(domain.name)"
        let (xml, definition, metadata) = try await self.definition(of: domain)
        let present = try Self.instance(fromStored: metadata.document, name: domain.name)
        let running = try await self.running(domain)
        var newer = try resolve(instance, replacing: present, id: id)
        try refuse(obstaclesOf: newer, replacing: present, isRunning: running != nil)
        try refuseHostPaths(of: newer)
        newer = try await placed(newer, replacing: present, id: id, until: context.deadline)
        var stored: [ImageName: StoredImage] = [:]
        // One that is gone has no guest's disk over it: the store refuses to delete what is used.
        for name in newer.imageNames { stored[name] = try? images.image(named: name) }
        let scene = ApplyScene(
            id: id, metadata: metadata, present: present, resources: resources(of: present, id: id, images: stored),
            definition: definition, running: running?.document)
        let plan = try Self.plan(
            newer, resources: resources(of: newer, id: id, images: stored), scene: scene, subject: subject)
        _ = try Self.validated(plan.planned, subject: subject)
        return ApplyWork(
            id: id, present: present, newer: newer, plan: plan, presentXML: xml,
            definitionXML: try Self.text(of: plan.definition, subject: subject),
            definitionChanges: definition.changes(to: plan.definition).map { "\($0.path) \($0.change)" },
            run: running?.id)
    }

    /// With the facts that the definition was made with, so that a host that changed since changes nothing of it.
    private static func plan(
        _ newer: Instance, resources: InstanceResources, scene: ApplyScene, subject: String
    ) throws(ComputeError) -> ApplyPlan {
        guard let facts = HostFacts(definition: scene.definition) else {
            throw ComputeError(.failed, subject: subject, message: "libvirt's definition does not tell its machine")
        }
        do throws(PlanError) {
            return try DomainPlanner(facts: facts).apply(newer, resources: resources, to: scene)
        } catch {
            throw ComputeError(error, subject: subject)
        }
    }

    /// The definition, and the guest that runs, with libvirt's number of its run; nil where it is off.
    func documents(
        of domain: Domain
    ) async throws(ComputeError) -> (definition: DomainDocument, running: (document: DomainDocument, id: UInt32)?) {
        (try await definition(of: domain).document, try await running(domain))
    }

    /// Libvirt's definition with all that is in it, and what it was made for.
    private func definition(
        of domain: Domain
    ) async throws(ComputeError) -> (xml: String, document: DomainDocument, metadata: InstanceMetadata) {
        let subject = "instance \(domain.name)"
        let deadline = ContinuousClock.now + Self.readLimit
        let (xml, shown) = try await translating(subject) { () throws(LibvirtError) in
            (
                try await domain.xml([.inactive, .secure], deadline: deadline),
                try await domain.xml(.inactive, deadline: deadline)
            )
        }
        // The definition as it was is kept in the journal, which holds no secrets.
        guard xml == shown else {
            throw ComputeError(
                .unsupported, subject: subject,
                message: "its definition has a password that another program put there, which Roost keeps nowhere",
                hint: "remove the password with that program first")
        }
        guard let metadata = InstanceMetadata.read(fromDomainXML: xml) else {
            throw ComputeError(.conflict, subject: subject, message: "Roost did not make this domain")
        }
        guard let document = try? DomainDocument(parsing: xml) else {
            throw ComputeError(.failed, subject: subject, message: "libvirt's definition cannot be read")
        }
        return (xml, document, metadata)
    }

    /// The guest that runs, and libvirt's number of its run; nil where it is off.
    private func running(
        _ domain: Domain
    ) async throws(ComputeError) -> (document: DomainDocument, id: UInt32)? {
        guard try await state(of: domain).isActive, let id = domain.id else { return nil }
        let xml = try await translating("instance \(domain.name)") { () throws(LibvirtError) in
            try await domain.xml(deadline: .now + Self.readLimit)
        }
        guard let document = try? DomainDocument(parsing: xml) else {
            throw ComputeError(
                .failed, subject: "instance \(domain.name)", message: "libvirt's document of the guest cannot be read")
        }
        return (document, id)
    }

    private func resolve(
        _ instance: Instance, replacing present: Instance, id: InstanceID
    ) throws(ComputeError) -> Instance {
        do throws(InvalidSpec) {
            return try instance.resolved(replacing: present) { .derived(for: id, index: $0) }
        } catch {
            throw ComputeError(error, subject: "instance \(present.name)")
        }
    }

    private func refuse(
        obstaclesOf newer: Instance, replacing present: Instance, isRunning: Bool
    ) throws(ComputeError) {
        var problems = present.obstacles(toBecoming: newer)
        // The guest holds its end of a tap device, which is made anew at each start, and removed by nobody.
        for index in present.bridgedInterfaces where isRunning && !newer.bridgedInterfaces.contains(index) {
            problems.append(
                SpecProblem(
                    path: "interfaces[\(index)]",
                    violation: RuleViolation(
                        value: "", rule: "a running guest keeps its interfaces on bridges",
                        remedy: "stop the guest first")))
        }
        guard problems.isEmpty else {
            throw ComputeError(
                .invalid, subject: "instance \(present.name)", message: "it cannot be brought to this document",
                problems: problems)
        }
    }

    /// The instance with the host's processors and the addresses of devices filled in; refuses what the host lacks,
    /// except what the instance needs already.
    private func placed(
        _ newer: Instance, replacing present: Instance, id: InstanceID, until deadline: ContinuousClock.Instant?
    ) async throws(ComputeError) -> Instance {
        let planner = DomainPlanner(facts: try await facts.facts(until: deadline))
        let lack = Self.lack(of: newer, for: planner)
        if let lack, lack != Self.lack(of: present, for: planner) {
            throw ComputeError(lack, subject: "instance \(present.name)")
        }
        let isLookedAt = DomainPlanner.looksAtClaims(for: newer)
        let claims = isLookedAt ? try journals.existing()?.claims() ?? [] : []
        let held = claims.filter { $0.instanceID != id }.map(\.claim)
        do throws(PlanError) {
            return try planner.place(newer, among: HostClaims(held))
        } catch {
            throw ComputeError(error, subject: "instance \(present.name)")
        }
    }

    private static func lack(of instance: Instance, for planner: DomainPlanner) -> PlanError? {
        do throws(PlanError) {
            try planner.refuseWhatIsLacking(instance)
            return nil
        } catch {
            return error
        }
    }
}
