// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import InstanceModel

/// `roost apply`: brings an instance that exists to a document.
struct ApplyCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Bring an instance that exists to a document.",
        discussion: """
            Shows first what the document says otherwise, and when the guest has it: live, or at its next boot. Live \
            are more virtual processors (up to maximum_vcpus), limits of disks, links and labels. On a terminal it \
            asks, unless --yes is given; elsewhere it does not ask. What the document leaves out that the instance got \
            when it was made stays: MAC addresses, sizes of disks, what is secret in cloud_init. Disks, firmware, \
            images to boot from, cloud_init and the name cannot be changed. On any failure, and on Ctrl-C, everything \
            is put back, but processors that the guest does not let go of before it is off; and a restart is never \
            undone, and never forced: the guest has until --timeout (60 s where none is given).

            Examples:
              roost apply web.yaml --dry-run
              roost apply web.yaml
              roost apply web.yaml --restart --yes
            """)
    static let effect = CommandEffect.changes

    @Argument(help: "The document's file, or - for standard input.", completion: .file(extensions: ["yaml", "json"]))
    var document: String

    @OptionGroup var options: ApplyFlags

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let scope = CommandScope.current
        let instance = try await SpecFile(path: document).instance(in: scope.composition.surroundings)
        let session = try await Session.open(global)
        let present: InstanceStatus
        do throws(ComputeError) {
            present = try await session.find(instance.name.description)
        } catch {
            guard error.code == .notFound else { throw error }
            throw ComputeError(
                .notFound, subject: error.subject, message: error.message, hint: "`roost run \(document)` makes it")
        }
        // A UUID, or the beginning of one, may be a name as well.
        guard present.name == instance.name.description else {
            throw ComputeError(
                .notFound, subject: "instance \(instance.name)", message: "there is no such instance",
                hint: "`roost run \(document)` makes it")
        }
        try await Application(session: session, flags: options, global: global).apply(instance, to: present)
    }
}

/// How a document is applied.
struct ApplyFlags: ParsableArguments {
    @Flag(help: "Restart a running guest where something waits for its next boot.")
    var restart = false

    @Flag(help: "Only show what would be changed.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Ask nothing.")
    var yes = false
}

/// Shows what a document changes of an instance, asks, and applies it.
struct Application {
    let session: Session
    let flags: ApplyFlags
    let global: GlobalOptions
    /// What the instance has to be as it was; nil: as the difference is shown.
    var basis: String?

    private var presenter: Presenter { session.presenter }

    func apply(_ instance: Instance, to present: InstanceStatus) async throws {
        let preview = try await session.driver.preview(
            applying: instance, to: present.id, context: session.operation())
        if presenter.format == .table, !presenter.isQuiet {
            try presenter.raw(Array(Self.text(of: preview.changes).utf8))
        }
        guard !preview.changes.isEmpty, !flags.dryRun else {
            let end = preview.changes.isEmpty ? "there is nothing to change" : "nothing was changed"
            return try tell(present, preview, ApplyReport(needsRestart: preview.needsRestart), end)
        }
        try await confirm(present, preview)
        let options = ApplyOptions(restart: flags.restart ? global.gracePeriod : nil, basis: basis ?? preview.basis)
        let report = try await session.driver.apply(
            instance, to: present.id, options: options, context: session.operation(allowance: .seconds(10)))
        let end =
            report.isRestarted
            ? "changed, and restarted" : report.needsRestart ? "changed; the rest comes with its next boot" : "changed"
        try tell(present, preview, report, end)
        if report.needsRestart {
            presenter.note("`roost stop \(present.name)` and `roost start \(present.name)` restart it")
        }
    }

    static func text(of changes: [AppliedChange]) -> String {
        changes.map { TerminalText.line($0.description) + "\n" }.joined()
    }

    private func confirm(_ present: InstanceStatus, _ preview: ApplyPreview) async throws {
        guard !flags.yes else { return }
        let restarts = flags.restart && preview.needsRestart
        let answer = try await presenter.confirm(
            restarts ? "Change and restart instance \(present.name)?" : "Change instance \(present.name)?")
        try Task.checkCancellation()
        guard answer != false else {
            throw ComputeError(
                .failed, subject: "instance \(present.name)", message: "it was left as it is, since you did not say yes"
            )
        }
    }

    func tell(
        _ present: InstanceStatus, _ preview: ApplyPreview, _ report: ApplyReport, _ end: String
    ) throws {
        let value = OutputValue.object([
            .init("id", .string(present.id.description)),
            .init("name", .string(present.name)),
            .init("changes", .array(preview.changes.map(\.outputValue))),
            .init("definition", .array(preview.definition.map(OutputValue.string))),
            .init("applied", .boolean(!report.changes.isEmpty)),
            .init("restarted", .boolean(report.isRestarted)),
            .init("needs_restart", .boolean(report.needsRestart)),
        ])
        try presenter.result(value) { TerminalText.line("\(present.name): \(end)") + "\n" }
    }
}

extension AppliedChange {
    /// The change for programs.
    var outputValue: OutputValue {
        .object([
            .init("path", .string(change.path)),
            .init("from", .optional(change.from)),
            .init("to", .optional(change.to)),
            .init("takes_effect", .string(timing.rawValue)),
        ])
    }
}
