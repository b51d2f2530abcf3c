// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

/// Does one thing to each of several named things, and goes on where one of them fails.
struct OneByOne: Sendable {
    let presenter: Presenter
    let references: [String]

    /// What became of one of them.
    struct Done: Sendable {
        /// What people call it.
        let name: String
        /// What programs are told.
        let value: OutputValue
    }

    /// Acts on each in turn, then prints what became of them, as an array for programs.
    ///
    /// - Parameters:
    ///   - verb: what was done, such as `started`.
    ///   - act: what to do.
    /// - Throws: the error where only one was named; else ``Ended`` with the first failure's status, after all were
    ///   tried and each failure was told; `cancelled` naming those that were not tried.
    func each(_ verb: String, act: (String) async throws -> Done) async throws {
        var done: [Done] = []
        var status = ExitStatus.done
        var rest = references[...]
        while let reference = rest.first, rest.count == references.count || !Task.isCancelled {
            do {
                done.append(try await act(reference))
            } catch let error as ComputeError {
                if error.code == .cancelled || references.count == 1 {
                    if !done.isEmpty { try show(done, verb) }
                    throw error
                }
                presenter.report(ErrorReport(error))
                if status == ExitStatus.done { status = ExitStatus.of(error.code) }
            }
            rest.removeFirst()
        }
        try show(done, verb)
        if let next = rest.first {
            throw ComputeError(.cancelled, subject: next, message: "interrupted before its turn")
        }
        guard status == ExitStatus.done else { throw Ended(status: status) }
    }

    private func show(_ done: [Done], _ verb: String) throws {
        try presenter.result(.array(done.map(\.value))) {
            presenter.isQuiet ? "" : done.map { TerminalText.line("\($0.name) \(verb)") + "\n" }.joined()
        }
    }
}
