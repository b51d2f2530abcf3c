// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute

/// `roost doctor`: what this host can do.
struct DoctorCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check whether this host can run guests, and how well.",
        discussion: """
            Each check is good, a warning or bad, with what was found and what to do. Exit status 0 says that guests \
            can be run, 1 that they cannot.

            Examples:
              roost doctor
              roost doctor -o json
            """)
    static let effect = CommandEffect.reads

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let report = try await inspect()
        let presenter = CommandScope.current.presenter
        try presenter.result(report.outputValue) { text(report, colored: presenter.usesColor) }
        guard report.canRunGuests else { throw Ended(status: ExitStatus.failed) }
    }

    /// A hypervisor that cannot be reached is a finding here, like all else that is wrong.
    private func inspect() async throws -> HostReport {
        do {
            let session = try await Session.open(global)
            return try await session.driver.inspect(context: session.operation())
        } catch let error as ComputeError where error.code != .cancelled {
            let details = error.details.map { "; " + $0 }.joined()
            return HostReport(checks: [
                HostCheck(
                    name: "connection", verdict: .bad, finding: "\(error)\(details)", remedy: error.hint)
            ])
        }
    }

    private func text(_ report: HostReport, colored: Bool) -> String {
        let checks = global.quiet ? report.checks.filter { $0.verdict != .good } : report.checks
        let width = checks.map { TerminalText.width(TerminalText.line($0.name)) }.max() ?? 0
        var text = ""
        for check in checks {
            let name = TerminalText.line(check.name)
            let verdict = check.verdict.rawValue
            let gap = String(repeating: " ", count: 9 - verdict.utf8.count)
            let space = String(repeating: " ", count: width - TerminalText.width(name) + 2)
            text += (colored ? Self.colored(check.verdict) : verdict) + gap + name + space
            text += TerminalText.line(check.finding) + "\n"
            if let remedy = check.remedy {
                text += String(repeating: " ", count: 9) + "to do: " + TerminalText.line(remedy) + "\n"
            }
        }
        guard !global.quiet else { return text }
        return text + (report.canRunGuests ? "This host can run guests.\n" : "This host cannot run guests.\n")
    }

    private static func colored(_ verdict: HostCheck.Verdict) -> String {
        let color =
            switch verdict {
            case .good: "32"
            case .warning: "33"
            case .bad: "31"
            }
        return "\u{1b}[\(color)m\(verdict.rawValue)\u{1b}[0m"
    }
}

extension HostReport {
    /// The report for programs.
    var outputValue: OutputValue {
        .object([
            .init("can_run_guests", .boolean(canRunGuests)),
            .init(
                "checks",
                .array(
                    checks.map { check in
                        .object([
                            .init("name", .string(check.name)),
                            .init("verdict", .string(check.verdict.rawValue)),
                            .init("finding", .string(check.finding)),
                            .init("remedy", .optional(check.remedy)),
                        ])
                    })),
        ])
    }
}
