// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import InstanceModel

/// `roost spec`: instance documents.
struct SpecCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spec",
        abstract: "Work with instance documents.",
        discussion: """
            Examples:
              roost spec check web.yaml
              roost spec schema > roost-1.schema.json
            """,
        subcommands: [SpecCheckCommand.self, SpecSchemaCommand.self])
}

/// `roost spec schema`: the document's form, for editors.
struct SpecSchemaCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print a JSON Schema of the instance document, by which editors complete and check documents.",
        discussion: """
            It accepts every document that is valid. What concerns several fields, roost spec check tells. An editor \
            that knows YAML takes it by a line at the top of a document: # yaml-language-server: $schema=FILE

            Examples:
              roost spec schema > roost-1.schema.json
            """)
    static let effect = CommandEffect.reads

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() throws {
        try CommandScope.current.presenter.raw(Array(InstanceDocument.schema.utf8))
    }
}

/// `roost spec check`: finds what is wrong with documents.
struct SpecCheckCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Find everything that is wrong with documents, without a hypervisor.",
        discussion: """
            Each problem is told with its place, the rule and a remedy. Exit status 2 says that a document is not valid.

            Examples:
              roost spec check web.yaml db.yaml
              roost spec check web.yaml -o json
            """)
    static let effect = CommandEffect.reads

    @Argument(
        help: "The documents' files, or - for standard input.", completion: .file(extensions: ["yaml", "json"]))
    var documents: [String]

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let scope = CommandScope.current
        var checks: [Check] = []
        for path in documents {
            checks.append(try await Check(path, in: scope.composition.surroundings))
        }
        try scope.presenter.result(.array(checks.map(\.outputValue))) {
            global.quiet ? "" : checks.filter(\.isValid).map { TerminalText.line($0.path) + ": valid\n" }.joined()
        }
        let reports = checks.compactMap(\.report)
        guard let first = reports.first else { return }
        if global.output == .table {
            for report in reports { scope.presenter.report(report) }
        } else {
            scope.presenter.report(reports.count == 1 ? first : Self.summary(of: reports, among: checks.count))
        }
        throw Ended(status: ExitStatus.usage)
    }

    /// One report in place of several: with `-o json` an error is one object.
    private static func summary(of reports: [ErrorReport], among count: Int) -> ErrorReport {
        var summary = ErrorReport(
            kind: reports[0].kind, outcome: .didNotHappen,
            message: "\(reports.count) of \(count) documents are not valid")
        summary.problems = reports.flatMap(\.problems)
        summary.details = reports.map { ($0.subject.map { "\($0): " } ?? "") + $0.message }
        return summary
    }

    /// What was found in one document.
    private struct Check {
        let path: String
        let report: ErrorReport?

        init(_ path: String, in surroundings: Surroundings) async throws {
            self.path = path
            do {
                _ = try await SpecFile(path: path).instance(in: surroundings)
                report = nil
            } catch let error as ComputeError {
                report = ErrorReport(error)
            } catch let failure as UsageFailure {
                report = ErrorReport(failure)
            }
        }

        var isValid: Bool { report == nil }

        var outputValue: OutputValue {
            .object([
                .init("file", .string(path)),
                .init("valid", .boolean(isValid)),
                .init("message", .optional(report?.message)),
                .init("problems", .array(report?.problems.map(\.outputValue) ?? [])),
            ])
        }
    }
}
