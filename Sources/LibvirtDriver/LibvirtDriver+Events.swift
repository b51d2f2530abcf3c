// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import InstanceModel
import Libvirt

extension LibvirtDriver {
    /// How long a hypervisor may take to tell its figures where the caller set no deadline.
    static let statisticsLimit: Duration = .seconds(5)

    /// What happens to instances from now on (`virConnectDomainEventRegisterAny`).
    public func events(context: OperationContext) async throws(ComputeError) -> InstanceEvents {
        try authorizer.authorize(.observe, subject: "events", context: context)
        let feed = InstanceEventFeed(driver: self)
        try await feed.begin(by: context.deadline)
        return InstanceEvents { try await feed.next() }
    }

    /// What a running instance used so far (`virDomainListGetStats` for its domain alone).
    public func statistics(
        of id: InstanceID, context: OperationContext
    ) async throws(ComputeError) -> InstanceStatistics {
        try authorizer.authorize(.observe, subject: "instance \(id)", context: context)
        let told = try await naming(id) { () throws(ComputeError) in
            let domain = try await requireDomain(id, until: context.deadline)
            return try await translating("instance \(domain.name)") { () throws(LibvirtError) in
                try await domain.statistics(deadline: deadline(context, within: Self.statisticsLimit))
            }
        }
        return InstanceStatistics(
            id: id, state: told.state.instanceState, processorTime: told.processorTime,
            memory: told.memory.map { ByteCount(bytes: $0) },
            residentMemory: told.residentMemory.map { ByteCount(bytes: $0) },
            disks: told.disks.map { disk in
                InstanceStatistics.DiskUse(
                    target: disk.target, readBytes: disk.readBytes, readRequests: disk.readRequests,
                    writtenBytes: disk.writtenBytes, writeRequests: disk.writeRequests)
            },
            interfaces: told.interfaces.map { interface in
                InstanceStatistics.InterfaceUse(
                    name: interface.name, receivedBytes: interface.receivedBytes, sentBytes: interface.sentBytes)
            })
    }
}
