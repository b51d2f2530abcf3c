// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel

/// Makes and deletes instances.
public protocol InstanceLifecycle: Sendable {
    /// Makes the instance and starts it; on any failure puts everything back.
    ///
    /// - Throws: `invalid`, `conflict` (name, MAC address or port taken), `notFound` (an image), `exhausted`,
    ///   `deadlineExceeded`, `denied`, `unsupported`, `cancelled`, `hostUnavailable`, `failed`.
    func spawn(_ instance: Instance, until: SpawnGoal, context: OperationContext) async throws(ComputeError)
        -> InstanceStatus

    /// Deletes the instance with its disks.
    ///
    /// - Throws: `conflict` where it runs and `policy` is ``DeletePolicy/stoppedOnly``.
    func delete(_ id: InstanceID, policy: DeletePolicy, context: OperationContext) async throws(ComputeError)
}

/// How far a spawn goes before it is done.
public enum SpawnGoal: Sendable, Hashable {
    /// The guest was started.
    case started
    /// Libvirt says that the guest runs.
    case running
    /// The guest's agent answers, at most after this time.
    case agent(within: Duration)
}

/// Whether a delete may destroy a guest that runs.
public enum DeletePolicy: Sendable, Hashable {
    /// Refuse an instance that runs.
    case stoppedOnly
    /// Turn a running guest off, without asking it.
    case evenRunning
}

/// Turns instances on and off.
public protocol PowerControl: Sendable {
    /// Starts a stopped instance; does nothing to one that runs. One that is going down is waited for a while, and then
    /// is `deadlineExceeded`.
    func start(_ id: InstanceID, context: OperationContext) async throws(ComputeError)
    /// Stops a running instance as `policy` says; does nothing to one that is off.
    func stop(_ id: InstanceID, policy: StopPolicy, context: OperationContext) async throws(ComputeError)
    /// Reboots a running instance.
    func reboot(_ id: InstanceID, kind: RebootKind, context: OperationContext) async throws(ComputeError)
    /// Halts the processors of a running instance; does nothing to one that is paused.
    func pause(_ id: InstanceID, context: OperationContext) async throws(ComputeError)
    /// Lets the processors of a paused instance run; does nothing to one that runs.
    func resume(_ id: InstanceID, context: OperationContext) async throws(ComputeError)
}

/// How an instance is stopped.
public enum StopPolicy: Sendable, Hashable {
    /// The agent is asked, then ACPI, each again while waiting, for at most this time; the guest is never forced.
    case graceful(within: Duration)
    /// QEMU is ended, as if the plug were pulled.
    case force
}

/// How an instance is rebooted.
public enum RebootKind: Sendable, Hashable {
    /// The agent is asked, or ACPI; done when the guest restarts, at most after this time.
    case graceful(within: Duration)
    /// The machine is reset.
    case hard
}

/// Sees instances.
public protocol InstanceObservation: Sendable {
    /// All instances, by name. Domains that Roost did not make are left out.
    func instances(context: OperationContext) async throws(ComputeError) -> [InstanceStatus]
    /// The states of all instances, and nothing else of them: for whoever compares many guests with what they should be
    /// every few seconds.
    func states(context: OperationContext) async throws(ComputeError) -> [InstanceID: InstanceState]
    /// The instance with a name, a UUID, or a unique beginning of a UUID of at least four digits.
    ///
    /// - Throws: `notFound`; `conflict` where the beginning is not unique.
    func instance(_ reference: String, context: OperationContext) async throws(ComputeError) -> InstanceStatus
    /// The identity of the instance with a name, a UUID, or a unique beginning of a UUID of at least four digits. The
    /// hypervisor is only asked where nothing else tells.
    ///
    /// - Throws: `notFound`; `conflict` where the beginning is not unique.
    func identity(of reference: String, context: OperationContext) async throws(ComputeError) -> InstanceID
    /// The instance's document and its domain XML.
    func description(of id: InstanceID, context: OperationContext) async throws(ComputeError) -> InstanceDescription
    /// What a running instance used so far. One whose hypervisor does not answer delays no other instance's figures.
    ///
    /// - Throws: `deadlineExceeded` where its hypervisor does not answer, and `busy` at once after that, until it does.
    func statistics(of id: InstanceID, context: OperationContext) async throws(ComputeError) -> InstanceStatistics
    /// What happens to instances from now on. Events of domains that Roost did not make are left out.
    ///
    /// The context's deadline is that of the beginning, and not of the events.
    func events(context: OperationContext) async throws(ComputeError) -> InstanceEvents
}

/// An instance's document and what libvirt keeps of it.
public struct InstanceDescription: Sendable, Hashable {
    /// The instance as it was asked for, without secrets.
    public let instance: Instance
    /// Libvirt's definition (`virDomainGetXMLDesc`).
    public let domainXML: String

    /// A description.
    public init(instance: Instance, domainXML: String) {
        self.instance = instance
        self.domainXML = domainXML
    }
}

/// Shows what a spawn would do, and makes and claims nothing of the instance.
public protocol InstancePlanning: Sendable {
    /// The plan of a spawn.
    func plan(_ instance: Instance, context: OperationContext) async throws(ComputeError) -> SpawnPreview
}

/// A spawn's plan, for people and programs.
public struct SpawnPreview: Sendable, Hashable, Codable {
    /// The steps in their order.
    public let steps: [PlannedStep]
    /// The claims that would be made, such as `name web-1`.
    public let claims: [String]
    /// The domain document that libvirt would be given.
    public let domainXML: String
    /// Whether the document was held against the schema of the host's libvirt: that of another version is not here.
    public let isValidated: Bool
    /// Each element and attribute of that document with its reason, in the document's order.
    public let nodes: [PlannedNode]

    /// A step of the plan.
    public struct PlannedStep: Sendable, Hashable, Codable {
        /// The step's name, such as `define`.
        public let name: String
        /// What it does, in one line.
        public let summary: String

        /// A step.
        public init(name: String, summary: String) {
            self.name = name
            self.summary = summary
        }
    }

    /// A plan.
    public init(
        steps: [PlannedStep], claims: [String], domainXML: String, isValidated: Bool = true, nodes: [PlannedNode] = []
    ) {
        self.steps = steps
        self.claims = claims
        self.domainXML = domainXML
        self.isValidated = isValidated
        self.nodes = nodes
    }
}
