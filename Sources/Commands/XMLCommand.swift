// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import DomainXML
import XMLTree

/// `roost xml`: libvirt's domain documents.
struct XMLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "xml",
        abstract: "Read and compare libvirt's domain documents.",
        discussion: """
            Examples:
              roost xml diff before.xml after.xml
              virsh dumpxml web-1 | roost xml normalize - --validate
            """,
        subcommands: [XMLNormalizeCommand.self, XMLDiffCommand.self])
}

/// `roost xml normalize`: reads a document and writes it.
struct XMLNormalizeCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "normalize",
        abstract: "Read a domain document and write it as Roost does, without a hypervisor.",
        discussion: """
            What Roost does not know stays in its place. Read are UTF-8, at most 4 MiB, 256 levels and 200,000 nodes, \
            without a document type; what stands outside of the root element is left out.

            Examples:
              roost xml normalize web-1.xml
              virsh dumpxml web-1 | roost xml normalize - --validate
            """)
    static let effect = CommandEffect.reads

    @Argument(help: "The document's file, or - for standard input.", completion: .file(extensions: ["xml"]))
    var document: String

    @Flag(help: "Refuse what this host's schema of libvirt refuses.")
    var validate = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let scope = CommandScope.current
        let file = DomainFile(path: document)
        let document = try await file.document(in: scope.composition.surroundings)
        let text: String
        do {
            text =
                validate
                ? try document.text(accepting: XMLSchema(path: DomainDocument.schemaPath)) : try document.text()
        } catch {
            throw Self.failure(error, of: file)
        }
        try scope.presenter.result(.object([.init("domain_xml", .string(text))])) { scope.presenter.fit(text) }
    }

    private static func failure(_ error: XMLError, of file: DomainFile) -> ComputeError {
        switch error {
        case .invalid(let violations):
            ComputeError(
                .invalid, subject: file.subject, message: "libvirt's schema refuses it",
                details: violations.map(\.description))
        case .schema:
            ComputeError(.hostUnavailable, subject: "libvirt's schema", message: "\(error)")
        default:
            ComputeError(.invalid, subject: file.subject, message: "\(error)")
        }
    }
}

/// `roost xml diff`: says in words what differs between two documents.
struct XMLDiffCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Say in words what a newer domain document says otherwise than an older one.",
        discussion: """
            Each line has the place, what differs, and when a running guest can come to have it: live, at the next \
            boot, or never (limits that are cgroups' need a privileged libvirt). A disk is matched by its target, an \
            interface by its MAC address, and so on. Units of memory, comments and layout do not count, and \
            graphics' passwords are not shown. Exit status 0 says that they mean the same, 1 that they differ.

            Examples:
              roost xml diff before.xml after.xml
              virsh dumpxml web-1 | roost xml diff web-1.xml - -o json
            """)
    static let effect = CommandEffect.reads

    @Argument(help: "The older document's file, or - for standard input.", completion: .file(extensions: ["xml"]))
    var older: String

    @Argument(help: "The newer document's file, or - for standard input.", completion: .file(extensions: ["xml"]))
    var newer: String

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func validate() throws {
        guard older == "-", newer == "-" else { return }
        throw ValidationError("only one of the documents can come from standard input")
    }

    func run() async throws {
        let scope = CommandScope.current
        let surroundings = scope.composition.surroundings
        let before = try await DomainFile(path: older).document(in: surroundings)
        let after = try await DomainFile(path: newer).document(in: surroundings)
        let changes = before.changes(to: after)
        try scope.presenter.result(.array(changes.map(\.outputValue))) {
            changes.map { TerminalText.line($0.description) + "\n" }.joined()
        }
        if !changes.isEmpty { throw Ended(status: ExitStatus.differs) }
    }
}

extension DomainDifference {
    /// The difference for programs.
    var outputValue: OutputValue {
        let members: [OutputValue.Member] =
            switch change {
            case .added: [.init("change", .string("added"))]
            case .removed: [.init("change", .string("removed"))]
            case .value(let from, let to):
                [.init("change", .string("value")), .init("from", .optional(from)), .init("to", .optional(to))]
            case .order(let from, let to):
                [
                    .init("change", .string("order")), .init("from", .array(from.map(OutputValue.string))),
                    .init("to", .array(to.map(OutputValue.string))),
                ]
            }
        return .object(
            [.init("path", .string(path))] + members + [.init("takes_effect", .string(timing.outputName))])
    }
}

extension ChangeTiming {
    fileprivate var outputName: String {
        switch self {
        case .live: "live"
        case .nextBoot: "next_boot"
        case .never: "never"
        }
    }
}
