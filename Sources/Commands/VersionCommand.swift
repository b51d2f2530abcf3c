// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser

/// `roost version`: the versions of Roost and of what it stands on.
struct VersionCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Show the versions of Roost and of what it stands on.",
        discussion: """
            Examples:
              roost version
              roost version -o json
            """)
    static let effect = CommandEffect.reads

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let scope = CommandScope.current
        let roost = ComponentVersion(name: "roost", version: scope.composition.version)
        let versions = [roost] + scope.composition.components()
        let members = versions.map { OutputValue.Member($0.name, .string($0.version)) }
        try scope.presenter.result(.object(members)) {
            guard !global.quiet else { return TerminalText.line(roost.version) + "\n" }
            var table = TextTable()
            for version in versions { table.append([version.name, version.version]) }
            return table.text
        }
    }
}
