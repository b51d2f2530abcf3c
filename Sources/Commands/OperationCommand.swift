// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute

/// `roost operation`: what was done, and what is left of it.
struct OperationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operation",
        abstract: "See what was done to instances, and settle what was left.",
        discussion: """
            Every change to an instance is an operation, written down before each of its steps and after it. What a \
            process that died left is settled by the next command: a spawn is undone, a deletion finished, and a \
            change of power is looked at.

            Examples:
              roost operation list
              roost operation show 5f3a
              roost operation settle
            """,
        subcommands: [
            OperationListCommand.self, OperationShowCommand.self, OperationSettleCommand.self,
            OperationWaitCommand.self,
        ])
}

/// `roost operation list`: the last operations.
struct OperationListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the last operations, and all that are unfinished.",
        discussion: """
            Nothing is settled by looking, and the hypervisor is not asked.

            Examples:
              roost operation list
              roost operation list --limit 100 -o json
              roost operation list --unfinished
            """,
        aliases: ["ls"])
    static let effect = CommandEffect.reads

    @Option(help: ArgumentHelp("How many at most, besides unfinished ones.", valueName: "number"))
    var limit = 20

    @Flag(help: "List only those of which something is left to settle, or that still run.")
    var unfinished = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 10000") }
    }

    func run() async throws {
        let session = try await Session.open(global)
        let operations = try await session.driver.operations(limit: limit, context: session.operation())
            .filter { !unfinished || $0.state.isUnfinished }
        try session.presenter.result(.array(operations.map(\.outputValue))) {
            global.quiet ? operations.map { "\($0.id)\n" }.joined() : Self.table(operations)
        }
    }

    private static func table(_ operations: [OperationRecord]) -> String {
        var table = TextTable(["ID", "KIND", "INSTANCE", "STATE", "PRINCIPAL", "STARTED"])
        for operation in operations {
            table.append([
                operation.id.description, operation.kind, operation.instanceName, operation.state.rawValue,
                operation.principal, Timestamp.text(operation.startedAt),
            ])
        }
        return table.text
    }
}

/// `roost operation show`: one operation with its steps.
struct OperationShowCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show an operation and its steps.",
        discussion: """
            Examples:
              roost operation show 5f3a9c1e
              roost operation show 5f3a9c1e -o json
            """)
    static let effect = CommandEffect.reads

    @Argument(help: "The operation's identity, or its first digits.")
    var operation: String

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let session = try await Session.open(global)
        let report = try await session.driver.operation(operation, context: session.operation())
        try session.presenter.result(report.outputValue) { report.text }
    }
}

/// `roost operation settle`: undoes, finishes or looks at what was left.
struct OperationSettleCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "settle",
        abstract: "Settle what dead processes left, of one operation or of all.",
        discussion: """
            What still runs is left alone. The exit status is 1 where something could not be settled.

            Examples:
              roost operation settle
              roost operation settle 5f3a9c1e
            """)
    static let effect = CommandEffect.changes

    @Argument(help: "The operation's identity, or its first digits; without it, all.")
    var operation: String?

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let session = try await Session.open(global)
        var id: OperationID?
        if let operation {
            id = try await session.driver.operation(operation, context: session.operation()).operation.id
        }
        let settled = try await session.driver.settle(id, context: session.operation())
        try session.presenter.result(.array(settled.map(\.outputValue))) {
            global.quiet ? "" : settled.map { TerminalText.line($0.text) + "\n" }.joined()
        }
        if settled.contains(where: { (try? $0.result.get()) == nil }) { throw Ended(status: ExitStatus.failed) }
    }
}

/// `roost operation wait`: waits until an operation has ended.
struct OperationWaitCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until an operation has ended.",
        discussion: """
            Waits five minutes unless --timeout says otherwise. An operation whose process died is settled. The exit \
            status is 1 where it did not end well.

            Examples:
              roost operation wait 5f3a9c1e
              roost operation wait 5f3a9c1e --timeout 30
            """)
    static let effect = CommandEffect.changes

    @Argument(help: "The operation's identity, or its first digits.")
    var operation: String

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let session = try await Session.open(global)
        let end = ContinuousClock.now + (global.timeout?.duration ?? .seconds(300))
        var report = try await session.driver.operation(operation, context: session.operation())
        let id = report.operation.id
        while report.operation.state.isUnfinished {
            guard ContinuousClock.now < end else {
                throw ComputeError(
                    .deadlineExceeded, subject: "operation \(id)",
                    message: "it is still \(report.operation.state.rawValue)",
                    hint: "`roost operation show \(id)` tells how far it is")
            }
            _ = try await session.driver.settle(id, context: session.operation())
            try await Task.sleep(for: .milliseconds(200))
            report = try await session.driver.operation(id.description, context: session.operation())
        }
        try session.presenter.result(report.outputValue) { global.quiet ? "" : report.text }
        if report.operation.state != .done { throw Ended(status: ExitStatus.failed) }
    }
}
