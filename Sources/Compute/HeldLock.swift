// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel

/// Shows who works on which instance.
public protocol LockObservation: Sendable {
    /// The instances' locks that are held now, in any process, by name and identity. Asks no hypervisor.
    func locks(context: OperationContext) async throws(ComputeError) -> [HeldLock]
}

/// An instance's lock, and who holds it.
public struct HeldLock: Sendable, Hashable {
    /// The instance.
    public let instanceID: InstanceID
    /// The instance's name; nil where the database knows none, as before a spawn is written down.
    public let instanceName: String?
    /// Who holds it, and since when.
    public let holder: LockHolder
    /// How many other processes wait for it. How many tasks wait within the holder's process is not visible from
    /// outside, and not counted.
    public let waitingProcesses: Int

    /// A lock that is held.
    public init(instanceID: InstanceID, instanceName: String?, holder: LockHolder, waitingProcesses: Int) {
        self.instanceID = instanceID
        self.instanceName = instanceName
        self.holder = holder
        self.waitingProcesses = waitingProcesses
    }
}
