// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import InstanceModel
import Libvirt
import Programs
public import SystemPackage

/// What a driver is made with.
public struct DriverConfiguration: Sendable {
    /// How the hypervisor is reached.
    public var connection: ConnectionRequest
    /// Where Roost keeps its state.
    public var stateDirectory: StateDirectory
    /// Who may do what; denies everything unless another is given.
    public var policy: any Policy
    /// Seconds without guests and clients after which the private daemon ends itself, at least 1; it takes effect when
    /// one is started.
    public var daemonIdleSeconds: Int
    /// How much of what was done is remembered.
    public var history: HistoryLimits
    /// When ``LibvirtDriver/keepReconciled(context:_:)`` compares the host, and what it removes.
    public var reconciliation: ReconcileSettings
    /// The directories of the host, absolute, that instances may share with their guests, with all below them; none
    /// unless given.
    public var sharedDirectories: [FilePath]
    /// The directories of the host, absolute, in which sockets lie that interfaces may be connected to; none unless
    /// given.
    public var socketDirectories: [FilePath]
    /// Told of each point of an operation, and able to stop it there; nil outside tests.
    public var probe: (any OperationProbe)?
    /// Chooses an instance's identity; tests choose identities whose addresses meet.
    var newIdentity: @Sendable () -> InstanceID = { InstanceID() }
    /// What makes the calls to libvirt; its own outside the process's only in tests.
    var callThreads = CallThreads.shared
    /// What runs the helpers that make an instance's files; changed only in tests.
    var programs = ProgramRunner()

    /// A configuration.
    public init(
        stateDirectory: StateDirectory, connection: ConnectionRequest = .automatic, policy: any Policy = DenyAll(),
        daemonIdleSeconds: Int = 30, history: HistoryLimits = .standard, reconciliation: ReconcileSettings = .standard,
        sharedDirectories: [FilePath] = [], socketDirectories: [FilePath] = [],
        probe: (any OperationProbe)? = nil
    ) {
        self.stateDirectory = stateDirectory
        self.connection = connection
        self.policy = policy
        self.daemonIdleSeconds = max(daemonIdleSeconds, 1)
        self.history = history
        self.reconciliation = reconciliation
        self.sharedDirectories = sharedDirectories
        self.socketDirectories = socketDirectories
        self.probe = probe
    }
}

/// How the caller wants the hypervisor to be reached.
public enum ConnectionRequest: Sendable, Hashable {
    /// As the state directory is bound; else a system libvirt that answers; else the private daemon.
    case automatic
    /// Libvirt's daemon in session mode inside the state directory.
    case privateDaemon
    /// A libvirt connection URI, and where it was asked for, such as `--connect`.
    case uri(String, source: String)
}
