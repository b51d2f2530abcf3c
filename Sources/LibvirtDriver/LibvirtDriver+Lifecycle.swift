// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import DomainPlanning
import Foundation
public import InstanceModel
import Libvirt
import Networking
import Storage

extension LibvirtDriver: InstanceLifecycle {
    /// Makes and starts the instance as a journaled operation; on any failure everything is put back.
    public func spawn(
        _ instance: Instance, until goal: SpawnGoal, context: OperationContext
    ) async throws(ComputeError) -> InstanceStatus {
        let subject = "instance \(instance.name)"
        try authorizer.authorize(.spawn, subject: subject, context: context)
        try await requireCapabilities(for: instance, subject: subject, context: context)
        let journal = try await journal(settlingFor: context)
        try await recoverLostIndex(journal, context: context)
        // Before anything is looked for: what that request made has its ports, and its images may be gone since.
        let asked = OperationRequest(
            change: .spawn, instanceID: InstanceID(), instanceName: instance.name.description,
            requestDigest: InstanceDocument.stored(instance))
        if let earlier = try runner(journal).earlier(than: asked, context: context) {
            return try await self.instance(earlier.instanceID.description, context: context)
        }
        let hold = try await hold(instance)
        defer { hold.release() }
        return try await choosingIdentity(for: instance) { id throws(ComputeError) in
            try await spawn(instance, as: id, until: goal, images: hold.images, journal: journal, context: context)
        }
    }

    private func spawn(
        _ instance: Instance, as id: InstanceID, until goal: SpawnGoal, images: [ImageName: StoredImage],
        journal: Journal, context: OperationContext
    ) async throws(ComputeError) -> InstanceStatus {
        let operationID = OperationID()
        let work = try await spawnWork(
            for: instance, id: id, operationID: operationID, images: images, context: context)
        try refuseTakenPorts(of: work.instance)
        let record = InstanceRecord(
            id: id, name: instance.name.description, document: InstanceDocument.stored(work.instance),
            operationID: operationID, createdAt: work.plan.createdAt, everStarted: false)
        let request = OperationRequest(
            id: operationID, change: .spawn, instanceID: id, instanceName: instance.name.description,
            claims: work.plan.claims, topology: work.topology, record: record,
            requestDigest: InstanceDocument.stored(instance))
        let executor = InstanceExecutor(
            host: self, id: id, name: instance.name.description, operationID: operationID, work: work)
        let result = try await locks.withLock(
            id, operation: Action.spawn.rawValue, context: context, waitingAtMost: Self.lockPatience
        ) { () throws(ComputeError) in
            try bind()
            return try await runner(journal).run(
                request, steps: work.instance.spawnSteps(until: goal), executor: executor, context: context)
        }
        switch result {
        case .done:
            return try await statusOfMade(record, principal: context.principal)
        case .repeated(let earlier):
            return try await self.instance(earlier.instanceID.description, context: context)
        }
    }

    /// Binds the state directory to this connection; a binding that has no instances yet gives way.
    private func bind() throws(ComputeError) {
        if try !hasInstances() {
            try state.rebind(connection: choice.binding)
        } else {
            try state.bind(connection: choice.binding)
        }
    }

    /// The status of an instance that was made: neither a cancelled caller nor a passed deadline makes that untrue.
    private func statusOfMade(
        _ record: InstanceRecord, principal: Principal
    ) async throws(ComputeError) -> InstanceStatus {
        let reading = Task { () async -> Result<InstanceStatus, ComputeError> in
            do throws(ComputeError) {
                return .success(try await status(of: record, context: OperationContext(principal: principal)))
            } catch {
                return .failure(error.adding(details: ["the instance was made"], outcome: .happened))
            }
        }
        return try await reading.value.get()
    }

    /// Deletes the instance with its disks as a journaled operation, which a crash leaves to be finished.
    public func delete(
        _ id: InstanceID, policy: DeletePolicy, context: OperationContext
    ) async throws(ComputeError) {
        try authorizer.authorize(.delete, subject: "instance \(id)", context: context)
        try await naming(id) { () throws(ComputeError) in
            try await require(.lifecycle, for: "instance \(id)")
            try await deletePermitted(id, policy: policy, context: context)
        }
    }

    private func deletePermitted(
        _ id: InstanceID, policy: DeletePolicy, context: OperationContext
    ) async throws(ComputeError) {
        let journal = try await journal(settlingFor: context, on: id)
        try await locks.withLock(
            id, operation: Action.delete.rawValue, context: context, waitingAtMost: Self.lockPatience
        ) { () throws(ComputeError) in
            try await settleLeft(of: id, in: journal, orElse: .goOn)
            let digest = "\(id) \(policy)"
            let asked = OperationRequest(
                change: .delete, instanceID: id, instanceName: "\(id)", requestDigest: digest)
            if try runner(journal).earlier(than: asked, context: context) != nil { return }
            let instance = try await refuseToDelete(id, policy: policy, journal: journal, until: context.deadline)
            let name = instance.name.description
            let request = OperationRequest(
                change: .delete, instanceID: id, instanceName: name, requestDigest: digest)
            let executor = InstanceExecutor(host: self, id: id, name: name, operationID: request.id)
            _ = try await runner(journal).run(
                request, steps: instance.deletionSteps, executor: executor, context: context)
            documents.forget(id)
        }
    }

    /// The instance; refuses what does not exist, and what runs unless the policy permits that.
    private func refuseToDelete(
        _ id: InstanceID, policy: DeletePolicy, journal: Journal, until deadline: ContinuousClock.Instant?
    ) async throws(ComputeError) -> Instance {
        guard let domain = try await domain(id, until: deadline) else {
            guard let record = try journal.instance(id) else {
                throw ComputeError(.notFound, subject: "instance \(id)", message: "there is no such instance")
            }
            return try Self.instance(fromStored: record.document, name: record.name)
        }
        let instance = try await instance(of: domain, until: deadline)
        guard policy == .stoppedOnly else { return instance }
        let state = try await translating("instance \(domain.name)") { () throws(LibvirtError) in
            try await domain.state(deadline: .now + Self.readLimit)
        }
        guard !state.isActive else {
            throw ComputeError(
                .conflict, subject: "instance \(domain.name)", message: "it is \(state.instanceState.rawValue)",
                hint: "`roost stop` stops it, `roost delete --force` deletes it as it is")
        }
        return instance
    }

    /// Keeps the images of an instance from being deleted until its disks lie over them.
    func hold(_ instance: Instance) async throws(ComputeError) -> ImageHold {
        do throws(StorageError) {
            return try await images.hold(instance.imageNames)
        } catch {
            throw ComputeError(error, subject: "instance \(instance.name)")
        }
    }

    func refuseTakenPorts(of instance: Instance) throws(ComputeError) {
        try refuseTaken(instance.publishedPorts, subject: "instance \(instance.name)")
    }

    func refuseTaken(_ ports: [PublishedPort], subject: String) throws(ComputeError) {
        do throws(NetworkingError) {
            try HostPorts.ensureFree(ports, for: account)
        } catch {
            throw ComputeError(error, subject: subject)
        }
    }

    func requireCapabilities(
        for instance: Instance, subject: String, context: OperationContext
    ) async throws(ComputeError) {
        try await require(.lifecycle, for: subject)
        for interface in instance.interfaces {
            switch interface.network {
            case .user: try await require(.userNetwork, for: subject)
            case .bridge: try await require(.bridgedNetwork, for: subject)
            // Whether libvirt may make these, the host's facts tell.
            case .openVSwitch, .macvtap, .libvirt, .hostDevice, .vhostUser: break
            }
        }
    }
}

extension Instance {
    /// The indices of the interfaces on bridges, which need tap devices.
    var bridgedInterfaces: [Int] {
        interfaces.indices.filter { index in
            if case .bridge = interfaces[index].network { true } else { false }
        }
    }

    /// The steps that delete the instance, each of which does nothing where its work is done.
    var deletionSteps: [InstanceStep] {
        [.turnOff, .undefine] + bridgedInterfaces.map { .removeTap($0) } + [.removeFiles]
    }

    /// The steps that make the instance, in their order.
    func spawnSteps(until goal: SpawnGoal) -> [InstanceStep] {
        var steps: [InstanceStep] = [.files]
        steps += disks.indices.filter { !disks[$0].isCDROM }.map { .disk($0) }
        if cloudInit != nil { steps.append(.seed) }
        steps += bridgedInterfaces.map { .tap($0) }
        steps += [.define, .start]
        switch goal {
        case .started: break
        case .running: steps.append(.waitUntilRunning)
        case .agent(let limit):
            steps.append(.waitForAgent(seconds: limit / .seconds(1)))
        }
        return steps
    }
}
