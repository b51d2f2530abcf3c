// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import InstanceModel

/// `roost delete`: deletes instances with their disks.
struct DeleteCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete instances with their disks.",
        discussion: """
            On a terminal it asks first, unless --yes or --force is given; elsewhere it does not ask. An instance that \
            runs is refused unless --force is given. Stored images stay.

            Examples:
              roost delete web-1
              roost delete web-1 web-2 --yes
              roost delete web-1 --force
            """,
        aliases: ["rm"])
    static let effect = CommandEffect.changes

    @Argument(help: "The instances.")
    var instances: [String]

    @Flag(help: "Turn off and delete instances that run, too; asks nothing.")
    var force = false

    @Flag(name: .shortAndLong, help: "Ask nothing.")
    var yes = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let session = try await Session.open(global)
        let policy = force ? DeletePolicy.evenRunning : .stoppedOnly
        try await OneByOne(presenter: session.presenter, references: instances).each("deleted") { reference in
            let instance = try await session.find(reference)
            try await confirm(instance, session)
            try await session.driver.delete(instance.id, policy: policy, context: session.operation())
            let value = OutputValue.object([
                .init("id", .string(instance.id.description)),
                .init("name", .string(instance.name)),
                .init("deleted", .boolean(true)),
            ])
            return OneByOne.Done(name: instance.name, value: value)
        }
    }

    /// Asks, where the delete would not be refused anyway.
    private func confirm(_ instance: InstanceStatus, _ session: Session) async throws {
        let runs = [.running, .paused, .suspended, .migrating, .rescued].contains(instance.state)
        guard !force, !yes, !runs else { return }
        let answer = try await session.presenter.confirm("Delete instance \(instance.name) with its disks?")
        try Task.checkCancellation()
        guard answer != false else {
            throw ComputeError(
                .failed, subject: "instance \(instance.name)", message: "it was kept, since you did not say yes")
        }
    }
}
