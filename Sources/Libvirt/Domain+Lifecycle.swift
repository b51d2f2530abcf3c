// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

extension Domain {
    /// Starts it.
    ///
    /// `virDomainCreateWithFlags`, libvirt 0.8.2. Blocks until its hypervisor runs, in the lane `long`.
    ///
    /// - Parameters:
    ///   - flags: How.
    ///   - deadline: When to give up.
    /// - Throws: `reported` with `operationInvalid` where it runs already, or with what the hypervisor says; as
    ///   ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func start(
        _ flags: StartFlags = [], deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) {
        try await handle.status(
            "virDomainCreateWithFlags", lane: .long, deadline: deadline, access: .machine, isAwaited: true
        ) {
            virDomainCreateWithFlags($0, flags.rawValue)
        }
    }

    /// Asks its guest to shut down. The guest may take its time, or not listen; an event tells.
    ///
    /// `virDomainShutdownFlags`, libvirt 0.9.10. Blocks, in the lane `control`, or `long` where the agent is asked.
    ///
    /// - Parameters:
    ///   - request: How it is asked.
    ///   - deadline: When to give up.
    /// - Throws: `reported` with `operationInvalid` where it does not run, `agentUnresponsive`; as
    ///   ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func shutdown(
        _ request: PowerRequest = .default, deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) {
        try await handle.status(
            "virDomainShutdownFlags", lane: request.lane, deadline: deadline, access: request.access
        ) {
            virDomainShutdownFlags($0, request.rawValue)
        }
    }

    /// Asks its guest to reboot. The guest may take its time, or not listen; an event tells.
    ///
    /// `virDomainReboot`, libvirt 0.1.0. Blocks, in the lane `control`, or `long` where the agent is asked.
    ///
    /// - Parameters:
    ///   - request: How it is asked.
    ///   - deadline: When to give up.
    /// - Throws: As ``shutdown(_:deadline:)``.
    public func reboot(
        _ request: PowerRequest = .default, deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) {
        try await handle.status(
            "virDomainReboot", lane: request.lane, deadline: deadline, access: request.access
        ) {
            virDomainReboot($0, request.rawValue)
        }
    }

    /// Resets it as the button on a machine does.
    ///
    /// `virDomainReset`, libvirt 0.9.7. Blocks, in the lane `control`.
    ///
    /// - Parameter deadline: When to give up.
    /// - Throws: `reported` with `operationInvalid` where it does not run; as
    ///   ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func reset(deadline: ContinuousClock.Instant? = nil) async throws(LibvirtError) {
        try await handle.status("virDomainReset", lane: .control, deadline: deadline, access: .machine) {
            virDomainReset($0, 0)
        }
    }

    /// Stops its processors; it keeps its memory.
    ///
    /// `virDomainSuspend`, libvirt 0.0.3. Blocks, in the lane `control`.
    ///
    /// - Parameter deadline: When to give up.
    /// - Throws: `reported` with `operationInvalid` where it does not run; as
    ///   ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func suspend(deadline: ContinuousClock.Instant? = nil) async throws(LibvirtError) {
        try await handle.status("virDomainSuspend", lane: .control, deadline: deadline, access: .machine) {
            virDomainSuspend($0)
        }
    }

    /// Lets its processors go on.
    ///
    /// `virDomainResume`, libvirt 0.0.3. Blocks, in the lane `control`.
    ///
    /// - Parameter deadline: When to give up.
    /// - Throws: `reported` with `operationInvalid` where it is not paused; as
    ///   ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func resume(deadline: ContinuousClock.Instant? = nil) async throws(LibvirtError) {
        try await handle.status("virDomainResume", lane: .control, deadline: deadline, access: .machine) {
            virDomainResume($0)
        }
    }

    /// Ends it at once, as pulling the plug does. A transient one is gone then.
    ///
    /// `virDomainDestroyFlags`, libvirt 0.9.4. Blocks until its hypervisor is gone, in the lane `control`; also made
    /// where other calls about the domain hang.
    ///
    /// - Parameters:
    ///   - graceful: Whether a hypervisor that does not go when asked is left alone, and the call fails.
    ///   - deadline: When to give up.
    /// - Throws: `reported` with `operationInvalid` where it does not run, with `systemError` where it does not go; as
    ///   ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func destroy(
        graceful: Bool = false, deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) {
        let flags = graceful ? VIR_DOMAIN_DESTROY_GRACEFUL.rawValue : VIR_DOMAIN_DESTROY_DEFAULT.rawValue
        try await handle.status("virDomainDestroyFlags", lane: .control, deadline: deadline, isAwaited: true) {
            virDomainDestroyFlags($0, flags)
        }
    }

    /// Waits until what was asked of its hypervisor before, to start it or to change its power, has been answered; also
    /// what nobody waits for any more.
    ///
    /// `virDomainIsActive`, libvirt 0.7.3, which comes after those calls in their lanes, `long` and `control`.
    ///
    /// - Parameter deadline: When to give up.
    /// - Throws: `domainHung` where such a call hangs; as ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func awaitAnswers(deadline: ContinuousClock.Instant? = nil) async throws(LibvirtError) {
        for lane in [CallLane.long, .control] {
            try await handle.status("virDomainIsActive", lane: lane, deadline: deadline, access: .machine) {
                virDomainIsActive($0)
            }
        }
    }
}

extension PowerRequest {
    /// An agent that does not answer blocks the call for seconds.
    fileprivate var lane: CallLane { self == .agent ? .long : .control }
    fileprivate var access: CallAccess { self == .agent ? .agent : .machine }
}
