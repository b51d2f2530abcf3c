// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import InstanceModel
public import SystemPackage

/// What the commands need from the program that runs them: they know ports, never a driver.
public struct Composition: Sendable {
    /// Plans an instance for a host of which only the facts are known.
    public typealias PaperPlanning = @Sendable (Instance, HostFacts) throws(ComputeError) -> SpawnPreview
    /// Opens a driver; called at most once a run, and never for help or versions.
    public typealias DriverOpening = @Sendable (DriverRequest) async throws(ComputeError) -> any HypervisorDriver

    /// Roost's own version, such as `0.1.0`.
    public var version: String
    /// The versions of what Roost stands on, read only when `roost version` asks.
    public var components: @Sendable () -> [ComponentVersion]
    /// Where the commands read and write.
    public var surroundings: Surroundings
    /// What runs a command's tasks; nil: Swift's own threads.
    public var executor: (any TaskExecutor)?
    /// Plans without a driver.
    public var planOnPaper: PaperPlanning
    /// Opens the driver.
    public var openDriver: DriverOpening

    /// A composition of these parts.
    public init(
        version: String, components: @escaping @Sendable () -> [ComponentVersion] = { [] },
        surroundings: Surroundings, executor: (any TaskExecutor)? = nil,
        planOnPaper: @escaping PaperPlanning, openDriver: @escaping DriverOpening
    ) {
        self.version = version
        self.components = components
        self.surroundings = surroundings
        self.executor = executor
        self.planOnPaper = planOnPaper
        self.openDriver = openDriver
    }
}

/// The version of a part that Roost stands on.
public struct ComponentVersion: Sendable, Hashable {
    /// The part's name, in snake case since it is a JSON key, such as `libvirt`.
    public let name: String
    /// Its version.
    public let version: String

    /// A part's version.
    public init(name: String, version: String) {
        self.name = name
        self.version = version
    }
}

/// What a command asks of the composition: which hypervisor, and for whom.
public struct DriverRequest: Sendable, Hashable {
    /// The connection's URI from `--connect` or `ROOST_CONNECT`; nil where neither says.
    public let connect: String?
    /// The state directory from `--state-dir` or `ROOST_STATE_DIR`, absolute; nil where neither says.
    public let stateDirectory: FilePath?
    /// The local user.
    public let principal: Principal
    /// Whether the command changes anything.
    public let effect: CommandEffect

    /// A request of these parts.
    public init(connect: String?, stateDirectory: FilePath?, principal: Principal, effect: CommandEffect) {
        self.connect = connect
        self.stateDirectory = stateDirectory
        self.principal = principal
        self.effect = effect
    }
}
