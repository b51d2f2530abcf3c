// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import FoundationEssentials
import InstanceModel

/// `roost host`: the host as a whole.
struct HostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host",
        abstract: "Look after the host as a whole.",
        discussion: """
            Examples:
              roost host facts -o json
              roost host sweep
              roost host sweep --delete
            """,
        subcommands: [HostFactsCommand.self, HostSweepCommand.self])
}

/// `roost host sweep`: compares libvirt, the database and the disk.
struct HostSweepCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Show what belongs to no instance, and remove it where asked.",
        discussion: """
            Compares libvirt's domains, the database and the disk. Instances that the database lost come back from \
            their domains' metadata; a definition that libvirt made only after its spawn was undone is removed. With \
            --delete, all orphans that this state directory owns are; whatever has an obstacle stays. Files without a \
            manifest are named, and never opened. Exit status 1 where an orphan could not be removed.

            Examples:
              roost host sweep
              roost host sweep -o json
              roost host sweep --delete
            """)
    static let effect = CommandEffect.changes

    @Flag(name: .customLong("delete"), help: "Remove the orphans that nothing stands against.")
    var deletes = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let session = try await Session.open(global)
        let report = try await session.driver.reconcile(deletes ? .delete : .show, context: session.operation())
        let now = Date()
        try session.presenter.result(report.outputValue) {
            global.quiet ? report.orphans.map { TerminalText.line($0.name) + "\n" }.joined() : report.text(at: now)
        }
        let hasFailed = report.orphans.contains { orphan in
            if case .failed = orphan.fate { true } else { false }
        }
        if hasFailed { throw Ended(status: ExitStatus.failed) }
    }
}

extension ReconcileReport {
    /// The report for programs; its keys are a contract, and only ever added to.
    var outputValue: OutputValue {
        func strings(_ texts: [String]) -> OutputValue { .array(texts.map(OutputValue.string)) }
        return .object([
            .init("orphans", .array(orphans.map(\.outputValue))),
            .init("recovered", strings(recovered)),
            .init("not_recovered", strings(notRecovered)),
            .init(
                "drifts",
                .array(
                    drifts.map {
                        .object([.init("name", .string($0.name)), .init("differences", strings($0.differences))])
                    })),
            .init("quarantined", strings(quarantined)),
            .init("unseen", strings(unseen)),
        ])
    }

    /// The report for people; `now` is what ages are counted to.
    func text(at now: Date) -> String {
        var table = TextTable(["ORPHAN", "AGE", "OWNER", "FATE", "NAME"])
        for orphan in orphans {
            table.append([
                orphan.kind.rawValue, orphan.since.map { Self.age(from: $0, to: now) } ?? "",
                orphan.instanceID?.description ?? "", orphan.fateText, orphan.name,
            ])
        }
        func lines(_ what: String, _ texts: [String]) -> String {
            texts.map { "\(what): \(TerminalText.line($0))\n" }.joined()
        }
        let differences = drifts.flatMap { drift in drift.differences.map { "\(drift.name): \($0)" } }
        return table.text + lines("recovered", recovered) + lines("not recovered", notRecovered)
            + lines("drift", differences) + lines("quarantined", quarantined) + lines("not looked at", unseen)
    }

    private static func age(from since: Date, to now: Date) -> String {
        let seconds = max(0, Int(now.timeIntervalSince(since)))
        return switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7_200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3_600) h"
        default: "\(seconds / 86_400) d"
        }
    }
}

extension Orphan {
    fileprivate var fateText: String {
        switch fate {
        case .removed: "removed"
        case .failed(let reason): "failed: \(reason)"
        case .kept: obstacle.map { "stays: \($0)" } ?? "kept"
        }
    }

    fileprivate var outputValue: OutputValue {
        let (fate, failure): (String, String?) =
            switch fate {
            case .kept: ("kept", nil)
            case .removed: ("removed", nil)
            case .failed(let reason): ("failed", reason)
            }
        return .object([
            .init("kind", .string(kind.rawValue)),
            .init("name", .string(name)),
            .init("owner", .optional(instanceID?.description)),
            .init("since", .optional(since.map(Timestamp.text))),
            .init("obstacle", .optional(obstacle)),
            .init("fate", .string(fate)),
            .init("failure", .optional(failure)),
        ])
    }
}
