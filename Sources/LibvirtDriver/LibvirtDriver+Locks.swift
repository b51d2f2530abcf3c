// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import InstanceModel

extension LibvirtDriver: LockObservation {
    /// The instances' locks that are held now, in any process, by name and identity.
    ///
    /// Neither libvirt is asked nor is anything settled: it is there to look while all else hangs.
    public func locks(context: OperationContext) async throws(ComputeError) -> [HeldLock] {
        try authorizer.authorize(.observe, subject: "locks", context: context)
        let held = try locks.held()
        // An unreadable database hides names only.
        let records = held.isEmpty ? [] : (try? journals.existing()?.instances()) ?? []
        let names = Dictionary(records.map { ($0.id, $0.name) }) { first, _ in first }
        var found: [HeldLock] = []
        for (id, holder) in held {
            found.append(
                HeldLock(
                    instanceID: id, instanceName: names[id], holder: holder,
                    waitingProcesses: try locks.waitingProcesses(for: id)))
        }
        return found.sorted {
            ($0.instanceName ?? "", $0.instanceID.description) < ($1.instanceName ?? "", $1.instanceID.description)
        }
    }
}
