// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import FoundationEssentials

/// `roost exec`: runs a program in a guest.
struct ExecCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run a program in a guest, through its agent.",
        discussion: """
            The program's outputs and its exit status become the command's own; 128 + n says that signal n ended it, \
            125 that Roost itself failed. The program gets no input and no terminal, and its arguments as they are: \
            for pipes and variables run a shell. It has until --timeout, or 60 s where none is given.

            Examples:
              roost exec web-1 -- uname -a
              roost exec web-1 --timeout 5m -- apt-get update
              roost exec web-1 -- sh -c 'df -h / | tail -1'
            """)
    static let effect = CommandEffect.changes

    @Argument(help: "The instance.")
    var instance: String

    @Option(
        name: .customLong("output-limit"),
        help: ArgumentHelp("How much of each output is kept, at most 1 MiB.", valueName: "size"))
    var outputLimit = OutputLimit.maximum

    @Argument(parsing: .postTerminator, help: "The program and its arguments, after --.")
    var command: [String] = []

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func validate() throws {
        if command.first?.isEmpty ?? true { throw ValidationError("no program was given") }
    }

    func run() async throws {
        let limit = global.timeout?.duration ?? .seconds(60)
        let program = GuestProgram(
            path: command[0], arguments: Array(command.dropFirst()), timeLimit: limit, outputLimit: outputLimit.bytes)
        let session = try await Session.open(global)
        let status = try await session.find(instance)
        let result = try await session.driver.execute(
            program, in: status.id, context: session.operation(allowance: .seconds(10)))
        try show(result, session.presenter)
        guard result.exitStatus == ExitStatus.done else { throw Ended(status: result.exitStatus) }
    }

    private func show(_ result: GuestProgramResult, _ presenter: Presenter) throws {
        guard global.output == .table else { return try presenter.result(result.outputValue) { "" } }
        try presenter.raw(result.output)
        if !result.errorOutput.isEmpty { try presenter.rawError(result.errorOutput) }
        if result.truncated { presenter.note("the output was longer than was kept; --output-limit is at most 1 MiB") }
    }
}

extension GuestProgramResult {
    /// The exit status that stands for how the program ended.
    var exitStatus: Int32 {
        switch termination {
        // Guests that are no Unix have statuses that do not fit; a failure must not become a success.
        case .exited(let status): (0...255).contains(status) ? status : ExitStatus.failed
        case .signalled(let signal): ExitStatus.of(signal: min(max(signal, 0), 127))
        }
    }

    /// The result for programs; an output that is not UTF-8 is given as base64.
    var outputValue: OutputValue {
        let (status, signal): (OutputValue, OutputValue) =
            switch termination {
            case .exited(let status): (.integer(Int64(status)), .null)
            case .signalled(let signal): (.null, .integer(Int64(signal)))
            }
        return .object(
            [.init("exit_status", status), .init("signal", signal)]
                + Self.members("stdout", output) + Self.members("stderr", errorOutput)
                + [.init("truncated", .boolean(truncated))])
    }

    private static func members(_ name: String, _ bytes: [UInt8]) -> [OutputValue.Member] {
        if let text = String(validating: bytes, as: UTF8.self) {
            return [.init(name, .string(text)), .init(name + "_encoding", .string("utf-8"))]
        }
        return [
            .init(name, .string(Data(bytes).base64EncodedString())), .init(name + "_encoding", .string("base64")),
        ]
    }
}
