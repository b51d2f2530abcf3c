// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import DomainXML
public import InstanceModel
import XMLTree

/// How an instance that exists is brought to another document, decided before anything is changed.
public struct ApplyPlan: Sendable, Hashable {
    /// What the document says otherwise, and when it takes effect.
    public let changes: [AppliedChange]
    /// The domain's definition afterwards.
    public let definition: DomainDocument
    /// The document's own plan, without what else is in the definition.
    public let planned: DomainDocument
    /// What the running guest is given at once, in order.
    public let live: [LiveChange]
    /// What the instance takes that nobody else may have, all of it.
    public let claims: [Claim]
}

/// What a plan to apply a document is made of, beside the document.
public struct ApplyScene: Sendable, Hashable {
    /// The identity.
    public let id: InstanceID
    /// What libvirt's definition says of the instance that it was made for.
    public let metadata: InstanceMetadata
    /// The instance as it is, out of that.
    public let present: Instance
    /// Where its resources lie.
    public let resources: InstanceResources
    /// Libvirt's definition.
    public let definition: DomainDocument
    /// The document of the guest that runs; nil where it is off.
    public let running: DomainDocument?

    /// A scene of these parts.
    public init(
        id: InstanceID, metadata: InstanceMetadata, present: Instance, resources: InstanceResources,
        definition: DomainDocument, running: DomainDocument?
    ) {
        self.id = id
        self.metadata = metadata
        self.present = present
        self.resources = resources
        self.definition = definition
        self.running = running
    }
}

extension DomainPlanner {
    /// The plan to bring an instance to `newer`, which is resolved, has no obstacle, and whose resources lie at
    /// `resources`.
    ///
    /// The facts are those that the definition was made with (``Compute/HostFacts/init(definition:)``): the plans of
    /// both documents then differ only in what the documents say otherwise, and only that is changed of the definition.
    ///
    /// - Throws: ``PlanError/architecture(_:)``.
    public func apply(
        _ newer: Instance, resources: InstanceResources, to scene: ApplyScene
    ) throws(PlanError) -> ApplyPlan {
        let changes = InstanceDocument.changes(from: scene.present, to: newer)
        // A domain without an operation's id was not made by Roost, and has no such metadata.
        let operationID = OperationID(scene.metadata.operationID) ?? OperationID(scene.id.uuid)
        let before = try plan(
            scene.present, id: scene.id, operationID: operationID, createdAt: scene.metadata.createdAt,
            resources: scene.resources)
        let after = try plan(
            newer, id: scene.id, operationID: operationID, createdAt: scene.metadata.createdAt, resources: resources)
        let live = scene.running.map { running in
            LiveSearch(
                present: scene.present, newer: newer, changes: changes, running: running, planned: after.document
            ).found
        }
        let isLive = { (change: DocumentChange) in (live ?? []).contains { change.isIn($0.path) } }
        return ApplyPlan(
            changes: changes.map { AppliedChange($0, timing: isLive($0) ? .live : .nextBoot) },
            definition: scene.definition.merging(from: before.document, to: after.document),
            planned: after.document, live: (live ?? []).compactMap(\.change), claims: after.claims)
    }
}

/// Finds what of a document's changes a running guest can be given at once.
private struct LiveSearch {
    let present: Instance
    let newer: Instance
    let changes: [DocumentChange]
    let running: DomainDocument
    let planned: DomainDocument

    /// A place of the document that a running guest follows, and what has to be done for it; nil: it has it already.
    struct Place {
        let path: String
        let change: LiveChange?
    }

    var found: [Place] {
        guard !changes.isEmpty else { return [] }
        let disks = newer.disks.indices.compactMap { limits(ofDisk: $0) }
        let links = newer.interfaces.indices.compactMap { link(ofInterface: $0) }
        // The processors come last: taking them away again, should something fail, needs the guest's consent.
        return disks + links + [document, vcpus].compactMap(\.self)
    }

    private func changes(at path: String) -> Bool { changes.contains { $0.isIn(path) } }

    private func limits(ofDisk index: Int) -> Place? {
        let path = "disks[\(index)].limits"
        guard changes(at: path) else { return nil }
        let target = DeviceNames.disk(index, on: newer.disks[index].bus)
        let isIt = { (disk: DomainXML.Disk) in disk.target?.device == target }
        guard let now = running.disks.first(where: isIt), let later = planned.disks.first(where: isIt) else {
            return nil
        }
        let (from, to) = (now.limits, later.limits)
        return Place(
            path: path, change: from == to ? nil : .limits(disk: index, target: target, from: from, to: to))
    }

    private func link(ofInterface index: Int) -> Place? {
        let (path, interface) = ("interfaces[\(index)].link", newer.interfaces[index])
        guard changes(at: path), let mac = interface.mac?.description,
            let now = running.interfaces.first(where: { $0.macAddress == mac })
        else { return nil }
        let isUp = interface.device.isLinkUp
        return Place(path: path, change: now.isLinkUp == isUp ? nil : .link(interface: index, mac: mac, isUp: isUp))
    }

    /// Labels are in the document alone.
    private var document: Place? {
        let element = running[metadata: InstanceMetadata.elementName]
        guard let text = element?.text else { return nil }
        return Place(path: "labels", change: .document(from: text, to: InstanceDocument.stored(newer)))
    }

    /// More processors, up to what the guest was started with. Fewer need a guest that lets go of them, and dedicated
    /// ones a place on the host.
    private var vcpus: Place? {
        let count = newer.vcpus.value
        guard changes(at: "vcpus"), count > present.vcpus.value, newer.processor?.tuning.dedicated == nil,
            let most = running.processorCount, count <= most
        else { return nil }
        let now = running.currentProcessorCount ?? most
        guard now <= count else { return nil }
        return Place(path: "vcpus", change: now == count ? nil : .vcpus(from: now, to: count))
    }
}

extension DocumentChange {
    /// Whether it is at this path, or below it.
    fileprivate func isIn(_ path: String) -> Bool {
        self.path == path || self.path.hasPrefix(path + ".") || self.path.hasPrefix(path + "[")
    }
}

extension DomainXML.Disk {
    /// All limits, 0 where there is none, except the length of bursts that there are none of.
    public var limits: [String: Int] {
        var limits: [String: Int] = [:]
        for quantity in Limit.allCases { limits[quantity.rawValue] = self[limit: quantity] ?? 0 }
        for (name, value) in limits where name.hasSuffix("_max") && value == 0 { limits[name + "_length"] = nil }
        return limits
    }
}
