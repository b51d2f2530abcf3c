// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import InstanceModel

/// `roost run`: makes an instance from a document and starts it.
struct RunCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Make an instance from a document and start it.",
        discussion: """
            The document is YAML or JSON. On any failure, and on Ctrl-C, everything that was made is put back. The \
            result is the instance; with --quiet only its id.

            profile: fast in the document is for guests that are thrown away: they start sooner, without ACPI. They \
            cannot power themselves off, but end where they would restart; their agent alone can ask them to go down; \
            they have one processor, no reboot, hot-plug, UEFI, TPM, panic device, NUMA cells and SATA, and their \
            kernel has no audit, no AppArmor, no random addresses and no mitigation of processors' flaws.

            Examples:
              roost run web.yaml
              roost run web.yaml --name web-2 --wait agent --wait-timeout 3m
              generate-document | roost run - -o json
              roost run web.yaml --console
            """)
    static let effect = CommandEffect.changes

    @Argument(help: "The document's file, or - for standard input.", completion: .file(extensions: ["yaml", "json"]))
    var document: String

    @Option(help: "A name that replaces the document's.")
    var name: String?

    @Option(help: "What to wait for; agent: until the guest agent answers.")
    var wait: Goal = .running

    @Option(help: "How long to wait for the agent.")
    var waitTimeout = TimeLimit(.seconds(120))

    @Flag(help: "Open the console when the instance runs.")
    var console = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// What to wait for.
    enum Goal: String, ExpressibleByArgument, CaseIterable {
        case none
        case running
        case agent
    }

    func run() async throws {
        let surroundings = CommandScope.current.composition.surroundings
        let instance = try await namedInstance(in: surroundings)
        if wait == .agent, !instance.agent {
            throw UsageFailure(
                "\(document): --wait agent needs an agent, and the document says agent: false",
                hint: "use --wait running, or leave agent out of the document")
        }
        let session = try await Session.open(global)
        let status = try await session.driver.spawn(instance, until: goal, context: session.operation())
        guard !console else { return try await ConsoleSessionRun(session: session).run(status, takeOver: false) }
        try session.presenter.result(status.outputValue) {
            global.quiet ? "\(status.id)\n" : TerminalText.line("\(status.name) \(status.state.rawValue)") + "\n"
        }
    }

    private var goal: SpawnGoal {
        switch wait {
        case .none: .started
        case .running: .running
        case .agent: .agent(within: waitTimeout.duration)
        }
    }

    private func namedInstance(in surroundings: Surroundings) async throws -> Instance {
        let newName = try name.map { text throws(ComputeError) in
            try ComputeError.reading("name", of: "option --name") { () throws(RuleViolation) in
                try InstanceName(text)
            }
        }
        let instance = try await SpecFile(path: document).instance(in: surroundings)
        return newName.map { instance.renamed($0) } ?? instance
    }
}
