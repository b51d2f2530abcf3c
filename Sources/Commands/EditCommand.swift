// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import InstanceModel
import SystemPackage

/// `roost edit`: an instance's document in an editor.
struct EditCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Change an instance's document in an editor, and apply it.",
        discussion: """
            Opens the document in VISUAL, EDITOR, or vi. When the editor ends, the document is checked, the difference \
            is shown, and it is applied as `roost apply` does, after a question unless --yes is given. On a mistake \
            all problems are shown, and the document can be edited again as it was left. Where it is left unchanged, \
            or the editor fails, nothing is done. What is secret in cloud_init is not in the document, and stays.

            Examples:
              roost edit web-1
              EDITOR="nano -w" roost edit web-1 --restart
            """)
    static let effect = CommandEffect.changes

    @Argument(help: "The instance.")
    var instance: String

    @OptionGroup var options: ApplyFlags

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let surroundings = CommandScope.current.composition.surroundings
        guard surroundings.input.isTerminal, surroundings.errorOutput.isTerminal else {
            throw UsageFailure(
                "an editor needs a terminal",
                hint: "`roost show \(instance) --spec` prints the document, and `roost apply` applies one")
        }
        let session = try await Session.open(global)
        let present = try await session.find(instance)
        let description = try await session.driver.description(of: present.id, context: session.operation())
        // What is edited is what the instance is now: a change that somebody else makes meanwhile must not be undone.
        let basis = try await session.driver.preview(
            applying: description.instance, to: present.id, context: session.operation()
        ).basis
        let before = try OutputValue(document: InstanceDocument.stored(description.instance)).yaml()
        let file = try EditedFile(
            named: "\(present.name).yaml", text: before, below: Self.temporaryDirectory(surroundings))
        defer { file.remove() }
        let application = Application(session: session, flags: options, global: global, basis: basis)
        while true {
            try await openEditor(on: file, surroundings)
            let text = try file.text()
            guard text != before else { return try application.tellNothing(of: present) }
            do {
                return try await application.apply(Self.instance(from: text, of: present), to: present)
            } catch let error as ComputeError where error.code == .invalid {
                guard try await editAgain(after: error, session.presenter) else { throw error }
            }
        }
    }

    /// The instance that an edited document describes; it holds user data as the stored form does.
    private static func instance(from text: String, of present: InstanceStatus) throws(ComputeError) -> Instance {
        do throws(InvalidSpec) {
            return try InstanceDocument.parseStored(text)
        } catch {
            let count = error.problems.count
            throw ComputeError(
                .invalid, subject: "document of \(present.name)",
                message: count == 1 ? "it has a problem" : "it has \(count) problems", problems: error.problems)
        }
    }

    private static func temporaryDirectory(_ surroundings: Surroundings) -> FilePath {
        let given = surroundings.environment["TMPDIR"] ?? ""
        return given.isEmpty ? "/tmp" : surroundings.workingDirectory.pushing(FilePath(given))
    }

    private func openEditor(on file: EditedFile, _ surroundings: Surroundings) async throws {
        let names = ["VISUAL", "EDITOR"].compactMap { surroundings.environment[$0] }
        let words = (names.first { !$0.allSatisfy(\.isWhitespace) } ?? "vi").split(whereSeparator: \.isWhitespace)
        let status: Int32
        do {
            status = try await surroundings.runOnTerminal(words.map(String.init) + [file.path.string])
        } catch {
            throw UsageFailure(
                "the editor \(words[0]) cannot be started: \(error)", hint: "set VISUAL or EDITOR to another")
        }
        try Task.checkCancellation()
        guard status == 0 else {
            throw ComputeError(
                .failed, subject: "editor \(words[0])", message: "it ended with status \(status); nothing was changed")
        }
    }

    /// Shows what is wrong, and asks whether to go on.
    private func editAgain(after error: ComputeError, _ presenter: Presenter) async throws -> Bool {
        presenter.report(ErrorReport(error))
        return try await presenter.confirm("Edit it again?") ?? false
    }
}

extension Application {
    /// Says that nothing is to be done.
    func tellNothing(of present: InstanceStatus) throws {
        try tell(
            present, ApplyPreview(changes: [], definition: [], needsRestart: false, basis: ""), ApplyReport(),
            "there is nothing to change")
    }
}
