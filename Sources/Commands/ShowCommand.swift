// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import InstanceModel

/// `roost show`: one instance.
struct ShowCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show an instance, its document, its domain XML, or what its guest says of itself.",
        discussion: """
            Examples:
              roost show web-1
              roost show web-1 --spec > web-1.yaml
              roost show web-1 --xml
              roost show web-1 --guest -o json
            """)
    static let effect = CommandEffect.reads

    @Argument(help: "The instance.")
    var instance: String

    @Flag var view: View?

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// What is shown in place of the status.
    enum View: EnumerableFlag {
        case spec
        case xml
        case guest

        static func help(for value: View) -> ArgumentHelp? {
            switch value {
            case .spec: "The document that the instance was made from, without secrets."
            case .xml: "Libvirt's definition."
            case .guest: "The operating system that the guest's agent names."
            }
        }
    }

    func run() async throws {
        let session = try await Session.open(global)
        let status = try await session.find(instance)
        switch view {
        case nil: try session.presenter.result(status.outputValue) { status.text }
        case .guest:
            let system = try await session.driver.operatingSystem(status.id, context: session.operation())
            try session.presenter.result(system.outputValue) { system.text }
        case .xml:
            let description = try await session.driver.description(of: status.id, context: session.operation())
            try session.presenter.result(.object([.init("domain_xml", .string(description.domainXML))])) {
                session.presenter.fit(description.domainXML)
            }
        case .spec:
            let description = try await session.driver.description(of: status.id, context: session.operation())
            try show(description.instance, session)
        }
    }

    /// Prints the document as people write it, which is YAML unless JSON was asked for.
    private func show(_ instance: Instance, _ session: Session) throws {
        let document = try OutputValue(document: InstanceDocument.stored(instance))
        let text = global.output == .json ? document.prettyJSON : try document.yaml()
        try session.presenter.raw(Array(text.utf8))
    }
}

extension GuestOperatingSystem {
    /// The operating system for programs.
    var outputValue: OutputValue {
        .object([
            .init("id", .optional(id)),
            .init("pretty_name", .optional(prettyName)),
            .init("version_id", .optional(versionID)),
            .init("kernel_release", .optional(kernelRelease)),
            .init("machine", .optional(machine)),
        ])
    }

    /// The operating system for people.
    var text: String {
        var table = TextTable()
        table.append(["name", prettyName ?? id ?? ""])
        table.append(["id", id ?? ""])
        table.append(["version", versionID ?? ""])
        table.append(["kernel", kernelRelease ?? ""])
        table.append(["machine", machine ?? ""])
        return table.text
    }
}
