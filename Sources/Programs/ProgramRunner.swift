// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import Subprocess
import SystemPackage

/// Runs programs of the host by argument array, with nothing inherited and everything bounded.
///
/// Each program runs in a session of its own with `/` as its directory, under prlimit(1), so that its limits hold from
/// its first instruction. What it was given beside standard input, output and error is closed.
public struct ProgramRunner: Sendable {
    private let adjust: (@Sendable (inout ProgramCall) -> Void)?

    /// A runner.
    public init() {
        adjust = nil
    }

    /// A runner that changes each call before it is made: for tests of what programs in trouble lead to.
    package init(adjusting adjust: @escaping @Sendable (inout ProgramCall) -> Void) {
        self.adjust = adjust
    }

    /// Runs a program to its end; a task that is cancelled ends it.
    ///
    /// A program that must be ended is asked first (SIGTERM), and killed with all that it started after the grace
    /// period of its limits.
    ///
    /// - Throws: ``ProgramError``; an exit status that the call does not accept is
    ///   ``ProgramError/failed(program:termination:errorTail:)``.
    public func run(_ call: ProgramCall) async throws(ProgramError) -> ProgramResult {
        var call = call
        adjust?(&call)
        return try await runAdjusted(call)
    }

    private func runAdjusted(_ call: ProgramCall) async throws(ProgramError) -> ProgramResult {
        let configuration = try Self.configuration(of: call)
        guard FreeDescriptors.areThere(Self.descriptors) else {
            throw .notStarted(program: call.program.name, reason: "this process has too few free file descriptors")
        }
        let end = await withTaskGroup(of: End.self) { group in
            group.addTask { .program(await Self.execute(call, configuration)) }
            group.addTask {
                do {
                    try await Task.sleep(for: call.limits.wallTime)
                    return .deadline
                } catch {
                    return .interrupted
                }
            }
            var passed = false
            while let next = await group.next() {
                switch next {
                case .program(let result):
                    group.cancelAll()
                    return passed ? End.deadline : .program(result)
                case .deadline:
                    passed = true
                    group.cancelAll()
                case .interrupted:
                    group.cancelAll()
                }
            }
            return .interrupted
        }
        switch end {
        case .program(let result): return try Self.result(of: call, result)
        case .deadline: throw .deadlineExceeded(program: call.program.name, limit: call.limits.wallTime)
        case .interrupted: throw .cancelled(program: call.program.name)
        }
    }

    /// What a start opens at most, for the program and for waiting for it. Where swift-subprocess runs out of them
    /// half-way, it waits for ever.
    private static let descriptors = 20

    private enum End: Sendable {
        case program(Result<Ended, ProgramError>)
        case deadline
        case interrupted
    }

    private struct Ended: Sendable {
        let status: TerminationStatus
        let captured: CapturedOutput
    }

    private static let limiter = HostProgram(path: "/usr/bin/prlimit", package: "util-linux")

    private static let identityChanger = HostProgram(path: "/usr/bin/setpriv", package: "util-linux")

    private static func configuration(of call: ProgramCall) throws(ProgramError) -> Configuration {
        let path = try call.program.locate()
        let limiterPath = try limiter.locate()
        let identity = try identityChange(for: call.account)
        let texts = call.arguments + call.environment.flatMap { [$0.key, $0.value] }
        guard !texts.contains(where: { $0.utf8.contains(0) }) else {
            throw .notStarted(program: call.program.name, reason: "an argument holds a null byte")
        }
        var values: [Environment.Key: String] = [
            "PATH": HostProgram.searchPath.map(\.string).joined(separator: ":"), "LC_ALL": "C",
        ]
        for (name, value) in call.environment { values[Environment.Key(stringLiteral: name)] = value }
        var options = PlatformOptions()
        // Its own session makes the program the leader of a process group that can be ended as a whole.
        options.createSession = true
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: call.limits.gracePeriod)
        ]
        return Configuration(
            executable: .path(limiterPath),
            arguments: Arguments(call.limits.options + ["--"] + identity + [path.string] + call.arguments),
            environment: .custom(values), workingDirectory: "/", platformOptions: options)
    }

    /// The part of the command line that takes on another identity and gives up every way back.
    ///
    /// A program does it and not this process between fork and exec: there glibc's `setgroups` and `setuid` wait for
    /// threads that the child does not have, and hang where one was just being made.
    private static func identityChange(for account: ProgramAccount?) throws(ProgramError) -> [String] {
        guard let account, account.userID != geteuid() || account.groupID != getegid() else { return [] }
        let groups = account.supplementaryGroups.map(String.init).joined(separator: ",")
        return [
            try identityChanger.locate().string, "--reuid=\(account.userID)", "--regid=\(account.groupID)",
            groups.isEmpty ? "--clear-groups" : "--groups=\(groups)", "--no-new-privs", "--",
        ]
    }

    private static func execute(
        _ call: ProgramCall, _ configuration: Configuration
    ) async -> Result<Ended, ProgramError> {
        do {
            if let files = call.files { return .success(try await launch(configuration, files: files)) }
            guard let input = call.input else {
                return .success(try await launch(configuration, input: .none, limit: call.limits.outputBytes))
            }
            // A file and not a pipe: a program that stops reading would make a pipe raise SIGPIPE here.
            let file = try AnonymousInput.descriptor(holding: input)
            return .success(
                try await launch(
                    configuration, input: .fileDescriptor(file, closeAfterSpawningProcess: true),
                    limit: call.limits.outputBytes))
        } catch let error as OutputLimitPassed {
            return .failure(.outputTooLong(program: call.program.name, limit: error.limit))
        } catch {
            let reason = String(describing: error)
            return .failure(
                Task.isCancelled
                    ? .cancelled(program: call.program.name)
                    : .notStarted(program: call.program.name, reason: reason))
        }
    }

    private static func launch<Input: InputProtocol>(
        _ configuration: Configuration, input: Input, limit: Int
    ) async throws -> Ended {
        let result = try await Subprocess.run(configuration, input: input, output: .sequence, error: .sequence) {
            execution in
            do {
                let captured = try await CapturedOutput.collect(from: execution, limit: limit)
                if Task.isCancelled { await end(execution, configuration) }
                return captured
            } catch {
                await end(execution, configuration)
                throw error
            }
        }
        return Ended(status: result.terminationStatus, captured: result.closureResult)
    }

    private static func launch(_ configuration: Configuration, files: ProgramFiles) async throws -> Ended {
        let result = try await Subprocess.run(
            configuration, input: .fileDescriptor(files.input, closeAfterSpawningProcess: false),
            output: .fileDescriptor(files.output, closeAfterSpawningProcess: false), error: .sequence
        ) { execution in
            do {
                let tail = try await CapturedOutput.tail(of: execution.standardError)
                if Task.isCancelled { await end(execution, configuration) }
                return CapturedOutput(output: [], errorTail: tail)
            } catch {
                await end(execution, configuration)
                throw error
            }
        }
        return Ended(status: result.terminationStatus, captured: result.closureResult)
    }

    private static func end<Input: InputProtocol, Output: OutputProtocol>(
        _ execution: Execution<Input, Output, SequenceOutput>, _ configuration: Configuration
    ) async {
        await execution.teardown(using: configuration.platformOptions.teardownSequence)
        // The teardown stops when the leader is gone; what the leader started may have ignored SIGTERM. The leader has
        // not been waited for yet, so its group's id cannot belong to anybody else.
        try? execution.send(signal: .kill, toProcessGroup: true)
    }

    private static func result(
        of call: ProgramCall, _ result: Result<Ended, ProgramError>
    ) throws(ProgramError) -> ProgramResult {
        let ended = try result.get()
        let captured = ended.captured
        let termination: ProgramError.Termination
        switch ended.status {
        case .exited(let status) where call.acceptedStatuses.contains(status):
            return ProgramResult(status: status, output: captured.output, errorOutput: captured.errorTail)
        case .exited(let status): termination = .exited(status)
        case .signaled(let signal): termination = .signalled(signal)
        }
        if Task.isCancelled { throw .cancelled(program: call.program.name) }
        throw .failed(program: call.program.name, termination: termination, errorTail: captured.errorText)
    }
}
