// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt
import Glibc

extension Domain {
    /// Sends one command to the agent in its guest.
    ///
    /// `virDomainQemuAgentCommand`, libvirt 0.10.0. Blocks, in the lane `long`, for as long as `timeout` says, and
    /// behind other commands to the same agent. A reply over 10 MiB ends the agent's channel.
    ///
    /// - Parameters:
    ///   - json: The command, a JSON object with `execute`.
    ///   - timeout: How long libvirt waits for the answer.
    ///   - deadline: When to give up.
    /// - Returns: The answer, a JSON object with `return`.
    /// - Throws: `reported` with `agentUnresponsive` where no agent answers, `operationInvalid` where the guest does
    ///   not run, `internalError` with the agent's words where it fails the command; as
    ///   ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func agentCommand(
        _ json: String, timeout: AgentTimeout = .libvirtDefault, deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) -> String {
        let name: StaticString = "virDomainQemuAgentCommand"
        let command = try whole(json, "an agent command", of: name)
        return try await handle.call(name, lane: .long, deadline: deadline, access: .agent) {
            domain throws(LibvirtError) -> String in
            try Self.loadQEMU()
            return try taken(name, virDomainQemuAgentCommand(domain, command, timeout.number, 0))
        }
    }

    /// Sends one command to its hypervisor's monitor, behind libvirt's back.
    ///
    /// `virDomainQemuMonitorCommand`, libvirt 0.8.3. Blocks, in the lane `long`. libvirt marks the domain as tainted.
    ///
    /// - Parameters:
    ///   - command: A JSON object with `execute`, or a line for people.
    ///   - human: Whether it is a line for people. Its errors come back as text, and not as an error.
    ///   - deadline: When to give up.
    /// - Returns: The monitor's answer.
    /// - Throws: `reported` with `operationInvalid` where it does not run; as
    ///   ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func monitorCommand(
        _ command: String, human: Bool, deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) -> String {
        let name: StaticString = "virDomainQemuMonitorCommand"
        let command = try whole(command, "a monitor command", of: name)
        let flags = human ? VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP.rawValue : 0
        return try await handle.call(name, lane: .long, deadline: deadline, access: .machine) {
            domain throws(LibvirtError) -> String in
            try Self.loadQEMU()
            var answer: UnsafeMutablePointer<CChar>?
            try succeeded(name, virDomainQemuMonitorCommand(domain, command, &answer, flags))
            return try taken(name, answer)
        }
    }

    /// Loads the library that has these two calls, unless that was done.
    private static func loadQEMU() throws(LibvirtError) {
        guard let reason = clibvirt_load_qemu() else { return }
        defer { free(reason) }
        throw .notLoaded(reason)
    }
}

/// How long libvirt waits for a guest's agent (`virDomainAgentResponseTimeoutValues`).
public enum AgentTimeout: Sendable, Hashable {
    /// As long as libvirt thinks right: 5 seconds.
    case libvirtDefault
    /// Not at all: the agent's channel is looked at, and the answer must be there.
    case noWait
    /// For ever.
    case unlimited
    /// So many seconds; less than 1 counts as 1.
    case seconds(Int)

    fileprivate var number: Int32 {
        switch self {
        case .libvirtDefault: VIR_DOMAIN_QEMU_AGENT_COMMAND_DEFAULT.rawValue
        case .noWait: VIR_DOMAIN_QEMU_AGENT_COMMAND_NOWAIT.rawValue
        case .unlimited: VIR_DOMAIN_QEMU_AGENT_COMMAND_BLOCK.rawValue
        case .seconds(let seconds): Int32(clamping: max(1, seconds))
        }
    }
}
