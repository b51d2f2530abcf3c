// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import Glibc
import SystemPackage

/// One command line from its words to its exit status.
struct Invocation: Sendable {
    let arguments: [String]
    let composition: Composition

    private var surroundings: Surroundings { composition.surroundings }

    /// Parses, runs, and tells how it ended.
    func perform() async -> Int32 {
        do {
            var command = try RootCommand.parseAsRoot(ArgumentOrder.globalOptionsLast(arguments))
            if let root = command as? RootCommand, root.showsVersion {
                return printed("roost \(composition.version)\n")
            }
            guard let verb = command as? any Verb else {
                try command.run()
                return ExitStatus.done
            }
            return await run(verb, until: surroundings.interruptions)
        } catch {
            return ended(parsing: error)
        }
    }

    private func run<Command: Verb>(_ verb: sending Command, until signals: AsyncStream<Int32>) async -> Int32 {
        let presenter = Presenter(verb.global, in: surroundings)
        let scope = CommandScope(composition: composition, presenter: presenter, effect: Command.effect)
        let interruption = Interruption()
        let work = Task(executorPreference: composition.executor) { () async -> Result<Void, any Error> in
            var verb = verb
            do {
                try await scope.enter { try await verb.run() }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        let watch = Task(executorPreference: composition.executor) {
            for await signal in signals {
                let isFirst = interruption.record(signal)
                if Command.effect == .changes {
                    presenter.note(isFirst ? "interrupted, undoing what was begun …" : "still undoing, please wait …")
                }
                work.cancel()
            }
        }
        let result = await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            work.cancel()
        }
        watch.cancel()
        presenter.progress.clear()
        let outcome = Outcome(effect: Command.effect, ownsStatus: Command.self != ExecCommand.self)
        return settle(result, outcome, interruption.signal, presenter)
    }

    private struct Outcome {
        let effect: CommandEffect
        /// Whether the exit status is Roost's, and not the guest program's.
        let ownsStatus: Bool
    }

    private func settle(
        _ result: Result<Void, any Error>, _ outcome: Outcome, _ signal: Int32?, _ presenter: Presenter
    ) -> Int32 {
        let interrupted = signal.map(ExitStatus.of(signal:))
        guard case .failure(let error) = result else {
            guard let interrupted else { return ExitStatus.done }
            if outcome.effect == .changes {
                presenter.report(
                    ErrorReport(
                        kind: ComputeError.Code.cancelled.rawValue, outcome: .happened,
                        message: "interrupted after the operation had finished", tellsOutcome: true))
            }
            return interrupted
        }
        if let ended = error as? Ended { return interrupted ?? ended.status }
        if error as? OutputFailure == .closed { return interrupted ?? ExitStatus.outputClosed }
        let (report, status) = Self.report(on: error)
        presenter.report(report)
        return interrupted ?? (outcome.ownsStatus ? status : ExitStatus.execFailed)
    }

    private static func report(on error: any Error) -> (report: ErrorReport, status: Int32) {
        switch error {
        case let error as ComputeError: (ErrorReport(error), ExitStatus.of(error.code))
        case let error as UsageFailure: (ErrorReport(error), ExitStatus.usage)
        case is CancellationError:
            (
                ErrorReport(kind: ComputeError.Code.cancelled.rawValue, outcome: .didNotHappen, message: "interrupted"),
                ExitStatus.cancelled
            )
        case OutputFailure.failed(let errno):
            (
                ErrorReport(
                    kind: ComputeError.Code.failed.rawValue, outcome: .unknown,
                    message: "the result could not be written: \(errno)"), ExitStatus.failed
            )
        default:
            (
                ErrorReport(kind: ComputeError.Code.failed.rawValue, outcome: .unknown, message: "\(error)"),
                ExitStatus.failed
            )
        }
    }

    /// Help, which the parser throws too, or wrong usage.
    private func ended(parsing error: any Error) -> Int32 {
        let verb = ArgumentOrder.verb(in: arguments)
        let failure: UsageFailure
        if RootCommand.exitCode(for: error) != .success {
            failure = usageFailure(error, verb: verb)
        } else if let word = ArgumentOrder.wordTakenForHelp(in: arguments) {
            let help = "see `\(ArgumentOrder.command(of: arguments)) --help`"
            failure = UsageFailure("Unknown option '\(word)'", hint: help)
        } else {
            return printed(RootCommand.fullMessage(for: error) + "\n")
        }
        var options = GlobalOptions.defaults
        options.output = OutputFormat.requested(in: arguments)
        Presenter(options, in: surroundings).report(ErrorReport(failure))
        return verb == ExecCommand.configuration.commandName ? ExitStatus.execFailed : ExitStatus.usage
    }

    private func usageFailure(_ error: any Error, verb: String?) -> UsageFailure {
        if let verb, !ArgumentOrder.verbs.contains(verb) {
            let nearest = NearestWord.to(verb, in: ArgumentOrder.verbs)
            return UsageFailure(
                "there is no command `\(verb)`",
                hint: nearest.map { "did you mean `roost \($0)`?" } ?? "`roost help` lists the commands")
        }
        // The parser names the command whose help it means in the last line of its full message.
        let full = RootCommand.fullMessage(for: error)
        let quoted = full.split(separator: "'").last { $0.hasPrefix("roost ") && $0.hasSuffix(" --help") }
        let help = quoted.map(String.init) ?? "roost help"
        let isExec = verb == ExecCommand.configuration.commandName
        let hint =
            isExec && !arguments.contains("--")
            ? "the program comes after `--`, as in `roost exec web-1 -- uname -a`" : "see `\(help)`"
        return UsageFailure(RootCommand.message(for: error), hint: hint)
    }

    private func printed(_ text: String) -> Int32 {
        do {
            try surroundings.output.write(Array(text.utf8))
            return ExitStatus.done
        } catch {
            return error == .closed ? ExitStatus.outputClosed : ExitStatus.failed
        }
    }
}

/// The signal that asked a run to end.
private final class Interruption: Sendable {
    private let first = Guarded<Int32?>(nil)

    var signal: Int32? { first.withLock { $0 } }

    /// Keeps the first signal; tells whether this is it.
    func record(_ signal: Int32) -> Bool {
        first.withLock { first in
            guard first == nil else { return false }
            first = signal
            return true
        }
    }
}
