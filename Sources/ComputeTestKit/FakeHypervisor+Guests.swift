// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import InstanceModel

extension FakeHypervisor: GuestAccess {
    /// Opens the console, which echoes.
    public func openConsole(
        _ id: InstanceID, takeOver: Bool, context: OperationContext
    ) async throws(ComputeError) -> any ConsoleSession {
        let machine = try await reached(.console, id, .console, context)
        if let held = machine.console, held.isOpen {
            guard takeOver else {
                throw ComputeError(
                    .busy, subject: machine.subject, message: "its console is held by another session",
                    hint: "--take-over ends that session")
            }
            held.end()
        }
        let console = FakeConsole()
        machines[id]?.console = console
        return console
    }

    /// What the guest wrote.
    public func consoleLog(
        _ id: InstanceID, tail: Int?, context: OperationContext
    ) async throws(ComputeError) -> [UInt8] {
        try await admit(.console, name(of: id), needs: .console, context)
        return Self.last(tail, of: try machine(id).consoleLog)
    }

    /// What the guest wrote, and what it writes, until it goes off.
    public func followConsoleLog(
        _ id: InstanceID, tail: Int?, context: OperationContext
    ) async throws(ComputeError) -> AsyncThrowingStream<[UInt8], any Error> {
        let machine = try await reached(.console, id, .console, context)
        let (stream, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
        continuation.yield(Self.last(tail, of: machine.consoleLog))
        machines[id]?.followers.append(continuation)
        return stream
    }

    /// Answers at once where the guest listens.
    ///
    /// - Throws: `deadlineExceeded` where it does not.
    public func waitForAgent(
        _ id: InstanceID, within limit: Duration, context: OperationContext
    ) async throws(ComputeError) {
        try requireListening(try await reached(.execute, id, .guestAgent, context), "answer", within: limit)
    }

    /// An operating system of its own name.
    public func operatingSystem(
        _ id: InstanceID, context: OperationContext
    ) async throws(ComputeError) -> GuestOperatingSystem {
        let machine = try await reached(.execute, id, .guestAgent, context)
        try requireListening(machine, "answer", within: .seconds(5))
        return GuestOperatingSystem(
            id: "fake", prettyName: "Fake Guest 1", versionID: "1", kernelRelease: "6.1.0", machine: "x86_64")
    }

    /// Runs `true`, `false`, `echo`, or a program that was arranged.
    ///
    /// - Throws: `failed` for any other program, as an agent says of one that is not there.
    public func execute(
        _ program: GuestProgram, in id: InstanceID, context: OperationContext
    ) async throws(ComputeError) -> GuestProgramResult {
        let machine = try await reached(.execute, id, .guestAgent, context)
        try requireListening(machine, "answer", within: program.timeLimit)
        if let arranged = programs[program.path] { return await arranged(program) }
        switch program.path {
        case "true": return Self.result(0, "")
        case "false": return Self.result(1, "")
        case "echo": return Self.result(0, program.arguments.joined(separator: " ") + "\n")
        default:
            throw ComputeError(
                .failed, subject: machine.subject, message: "the guest has no program \(program.path)")
        }
    }

    private func reached(
        _ action: Action, _ id: InstanceID, _ capability: Capability, _ context: OperationContext
    ) async throws(ComputeError) -> Machine {
        try await admit(action, name(of: id), needs: capability, context)
        let machine = try machine(id)
        try requireOn(machine)
        return machine
    }

    private static func result(_ status: Int32, _ output: String) -> GuestProgramResult {
        GuestProgramResult(
            termination: .exited(status), output: Array(output.utf8), errorOutput: [], truncated: false)
    }

    private static func last(_ count: Int?, of log: [UInt8]) -> [UInt8] {
        guard let count else { return log }
        let lines = log.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let whole = lines.last?.isEmpty == true ? lines.dropLast() : lines[...]
        let kept = whole.suffix(count).joined(separator: [UInt8(ascii: "\n")])
        return Array(kept) + (whole.count < lines.count && count > 0 && !whole.isEmpty ? [UInt8(ascii: "\n")] : [])
    }
}
