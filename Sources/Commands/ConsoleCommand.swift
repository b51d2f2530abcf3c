// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import InstanceModel

/// `roost console`: a guest's serial console.
struct ConsoleCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "Use a guest's serial console, or read what the guest wrote to it.",
        discussion: """
            The console is interactive; Ctrl-] leaves it, and the guest goes on. Piped input is typed, and the console \
            is left at its end. A log that is shown on a terminal loses its escape sequences, unless --raw is given.

            Examples:
              roost console web-1
              roost console web-1 --log --tail 20
              roost console web-1 --follow
            """)
    static let effect = CommandEffect.reads

    @Argument(help: "The instance.")
    var instance: String

    @Flag(help: "Print what the guest wrote so far.")
    var log = false

    @Flag(name: .shortAndLong, help: "Print what the guest wrote, and go on as it writes more.")
    var follow = false

    @Option(help: "Print only this many last lines, with --log or --follow.")
    var tail: Int?

    @Flag(help: "Print the log as it is, also on a terminal.")
    var raw = false

    @Flag(name: .customLong("take-over"), help: "End another session that holds the console.")
    var takeOver = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func validate() throws {
        if tail ?? 0 < 0 { throw ValidationError("--tail is a number of lines, 0 or more") }
        let readsLog = log || follow
        if !readsLog, tail != nil || raw { throw ValidationError("--tail and --raw go with --log or --follow") }
        if readsLog, takeOver { throw ValidationError("--take-over is for the interactive console") }
    }

    func run() async throws {
        let session = try await Session.open(global)
        if follow {
            try await followLog(of: identity(session), session)
        } else if log {
            let bytes = try await session.driver.consoleLog(
                identity(session), tail: tail, context: session.operation())
            var filter = ConsoleTextFilter()
            try session.presenter.raw(filters(session) ? filter.text(of: bytes) : bytes)
        } else {
            let status = try await session.find(instance)
            try await ConsoleSessionRun(session: session).run(status, takeOver: takeOver)
        }
    }

    /// The log is a file, and can be read while libvirt says nothing.
    private func identity(_ session: Session) async throws -> InstanceID {
        try await session.driver.identity(of: instance, context: session.operation())
    }

    private func followLog(of id: InstanceID, _ session: Session) async throws {
        let pieces = try await session.driver.followConsoleLog(id, tail: tail, context: session.operation())
        var filter = ConsoleTextFilter()
        for try await bytes in pieces {
            try session.presenter.raw(filters(session) ? filter.text(of: bytes) : bytes)
        }
    }

    private func filters(_ session: Session) -> Bool {
        !raw && session.presenter.surroundings.output.isTerminal
    }
}
