// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import InstanceModel
import Libvirt
import Networking
import Programs
import Storage

/// The hypervisor driver over libvirt: every role that ``HypervisorDriver`` names.
///
/// One value serves many callers at once. Each change takes its instance's lock; reads take none. What a process that
/// died left unfinished is settled when the driver is first used.
public final class LibvirtDriver: Sendable {
    let configuration: DriverConfiguration
    let state: StateDirectory
    /// The account that guests run as, or why the private daemon cannot be started without it.
    let guestAccount: Result<GuestAccount, ComputeError>
    /// That account; the caller's own where it is missing, for what can do without.
    let account: GuestAccount
    let choice: ConnectionChoice
    let link: HypervisorLink
    let locks: DomainLocks
    let journals: JournalSource
    let authorizer: Authorizer
    let images: ImageStore
    let files: InstanceFiles
    let volumes: VolumeStore
    let taps: TapDevices
    let facts: HostFactsSource
    let documents = ParsedDocuments()

    /// Opens a driver; libvirt, and the account that guests run as, are looked for only when they are first needed.
    ///
    /// - Throws: ``ComputeError``: `invalid` for a malformed connection URI, `conflict` where the state directory is
    ///   bound to another connection, `exhausted` where this process may open next to no files.
    public static func open(_ configuration: DriverConfiguration) async throws(ComputeError) -> LibvirtDriver {
        guard FreeDescriptors.areThere(leastDescriptors) else {
            throw ComputeError(
                .exhausted, subject: "file descriptors",
                message: "this process may open fewer than \(leastDescriptors) more files",
                hint: "let it open more: `ulimit -n` tells how many it may, and 1024 is usual")
        }
        let choice = try await ConnectionChoice.choose(configuration.connection, state: configuration.stateDirectory)
        return LibvirtDriver(configuration, choice: choice, guestAccount: choice.guestAccount())
    }

    /// What SQLite and Swift's dispatch library open first: where that has none left for its first timer, it ends the
    /// process (SIGILL).
    private static let leastDescriptors = 8

    private init(
        _ configuration: DriverConfiguration, choice: ConnectionChoice, guestAccount: Result<GuestAccount, ComputeError>
    ) {
        let state = configuration.stateDirectory
        let journals = JournalSource(state: state, account: guestAccount, limits: configuration.history)
        let link = HypervisorLink(
            state: state, account: guestAccount, choice: choice, daemonIdleSeconds: configuration.daemonIdleSeconds,
            threads: configuration.callThreads)
        let account = (try? guestAccount.get()) ?? .currentUser()
        let owner = account.isCurrentUser ? nil : FileOwner(userID: account.userID, groupID: account.groupID)
        self.configuration = configuration
        self.state = state
        self.guestAccount = guestAccount
        self.account = account
        self.choice = choice
        self.link = link
        self.journals = journals
        locks = DomainLocks(state)
        authorizer = Authorizer(policy: configuration.policy) { () throws(ComputeError) in try journals.writable() }
        volumes = VolumeStore(directory: state.volumes, guest: owner, runner: configuration.programs)
        files = InstanceFiles(directory: state.instances, guest: owner, runner: configuration.programs)
        images = ImageStore(directory: state.images, guest: owner, runner: configuration.programs)
        taps = TapDevices()
        facts = HostFactsSource(
            link: link, instances: state.instances, account: account, choice: choice)
    }

    /// Lets go of the connection. Guests go on; the driver may be used again.
    public func close() async {
        await link.close()
    }

    /// How long a caller waits while what dead processes left is settled; that goes on without the caller.
    private static let settlingPatience: Duration = .seconds(30)

    /// The journal, after what dead processes left unfinished was settled.
    ///
    /// What has to be looked at concerns its own instance alone: others do not wait for a guest that may not answer.
    ///
    /// - Throws: ``ComputeError`` where the state directory or its database cannot be used.
    func journal(
        settlingFor context: OperationContext, on id: InstanceID? = nil
    ) async throws(ComputeError) -> Journal {
        let journal = try journals.writable()
        try await settleUnfinished(in: journal, waitingFor: id, until: context.deadline)
        return journal
    }

    /// The journal for a read, nil where nothing was ever written. Unfinished operations are settled first where that
    /// is possible: a reader fails neither with them, nor for want of what only they need.
    func journal(
        readingFor context: OperationContext, on id: InstanceID? = nil
    ) async throws(ComputeError) -> Journal? {
        guard let journal = try journals.existing() else { return nil }
        try await settleUnfinished(in: journal, waitingFor: id, until: context.deadline)
        return journal
    }

    func runner(_ journal: Journal) -> OperationRunner {
        OperationRunner(journal: journal, probe: configuration.probe)
    }

    /// Settles what is unfinished in a task of its own, so that the caller's end disturbs nothing, and waits for it as
    /// long as the caller has time. What could not be settled is in the audit.
    private func settleUnfinished(
        in journal: Journal, waitingFor id: InstanceID?, until deadline: ContinuousClock.Instant?
    ) async throws(ComputeError) {
        let unfinished = try journal.unfinishedOperations()
        guard !unfinished.isEmpty else { return }
        let concerning = unfinished.filter { $0.rule != .look || $0.instanceID == id }
        let others = Set(unfinished.map(\.id)).subtracting(concerning.map(\.id))
        if !others.isEmpty { Task { await settle(others) } }
        guard !concerning.isEmpty else { return }
        let settling = Task { await settle(Set(concerning.map(\.id))) }
        let patience = ContinuousClock.now + Self.settlingPatience
        _ = await Patience.wait(for: settling, until: min(deadline ?? patience, patience))
    }

    /// What to do with an instance of which something is left that cannot be settled.
    enum Unsettled {
        /// Refuse it: a change on top of it might be undone with it.
        case refuse
        /// Go on: the change ends whatever it is.
        case goOn
    }

    /// Settles what was left of operations on an instance, whose lock the caller holds: the last moment before a change
    /// that would be taken for a part of what was left.
    func settleLeft(
        of id: InstanceID, in journal: Journal, orElse unsettled: Unsettled
    ) async throws(ComputeError) {
        for operation in try journal.unfinishedOperations() where operation.instanceID == id {
            let executor = InstanceExecutor(
                host: self, id: id, name: operation.instanceName, operationID: operation.id)
            let context = OperationContext(
                principal: Principal(name: operation.principal), requestID: operation.requestID)
            do throws(ComputeError) {
                _ = try await runner(journal).settle(operation.id, executor: executor, context: context)
            } catch {
                guard unsettled == .refuse else { continue }
                throw ComputeError(
                    .busy, subject: "instance \(operation.instanceName)",
                    message: "what is left of \(operation.kind) cannot be settled now: \(error.message)",
                    hint: "`roost operation show \(operation.id)` tells more; `roost stop --force` turns the guest off")
            }
        }
    }

    private func settle(_ ids: Set<OperationID>) async {
        _ = try? await settleAll(ids)
    }
}

extension ConnectionChoice {
    /// The account that guests run as: for root the unprivileged one of the distribution, else the caller's own.
    ///
    /// Only the private daemon is started as it. Another libvirt has its own configuration, and gives the files of
    /// guests to whom it runs them as: there the caller's own account will do.
    fileprivate func guestAccount() -> Result<GuestAccount, ComputeError> {
        let current = GuestAccount.currentUser()
        guard current.userID == 0 else { return .success(current) }
        if let account = try? GuestAccount.named("libvirt-qemu") { return .success(account) }
        switch target {
        case .uri: return .success(current)
        case .privateDaemon:
            return .failure(
                ComputeError(
                    .hostUnavailable, subject: "account libvirt-qemu",
                    message: "the account libvirt-qemu, which guests run as, does not exist",
                    hint: "install the package libvirt-daemon-system; `hack/bootstrap` does"))
        }
    }
}
