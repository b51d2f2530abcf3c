// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Synchronization

/// Prints what a command has to say: results on standard output, all else on standard error.
struct Presenter: Sendable {
    let format: OutputFormat
    let isQuiet: Bool
    let isVerbose: Bool
    let usesColor: Bool
    let surroundings: Surroundings
    let progress: ProgressLine

    init(_ global: GlobalOptions, in surroundings: Surroundings) {
        format = global.output
        isQuiet = global.quiet
        isVerbose = global.verbose
        self.surroundings = surroundings
        let forbidsColor =
            surroundings.environment["NO_COLOR"]?.isEmpty == false
            || surroundings.environment["TERM"] == "dumb"
        usesColor = surroundings.output.isTerminal && !global.noColor && !forbidsColor
        progress = ProgressLine(on: surroundings.errorOutput, style: Self.style(global, surroundings))
    }

    private static func style(_ global: GlobalOptions, _ surroundings: Surroundings) -> ProgressLine.Style {
        guard !global.quiet, global.output == .table else { return .none }
        if global.verbose { return .lines }
        let isDumb = surroundings.environment["TERM"] == "dumb"
        return surroundings.errorOutput.isTerminal && !isDumb ? .drawnOver : .none
    }

    /// Prints the result in the format that was asked for.
    ///
    /// - Parameters:
    ///   - value: the result for programs.
    ///   - text: the result for people, made only where it is needed.
    /// - Throws: ``OutputFailure``; `YamlError` where memory ends.
    func result(_ value: OutputValue, text: () -> String) throws {
        switch format {
        case .table: try raw(Array(text().utf8))
        case .json: try raw(Array(value.prettyJSON.utf8))
        case .yaml: try raw(Array(try value.yaml().utf8))
        }
    }

    /// Prints a document as it is, fit for where it goes.
    func document(_ text: String) throws {
        try raw(Array(fit(text).utf8))
    }

    /// A document ended by a newline; for a terminal, without what would act on it.
    func fit(_ document: String) -> String {
        let ended = document.hasSuffix("\n") ? document : document + "\n"
        return surroundings.output.isTerminal ? TerminalText.lines(ended) : ended
    }

    /// Writes bytes to standard output as they are.
    func raw(_ bytes: [UInt8]) throws(OutputFailure) {
        guard !bytes.isEmpty else { return }
        progress.clear()
        try surroundings.output.write(bytes)
    }

    /// Writes bytes to standard error as they are.
    func rawError(_ bytes: [UInt8]) throws(OutputFailure) {
        progress.clear()
        try surroundings.errorOutput.write(bytes)
    }

    /// A remark for a person; programs that asked for data get none.
    func note(_ text: String) {
        guard !isQuiet, format == .table else { return }
        say("roost: " + TerminalText.line(text) + "\n")
    }

    /// An error, in the format that was asked for.
    func report(_ report: ErrorReport) {
        switch format {
        case .table: say(report.text(verbose: isVerbose))
        case .json: say(report.value.lineJSON)
        case .yaml: say((try? "---\n" + report.value.yaml()) ?? report.value.lineJSON)
        }
    }

    /// Asks a question that is answered by yes or no, where a person can; nil where nobody can be asked.
    func confirm(_ question: String) async throws -> Bool? {
        guard surroundings.input.isTerminal, surroundings.errorOutput.isTerminal else { return nil }
        try rawError(Array((TerminalText.line(question) + " [y/N] ").utf8))
        var answer: [UInt8] = []
        while !answer.contains(0x0a), answer.count < 1_024 {
            guard let bytes = await surroundings.input.next() else {
                say("\n")
                return false
            }
            answer += bytes
        }
        let line = String(decoding: answer.prefix { $0 != 0x0a }, as: UTF8.self)
        return ["y", "yes"].contains(line.lowercased())
    }

    private func say(_ text: String) {
        progress.clear()
        // Where standard error is closed there is nobody left to be told.
        try? surroundings.errorOutput.write(Array(text.utf8))
    }
}
