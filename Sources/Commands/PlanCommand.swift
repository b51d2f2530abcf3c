// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute

/// `roost plan`: what `run` would do.
struct PlanCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what running a document would do, and do none of it.",
        discussion: """
            The plan has the steps, what would be claimed on this host, and the domain XML that libvirt would be given.
            Nothing of the instance is made or claimed. libvirt is asked what it can do: where it is the private \
            daemon and none runs, the state directory is prepared and the daemon started, which ends by itself.

            Examples:
              roost plan web.yaml
              roost plan web.yaml --xml
              roost plan web.yaml -o json
            """)
    static let effect = CommandEffect.reads

    @Argument(help: "The document's file, or - for standard input.", completion: .file(extensions: ["yaml", "json"]))
    var document: String

    @Flag(help: "Print only the domain XML.")
    var xml = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let scope = CommandScope.current
        let instance = try await SpecFile(path: document).instance(in: scope.composition.surroundings)
        let session = try await Session.open(global)
        let preview = try await session.driver.plan(instance, context: session.operation())
        guard !xml else {
            return try session.presenter.result(.object([.init("domain_xml", .string(preview.domainXML))])) {
                session.presenter.fit(preview.domainXML)
            }
        }
        try session.presenter.result(preview.outputValue) {
            preview.text + "\nDomain:\n" + session.presenter.fit(preview.domainXML)
        }
    }
}

extension SpawnPreview {
    /// The plan for programs.
    var outputValue: OutputValue {
        .object([
            .init(
                "steps",
                .array(
                    steps.map { step in
                        .object([.init("name", .string(step.name)), .init("summary", .string(step.summary))])
                    })),
            .init("claims", .array(claims.map(OutputValue.string))),
            .init("domain_xml", .string(domainXML)),
        ])
    }

    /// The steps and claims for people.
    var text: String {
        var table = TextTable()
        for (index, step) in steps.enumerated() { table.append(["  \(index + 1)", step.name, step.summary]) }
        let claimed = claims.map { "  " + TerminalText.line($0) + "\n" }.joined()
        return "Steps:\n" + table.text + (claims.isEmpty ? "" : "\nClaims:\n" + claimed)
    }
}
