// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import InstanceModel

/// What a plan is made of: a document, and this host or the recorded facts of another.
struct PlanInput: ParsableArguments {
    @Argument(help: "The document's file, or - for standard input.", completion: .file(extensions: ["yaml", "json"]))
    var document: String

    @Option(
        help: ArgumentHelp(
            "Plan for the host of these facts, and ask none.",
            discussion: "Identities and places of files are nominal; images are not looked at.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var facts: String?

    /// The plan.
    ///
    /// - Parameters:
    ///   - global: the options of every command.
    ///   - scope: the command's run.
    ///   - isTakenAllowed: whether what another instance has, or this one that exists already, is no obstacle: it is
    ///     planned on paper then, and that is told.
    /// - Returns: what a spawn would make.
    /// - Throws: ``UsageFailure`` for files that cannot be read; `ComputeError` where the document is not valid, or
    ///   the host cannot have the instance.
    func preview(
        _ global: GlobalOptions, in scope: CommandScope, isTakenAllowed: Bool = false
    ) async throws -> SpawnPreview {
        let surroundings = scope.composition.surroundings
        let instance = try await SpecFile(path: document).instance(in: surroundings)
        if let facts {
            let facts = try await HostFactsFile(path: facts).facts(in: surroundings)
            return try scope.composition.planOnPaper(instance, facts)
        }
        let session = try await Session.open(global)
        do throws(ComputeError) {
            return try await session.driver.plan(instance, context: session.operation())
        } catch {
            guard error.code == .conflict, isTakenAllowed else { throw error }
            session.presenter.note("planned on paper, with nominal identities and places: \(error.message)")
            let facts = try await session.driver.facts(context: session.operation())
            return try scope.composition.planOnPaper(instance, facts)
        }
    }
}
