// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Libvirt

/// A guest's agent, spoken to through libvirt (`virDomainQemuAgentCommand`).
///
/// What it says is the guest's word: read strictly, bounded, and never trusted with more than its own guest.
struct GuestAgent {
    let domain: Domain
    let subject: String
    /// When the caller stops waiting; nil: each call has its own limit.
    let deadline: ContinuousClock.Instant?

    /// How long the agent may take for one reply.
    private static let replyLimit: Duration = .seconds(20)
    /// How long a program that was told to end may take to do so: more than its wrapper gives it.
    private static let endingLimit: Duration = .seconds(8)

    /// Whether the agent answers a ping now.
    func answers() async -> Bool {
        let reply = try? await domain.agentCommand(
            AgentProtocol.request("guest-ping"), timeout: .seconds(2), deadline: .now + .seconds(5))
        return reply != nil
    }

    /// Sends a request and reads what it returns.
    ///
    /// - Throws: `failed` where the reply is not of the form that the agent's protocol has.
    func ask<Value: Decodable>(_ request: String, for type: Value.Type) async throws(ComputeError) -> Value {
        let end = min(deadline ?? .now + Self.replyLimit, .now + Self.replyLimit)
        let reply: String
        do throws(LibvirtError) {
            reply = try await domain.agentCommand(request, timeout: .seconds(15), deadline: end)
        } catch {
            throw Self.translated(error, subject: subject)
        }
        guard let value = AgentProtocol.result(type, from: reply) else {
            throw ComputeError(
                .failed, subject: subject, outcome: .unknown,
                message: "the guest agent's answer is not of the form that its protocol has")
        }
        return value
    }

    /// Runs a program to its end, its outputs and its time bounded inside the guest where it has a shell.
    func run(_ program: GuestProgram) async throws(ComputeError) -> GuestProgramResult {
        // Before the guest's own count begins: what the wrapper ended is then surely late.
        let timeIsUp = ContinuousClock.now + program.timeLimit
        let started = try await start(program)
        do throws(ComputeError) {
            return try await outcome(of: started, program, timeIsUp: timeIsUp)
        } catch {
            guard error.code == .cancelled || deadline.map({ $0 <= .now }) == true else { throw error }
            // From the time limit on the guest ends it by itself, and its number may be another program's.
            if ContinuousClock.now < timeIsUp { await end(started) }
            throw error.adding(
                details: ["the program was started in the guest, and was told to end"], outcome: .happened)
        }
    }

    /// Asks until the program has ended.
    private func outcome(
        of started: AgentProtocol.Started, _ program: GuestProgram, timeIsUp: ContinuousClock.Instant
    ) async throws(ComputeError) -> GuestProgramResult {
        let end = min(deadline ?? timeIsUp + Self.endingLimit, timeIsUp + Self.endingLimit)
        var pause: Duration = .milliseconds(5)
        while true {
            let status = try await status(of: started)
            if status.exited {
                guard !endedByTimeLimit(status, timeIsUp: timeIsUp) else { throw timeLimitPassed(program) }
                return BoundedGuestProgram.result(of: status, for: program)
            }
            guard ContinuousClock.now < end else { throw timeLimitPassed(program) }
            try await LibvirtDriver.pause(for: pause, subject: subject)
            pause = min(pause * 3 / 2, .milliseconds(200))
        }
    }

    /// Tells the program's wrapper to end it, for a caller who waits no more, cancelled or late.
    private func end(_ started: AgentProtocol.Started) async {
        let agent = GuestAgent(domain: domain, subject: subject, deadline: .now + Self.endingLimit)
        let request = AgentProtocol.execute(
            path: BoundedGuestProgram.shell, arguments: ["-c", "kill -TERM \"$1\"", "roost-end", "\(started.pid)"])
        // In a task of its own, which nobody cancels. What fails leaves the program to its time limit.
        await Task { _ = try? await agent.ask(request, for: AgentProtocol.Started.self) }.value
    }

    /// How a program stands that was started: where that cannot be told, it may have ended, or run on.
    private func status(of started: AgentProtocol.Started) async throws(ComputeError) -> AgentProtocol.Status {
        do throws(ComputeError) {
            return try await ask(AgentProtocol.status(of: started.pid), for: AgentProtocol.Status.self)
        } catch {
            throw error.adding(details: [], outcome: .unknown)
        }
    }

    /// Starts the program in its wrapper; a guest without the wrapper's shell runs it as it is.
    private func start(_ program: GuestProgram) async throws(ComputeError) -> AgentProtocol.Started {
        let wrapped = AgentProtocol.execute(
            path: BoundedGuestProgram.shell, arguments: BoundedGuestProgram.arguments(for: program))
        do throws(ComputeError) {
            return try await ask(wrapped, for: AgentProtocol.Started.self)
        } catch {
            guard error.libvirt?.message.contains("No such file") == true else { throw error }
            return try await ask(
                AgentProtocol.execute(path: program.path, arguments: program.arguments),
                for: AgentProtocol.Started.self)
        }
    }

    private func endedByTimeLimit(_ status: AgentProtocol.Status, timeIsUp: ContinuousClock.Instant) -> Bool {
        ContinuousClock.now >= timeIsUp && status.exitcode == BoundedGuestProgram.timeLimitStatus
    }

    private func timeLimitPassed(_ program: GuestProgram) -> ComputeError {
        ComputeError(
            .deadlineExceeded, subject: subject, outcome: .happened,
            message: "the program did not end within \(program.timeLimit), and was told to")
    }

    /// What is told of a request that failed in libvirt.
    static func translated(_ error: LibvirtError, subject: String) -> ComputeError {
        if case .domainHung(_, let since) = error {
            let seconds = since.duration(to: .now).components.seconds
            return ComputeError(
                .busy, subject: subject, message: "the guest agent answers no request since \(seconds) s",
                hint: "it is asked again once that request has ended")
        }
        let report = ComputeError(error, subject: subject, change: true)
        if case .reported(let said) = error, said.code == .internalError, said.domain == .qemu {
            // The agent's own refusal.
            return report.adding(details: [], outcome: .didNotHappen)
        }
        if case .reported(let said) = error, said.code == .rpc, said.domain == .rpc {
            // The daemon is there: what a guest may send its agent's reader is longer than what the daemon may send us.
            return ComputeError(
                .failed, subject: subject, outcome: .unknown,
                message: "the guest agent's answer cannot be carried by libvirt: \(said.message)",
                libvirt: report.libvirt)
        }
        guard error.code == .agentUnresponsive || error.code == .agentUnsynced else { return report }
        // libvirt tells by one code of an agent that is away and of one that got the request and is silent.
        let isAway = error.code == .agentUnsynced || report.libvirt?.message.contains("not connected") == true
        return ComputeError(
            .failed, subject: subject, outcome: isAway ? .didNotHappen : .unknown,
            message: "the guest agent does not answer",
            hint: "is the guest up, and does it run qemu-guest-agent? `roost wait NAME --for agent` waits for it",
            libvirt: report.libvirt)
    }
}
