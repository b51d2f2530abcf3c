// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import InstanceModel

/// `roost list`: all instances.
struct ListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the instances.",
        discussion: """
            With --quiet only the names, one a line. With -o json an array of instances.

            Examples:
              roost list
              roost list -o json
              roost list --quiet
            """,
        aliases: ["ls"])
    static let effect = CommandEffect.reads

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let session = try await Session.open(global)
        let instances = try await session.driver.instances(context: session.operation())
        if instances.isEmpty, session.presenter.surroundings.output.isTerminal {
            session.presenter.note("there are no instances; `roost run FILE` makes one")
        }
        try session.presenter.result(.array(instances.map(\.outputValue))) {
            global.quiet ? instances.map { TerminalText.line($0.name) + "\n" }.joined() : Self.table(instances)
        }
    }

    private static func table(_ instances: [InstanceStatus]) -> String {
        var table = TextTable(["NAME", "STATE", "VCPUS", "MEMORY", "CREATED", "ID"])
        for instance in instances {
            table.append([
                instance.name, instance.state.rawValue, String(instance.vcpus), instance.memory.description,
                instance.createdAt.map(Timestamp.text) ?? "", instance.id.description,
            ])
        }
        return table.text
    }
}
