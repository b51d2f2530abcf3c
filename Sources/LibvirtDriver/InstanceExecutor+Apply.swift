// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainPlanning
import DomainXML
import Libvirt
import XMLTree

extension InstanceExecutor {
    /// Replaces the definition, and compares what libvirt made of it with what was meant.
    func redefine(context: OperationContext) async throws(ComputeError) {
        guard let application else {
            preconditionFailure("\(operationID) replaces a definition, and there is no plan")
        }
        let kept = try await define(
            application.definitionXML, by: host.deadline(context, within: LibvirtDriver.changeLimit))
        guard let document = try? DomainDocument(parsing: kept) else {
            throw ComputeError(
                .failed, subject: subject, outcome: .happened, message: "libvirt's definition cannot be read back")
        }
        // What others put there libvirt may write otherwise; what the document plans has to be as it was sent.
        let (planned, sent) = (application.plan.planned, application.plan.definition)
        let apart = Set(planned.missing(in: sent))
        let missing = planned.missing(in: document).filter { !apart.contains($0) }
        guard missing.isEmpty else {
            throw ComputeError(
                .failed, subject: subject, outcome: .happened,
                message: "libvirt did not keep the definition as it was meant",
                details: missing.prefix(5).map { "\($0)" })
        }
    }

    /// Puts the definition back, unless it is that already; one that was removed since stays removed.
    func restore(_ definition: String) async throws(ComputeError) {
        guard let domain = try await host.domain(id) else { return }
        try await awaitAnswers(of: domain)
        let present = try await host.translating(subject) { () throws(LibvirtError) in
            try await domain.xml([.inactive, .secure], deadline: .now + LibvirtDriver.readLimit)
        }
        guard present != definition else { return }
        _ = try await define(definition, by: .now + LibvirtDriver.changeLimit)
    }

    /// Gives what libvirt kept.
    private func define(_ xml: String, by deadline: ContinuousClock.Instant) async throws(ComputeError) -> String {
        let connection = try await host.link.connection(until: deadline)
        return try await host.changing(subject) { () throws(LibvirtError) in
            let domain = try await connection.define(xml, deadline: deadline)
            return try await domain.xml(.inactive, deadline: deadline)
        }
    }

    /// Gives the running guest what it can have at once. One that is off by now, or was started since, has it from its
    /// definition.
    func make(_ change: LiveChange, inRun run: UInt32, context: OperationContext) async throws(ComputeError) {
        guard let domain = try await domain(inRun: run) else { return }
        let deadline = host.deadline(context, within: LibvirtDriver.changeLimit)
        do throws(ComputeError) {
            try await set(change, of: domain, to: .later, by: deadline)
            guard try await has(change, domain, .later) else {
                throw ComputeError(
                    .failed, subject: subject, outcome: .unknown,
                    message: "libvirt did not keep \(change.name) as it was meant")
            }
        } catch {
            guard try await self.domain(inRun: run) == nil else { throw error }
        }
    }

    /// Takes back what the running guest was given, where it is the same run. A guest that does not let go of its
    /// processors keeps them until it is off: nobody can take them, and its definition has no more of them.
    func undo(_ change: LiveChange, inRun run: UInt32) async throws(ComputeError) {
        guard let domain = try await domain(inRun: run) else { return }
        try await awaitAnswers(of: domain)
        guard try await !has(change, domain, .earlier) else { return }
        do throws(ComputeError) {
            try await set(change, of: domain, to: .earlier, by: .now + LibvirtDriver.changeLimit)
        } catch {
            if case .vcpus = change, error.libvirt != nil { return }
            guard try await self.domain(inRun: run) == nil else { throw error }
        }
    }

    /// The instance's domain, where it runs under this number.
    func domain(inRun run: UInt32) async throws(ComputeError) -> Domain? {
        guard let domain = try await host.domain(id), domain.id == run else { return nil }
        return try await host.state(of: domain).isActive ? domain : nil
    }

    /// Waits for what was asked before: what this process gave up on may take effect yet.
    func awaitAnswers(of domain: Domain) async throws(ComputeError) {
        try await host.translating(subject) { () throws(LibvirtError) in
            try await domain.awaitAnswers(deadline: .now + LibvirtDriver.readLimit)
        }
    }

    /// Which of a change's two sides is meant.
    private enum Side {
        case earlier, later
    }

    private func set(
        _ change: LiveChange, of domain: Domain, to side: Side, by deadline: ContinuousClock.Instant
    ) async throws(ComputeError) {
        switch change {
        case .limits(_, let target, let from, let to):
            let limits = (side == .later ? to : from).mapValues { UInt64(clamping: $0) }
            try await host.changing(subject) { () throws(LibvirtError) in
                try await domain.setBlockLimits(limits, ofDisk: target, scope: .live, deadline: deadline)
            }
        case .link(_, let mac, let isUp):
            let xml = try await link(mac, of: domain, isUp: isUp == (side == .later))
            try await host.changing(subject) { () throws(LibvirtError) in
                try await domain.updateDevice(xml, scope: .live, deadline: deadline)
            }
        case .document(let from, let to):
            let xml = try await metadata(side == .later ? to : from, of: domain)
            try await host.changing(subject) { () throws(LibvirtError) in
                try await domain.setMetadata(
                    .element(namespace: InstanceMetadata.namespace, prefix: InstanceMetadata.prefix), to: xml,
                    scope: .live, deadline: deadline)
            }
        case .vcpus(let from, let to):
            let count = UInt32(side == .later ? to : from)
            try await host.changing(subject) { () throws(LibvirtError) in
                try await domain.setVCPUCount(count, scope: .live, deadline: deadline)
            }
        }
    }

    /// Whether the running guest has this side of a change.
    private func has(_ change: LiveChange, _ domain: Domain, _ side: Side) async throws(ComputeError) -> Bool {
        let running = try await document(of: domain)
        switch change {
        case .limits(_, let target, let from, let to):
            let disk = running.disks.first { $0.target?.device == target }
            return disk?.limits == (side == .later ? to : from)
        case .link(_, let mac, let isUp):
            let interface = running.interfaces.first { $0.macAddress == mac }
            return interface?.isLinkUp == (isUp == (side == .later))
        case .document(let from, let to):
            return InstanceMetadata.read(fromDomainXML: try text(of: running))?.document
                == (side == .later ? to : from)
        case .vcpus(let from, let to):
            return (running.currentProcessorCount ?? running.processorCount) == (side == .later ? to : from)
        }
    }

    /// The element of an interface of the running guest, with its cable plugged in or not, and all else as it is.
    private func link(_ mac: String, of domain: Domain, isUp: Bool) async throws(ComputeError) -> String {
        guard var interface = try await document(of: domain).interfaces.first(where: { $0.macAddress == mac }) else {
            throw ComputeError(
                .conflict, subject: subject, message: "the running guest has no interface with the address \(mac)")
        }
        interface.isLinkUp = isUp
        return try written { () throws(XMLError) in try interface.element.serialized() }
    }

    /// The instance's metadata of the running guest, with another document.
    private func metadata(_ document: String, of domain: Domain) async throws(ComputeError) -> String {
        let text = try text(of: try await self.document(of: domain))
        guard let metadata = InstanceMetadata.read(fromDomainXML: text) else {
            throw ComputeError(.conflict, subject: subject, message: "the running guest has no metadata of Roost's")
        }
        return try written { () throws(XMLError) in try metadata.replacing(document: document).unprefixedText() }
    }

    func document(of domain: Domain) async throws(ComputeError) -> DomainDocument {
        let xml = try await host.translating(subject) { () throws(LibvirtError) in
            try await domain.xml(deadline: .now + LibvirtDriver.readLimit)
        }
        guard let document = try? DomainDocument(parsing: xml) else {
            throw ComputeError(.failed, subject: subject, message: "libvirt's document of the guest cannot be read")
        }
        return document
    }

    private func text(of document: DomainDocument) throws(ComputeError) -> String {
        try written { () throws(XMLError) in try document.text(indentation: .none) }
    }

    private func written(_ body: () throws(XMLError) -> String) throws(ComputeError) -> String {
        do throws(XMLError) {
            return try body()
        } catch {
            throw ComputeError(.failed, subject: subject, message: "a document cannot be written: \(error)")
        }
    }
}
