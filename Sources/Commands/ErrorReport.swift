// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel

/// A command that was used wrongly: arguments, or files that they name.
struct UsageFailure: Error, Sendable, Hashable {
    let message: String
    let hint: String?

    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }
}

/// An error as it is printed: for people as lines, with `-o json` as one object.
struct ErrorReport: Sendable, Hashable {
    let kind: String
    let outcome: ComputeError.Outcome
    let message: String
    var hint: String?
    var subject: String?
    var problems: [SpecProblem] = []
    var details: [String] = []
    var libvirt: ComputeError.LibvirtReport?
    /// Whether the outcome is told in words, which is worth a line only after an interruption or where it surprises.
    var tellsOutcome = false

    /// A report on an operation's error.
    init(_ error: ComputeError) {
        kind = error.code.rawValue
        outcome = error.outcome
        message = error.message
        hint = error.hint
        subject = error.subject.isEmpty ? nil : error.subject
        problems = error.problems
        details = error.details
        libvirt = error.libvirt
        tellsOutcome = error.outcome != .didNotHappen || error.code == .cancelled
    }

    /// A report on wrong usage.
    init(_ failure: UsageFailure) {
        kind = "usage"
        outcome = .didNotHappen
        message = failure.message
        hint = failure.hint
    }

    /// A report of this kind.
    init(kind: String, outcome: ComputeError.Outcome, message: String, tellsOutcome: Bool = false) {
        self.kind = kind
        self.outcome = outcome
        self.message = message
        self.tellsOutcome = tellsOutcome
    }

    /// The error for programs; its keys are a contract, and only ever added to.
    var value: OutputValue {
        .object([
            .init("kind", .string(kind)),
            .init("outcome", .string(outcome.rawValue)),
            .init("subject", .optional(subject)),
            .init("message", .string(message)),
            .init("hint", .optional(hint)),
            .init("problems", .array(problems.map(\.outputValue))),
            .init("details", .array(details.map(OutputValue.string))),
            .init("libvirt", libvirt.map(Self.value(of:)) ?? .null),
        ])
    }

    /// The error for people, safe for a terminal, ended by a newline.
    func text(verbose: Bool) -> String {
        var lines = ["roost: " + (subject.map { "\($0): " } ?? "") + message]
        for problem in problems {
            lines.append("  " + problem.text)
            lines.append("      " + problem.violation.remedy)
        }
        lines += details.flatMap { $0.split(separator: "\n") }.map { "  | " + $0 }
        if verbose, let libvirt {
            lines.append("  libvirt: \(libvirt.function): \(libvirt.message)")
            lines.append("  libvirt: code \(libvirt.code), domain \(libvirt.domain)")
        }
        if tellsOutcome { lines.append("  " + Self.words(for: outcome)) }
        if let hint { lines.append("  hint: " + hint) }
        return TerminalText.lines(lines.joined(separator: "\n")) + "\n"
    }

    private static func words(for outcome: ComputeError.Outcome) -> String {
        switch outcome {
        case .didNotHappen: "nothing was changed, or all was put back"
        case .happened: "it was done all the same"
        case .unknown: "whether it was done is not known yet; the next command that writes settles it"
        }
    }

    private static func value(of report: ComputeError.LibvirtReport) -> OutputValue {
        .object([
            .init("code", .integer(Int64(report.code))),
            .init("domain", .integer(Int64(report.domain))),
            .init("function", .string(report.function)),
            .init("message", .string(report.message)),
        ])
    }
}

extension SpecProblem {
    /// The problem for programs.
    var outputValue: OutputValue {
        .object([
            .init("path", .string(path)),
            .init("line", line.map { .integer(Int64($0)) } ?? .null),
            .init("value", .string(violation.value)),
            .init("rule", .string(violation.rule)),
            .init("remedy", .string(violation.remedy)),
        ])
    }

    /// The problem on one line: where, which rule, and the value.
    var text: String {
        let place = [line.map { "line \($0)" }, path.isEmpty ? nil : path].compactMap { $0 }.joined(separator: ", ")
        let given = violation.value.isEmpty ? "" : " (given: \(violation.value))"
        return (place.isEmpty ? "" : place + ": ") + violation.rule + given
    }
}
