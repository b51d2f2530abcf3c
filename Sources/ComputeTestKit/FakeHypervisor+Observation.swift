// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import InstanceModel

extension FakeHypervisor: InstanceObservation, LockObservation, HostInventory {
    /// All instances, by name.
    public func instances(context: OperationContext) async throws(ComputeError) -> [InstanceStatus] {
        try await admit(.observe, "", context)
        return machines.values.map { status(of: $0) }.sorted { $0.name < $1.name }
    }

    /// The states of all instances.
    public func states(context: OperationContext) async throws(ComputeError) -> [InstanceID: InstanceState] {
        try await admit(.observe, "", context)
        return machines.mapValues { status(of: $0).state }
    }

    /// The instance of a name, a UUID, or a unique beginning of a UUID of at least four digits.
    public func instance(
        _ reference: String, context: OperationContext
    ) async throws(ComputeError) -> InstanceStatus {
        try await admit(.observe, reference, context)
        return status(of: try machine(meantBy: reference))
    }

    /// The identity of the instance that ``instance(_:context:)`` gives.
    public func identity(
        of reference: String, context: OperationContext
    ) async throws(ComputeError) -> InstanceID {
        try await admit(.observe, reference, context)
        return try machine(meantBy: reference).id
    }

    private func machine(meantBy reference: String) throws(ComputeError) -> Machine {
        if let machine = machines.values.first(where: { $0.instance.name.description == reference }) {
            return machine
        }
        let prefix = reference.lowercased()
        let matches = machines.values.filter { prefix.count >= 4 && $0.id.description.hasPrefix(prefix) }
        guard let match = matches.first else { throw Self.missing(reference) }
        guard matches.count == 1 else {
            throw ComputeError(
                .conflict, subject: "instance \(reference)", message: "\(matches.count) UUIDs begin so",
                hint: "give more of the UUID")
        }
        return match
    }

    /// The instance's document and a domain in place of libvirt's.
    public func description(
        of id: InstanceID, context: OperationContext
    ) async throws(ComputeError) -> InstanceDescription {
        try await admit(.observe, name(of: id), context)
        let machine = try machine(id)
        return InstanceDescription(
            instance: machine.instance,
            domainXML:
                "<domain type='test'>\n  <name>\(machine.instance.name)</name>\n  <uuid>\(id)</uuid>\n</domain>\n")
    }

    /// The locks that were arranged, by name.
    public func locks(context: OperationContext) async throws(ComputeError) -> [HeldLock] {
        try await admit(.observe, "", context)
        return machines.values.compactMap { machine in
            machine.lockedBy.map {
                HeldLock(
                    instanceID: machine.id, instanceName: machine.instance.name.description, holder: $0,
                    waitingProcesses: 0)
            }
        }.sorted { ($0.instanceName ?? "") < ($1.instanceName ?? "") }
    }

    /// What was arranged; without it, the state alone.
    public func statistics(
        of id: InstanceID, context: OperationContext
    ) async throws(ComputeError) -> InstanceStatistics {
        try await admit(.observe, try machine(id).instance.name.description, context)
        let machine = try machine(id)
        return statistics[id] ?? InstanceStatistics(id: id, state: machine.state)
    }

    /// What happens from now on; a listener who is far behind finds a gap.
    public func events(context: OperationContext) async throws(ComputeError) -> InstanceEvents {
        try await admit(.observe, "events", context)
        let (stream, continuation) = InstanceEvents.makeStream(bufferingPolicy: .bufferingOldest(Self.eventCapacity))
        lastListener += 1
        let number = lastListener
        listeners[number] = EventListener(continuation: continuation)
        continuation.onTermination = { [weak self] _ in
            Task { await self?.leave(number) }
        }
        return stream
    }

    /// What was declared.
    public func capabilities(context: OperationContext) async throws(ComputeError) -> CapabilitySet {
        try await admit(.inspectHost, "", context)
        return declared
    }

    /// Those of a small emulating host.
    public func facts(context: OperationContext) async throws(ComputeError) -> HostFacts {
        try await admit(.inspectHost, "", context)
        return HostFacts(
            architecture: "x86_64", emulator: "/usr/bin/qemu-system-x86_64", machine: "pc-q35-7.2",
            accelerator: .emulation, maximumVCPUs: 8, processorModels: ["qemu64"],
            firmware: HostFacts.FirmwareFacts(hasUEFI: false, hasSecureBoot: false), emulatesTPM: false,
            hasDirectIO: false)
    }

    /// What was arranged.
    public func inspect(context: OperationContext) async throws(ComputeError) -> HostReport {
        try await admit(.inspectHost, "", context)
        return report
    }

    func status(of machine: Machine) -> InstanceStatus {
        machine.status(imageSizes: store.mapValues(\.virtualSize))
    }
}
