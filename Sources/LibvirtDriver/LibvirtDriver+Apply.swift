// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import DomainPlanning
import DomainXML
public import InstanceModel
import Libvirt

extension LibvirtDriver: InstanceApplication {
    /// What applying the document would change, and when; changes nothing.
    public func preview(
        applying instance: Instance, to id: InstanceID, context: OperationContext
    ) async throws(ComputeError) -> ApplyPreview {
        // A difference tells what the instance is.
        for action in [Action.plan, .observe] {
            try authorizer.authorize(action, subject: "instance \(id)", context: context)
        }
        return try await naming(id) { () throws(ComputeError) in
            try await requireCapabilities(for: instance, subject: "instance \(id)", context: context)
            if let journal = try await journal(readingFor: context, on: id) {
                let work = try await applyWork(instance, to: id, context: context)
                try refuse(takenPorts: work)
                try journal.ensureFree(
                    work.plan.claims, for: id, on: try await facts.facts(until: context.deadline).topology)
                return work.preview
            }
            return try await applyWork(instance, to: id, context: context).preview
        }
    }

    /// Brings the instance to the document as a journaled operation; on any failure everything is put back. A restart
    /// follows as a stop and a start of their own, which do not take the change back where they fail.
    public func apply(
        _ instance: Instance, to id: InstanceID, options: ApplyOptions, context: OperationContext
    ) async throws(ComputeError) -> ApplyReport {
        let subject = "instance \(id)"
        try authorizer.authorize(.apply, subject: subject, context: context)
        if options.restart != nil {
            for action in [Action.stop, .start] {
                try authorizer.authorize(action, subject: subject, context: context)
            }
        }
        return try await naming(id) { () throws(ComputeError) in
            try await requireCapabilities(for: instance, subject: subject, context: context)
            if let interruption = context.interruption(of: subject) { throw interruption }
            let report = try await applyPermitted(instance, to: id, options: options, context: context)
            guard let limit = options.restart, report.needsRestart else { return report }
            try await restart(id, within: limit, context: context)
            return ApplyReport(changes: report.changes, needsRestart: false, isRestarted: true)
        }
    }

    private func applyPermitted(
        _ instance: Instance, to id: InstanceID, options: ApplyOptions, context: OperationContext
    ) async throws(ComputeError) -> ApplyReport {
        let journal = try await journal(settlingFor: context, on: id)
        try await recoverLostIndex(journal, context: context)
        return try await locks.withLock(
            id, operation: Action.apply.rawValue, context: context, waitingAtMost: Self.lockPatience
        ) { () throws(ComputeError) in
            try await settleLeft(of: id, in: journal, orElse: .refuse)
            let digest = "\(id) \(InstanceDocument.stored(instance)) \(options.restart != nil)"
            let asked = OperationRequest(
                change: .apply, instanceID: id, instanceName: "\(id)", requestDigest: digest)
            if try runner(journal).earlier(than: asked, context: context) != nil { return ApplyReport() }
            return try await choosingProcessors(for: instance) { () throws(ComputeError) in
                let work = try await applyWork(instance, to: id, context: context)
                guard options.basis == nil || options.basis == work.presentXML else {
                    throw ComputeError(
                        .conflict, subject: "instance \(work.present.name)",
                        message: "it was changed since the difference was shown", hint: "look at the difference again")
                }
                guard !work.plan.changes.isEmpty else { return ApplyReport() }
                return try await carryOut(work, digest: digest, in: journal, context: context)
            }
        }
    }

    private func carryOut(
        _ work: ApplyWork, digest: String, in journal: Journal, context: OperationContext
    ) async throws(ComputeError) -> ApplyReport {
        let name = work.present.name.description
        try requireRecord(of: work.id, named: name, in: journal)
        let held = try journal.claims(of: work.id).map(\.claim)
        let added = work.plan.claims.filter { !held.contains($0) }
        try refuse(takenPorts: work)
        let request = OperationRequest(
            change: .apply, instanceID: work.id, instanceName: name, claims: added,
            topology: try await facts.facts(until: context.deadline).topology,
            update: InstanceUpdate(
                document: InstanceDocument.stored(work.newer),
                // Volumes are no part of a document.
                claims: work.plan.claims + held.filter { $0.kind == .volume },
                release: work.run == nil ? .atEnd : .atNextStart),
            requestDigest: digest)
        let executor = InstanceExecutor(
            host: self, id: work.id, name: name, operationID: request.id, application: work)
        _ = try await runner(journal).run(request, steps: work.steps, executor: executor, context: context)
        return ApplyReport(changes: work.plan.changes, needsRestart: work.needsRestart)
    }

    /// Refuses ports that the instance does not publish yet, and that another program has.
    private func refuse(takenPorts work: ApplyWork) throws(ComputeError) {
        let published = work.present.publishedPorts
        try refuseTaken(
            work.newer.publishedPorts.filter { port in !published.contains { $0.endpoint == port.endpoint } },
            subject: "instance \(work.present.name)")
    }

    /// Has a running guest go down and start again, each as an operation of its own.
    private func restart(
        _ id: InstanceID, within limit: Duration, context: OperationContext
    ) async throws(ComputeError) {
        var own = context
        // The key stands for the change.
        own.idempotencyKey = nil
        do throws(ComputeError) {
            try await stop(id, policy: .graceful(within: limit), context: own)
            try await start(id, context: own)
        } catch {
            throw ComputeError(
                error.code, subject: error.subject, outcome: .happened,
                message: "the change was made, and the guest was not restarted: \(error.message)",
                hint: "`roost stop` and `roost start` give it what waits for its next boot", problems: error.problems,
                libvirt: error.libvirt, details: error.details)
        }
    }
}
