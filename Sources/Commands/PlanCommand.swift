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
              roost plan web.yaml --facts big-host.json
            """)
    static let effect = CommandEffect.reads

    @OptionGroup var input: PlanInput

    @Flag(help: "Print only the domain XML.")
    var xml = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let scope = CommandScope.current
        let preview = try await input.preview(global, in: scope)
        let presenter = scope.presenter
        if !preview.isValidated {
            presenter.note("libvirt's schema of that host's version is not here: the domain was not held against it")
        }
        guard !xml else {
            return try presenter.result(.object([.init("domain_xml", .string(preview.domainXML))])) {
                presenter.fit(preview.domainXML)
            }
        }
        try presenter.result(preview.outputValue) {
            preview.text + "\nDomain:\n" + presenter.fit(preview.domainXML)
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
            .init("is_validated", .boolean(isValidated)),
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
