// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import InstanceModel

/// `roost events`: tells what happens to instances.
struct EventsCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Tell what happens to instances: the next event, or all from now on.",
        discussion: """
            A line for each event; with -o json one JSON object a line, with -o yaml one document each. An event \
            `gap` says that some are missing, since they came too fast or the connection was lost and is there again.

            Without --follow it ends after one event, with exit status 6 where none comes before --timeout is over. \
            With --follow it goes on until it is interrupted, --timeout is over, or the instance is deleted.

            Examples:
              roost events --follow
              roost events web-1 --follow -o json
              roost events web-1 --timeout 1m
            """)
    static let effect = CommandEffect.reads

    @Argument(help: "The instance; all instances where none is given.")
    var instance: String?

    @Flag(name: .shortAndLong, help: "Go on after the first event.")
    var follow = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let session = try await Session.open(global)
        // Before the instance is looked up, so that nothing falls in between.
        let events = try await session.driver.events(context: session.operation(allowance: .seconds(10)))
        var status: InstanceStatus?
        if let instance { status = try await session.find(instance) }
        let run = EventsRun(session: session, instance: status, follows: follow)
        let isDone: Void? = try await TimeBox.run(within: global.timeout?.duration) { try await run.show(events) }
        guard isDone == nil, !follow, let limit = global.timeout?.duration else { return }
        throw ComputeError(
            .deadlineExceeded, subject: status.map { "instance \($0.name)" } ?? "events",
            message: "nothing happened within \(limit)", hint: "--timeout gives it more time")
    }
}

/// Shows events as they come.
private struct EventsRun: Sendable {
    let session: Session
    let instance: InstanceStatus?
    let follows: Bool

    func show(_ events: InstanceEvents) async throws {
        for try await event in events {
            guard instance == nil || event.id == instance?.id || event.kind == .gap else { continue }
            try show(event)
            if !follows { return }
            guard let instance else { continue }
            // Where that cannot be told after a gap, it shows with the next.
            let isGone = event.kind == .gap ? (try? await session.isGone(instance)) == true : event.isDeletion
            if isGone { return session.presenter.note("\(instance.name) is gone") }
        }
        guard !Task.isCancelled else { return }
        throw ComputeError(.hostUnavailable, subject: "events", message: "the driver tells no more events")
    }

    private func show(_ event: InstanceEvent) throws {
        let presenter = session.presenter
        switch presenter.format {
        case .table: try presenter.raw(Array(event.text(isQuiet: presenter.isQuiet).utf8))
        case .json: try presenter.raw(Array(event.outputValue.lineJSON.utf8))
        case .yaml: try presenter.raw(Array(("---\n" + event.outputValue.yaml()).utf8))
        }
    }
}
