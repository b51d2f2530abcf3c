// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

/// Shows an operation's steps on standard error: on a terminal one line that is drawn over, else with `--verbose` a
/// line a step, else nothing.
final class ProgressLine: Sendable {
    private let output: any OutputSink
    private let style: Style
    private let isDrawn = Guarded(false)

    /// How steps are shown.
    enum Style: Sendable, Hashable {
        case none
        case lines
        case drawnOver
    }

    init(on output: any OutputSink, style: Style) {
        self.output = output
        self.style = style
    }

    /// Shows a step.
    func show(_ event: ProgressEvent) {
        let text = TerminalText.line(Self.text(event))
        switch style {
        case .none: return
        case .lines: put(text + "\n")
        case .drawnOver:
            guard event.phase != .ended else { return }
            isDrawn.withLock { drawn in
                drawn = true
                put("\r\u{1b}[K" + text)
            }
        }
    }

    /// Takes the line away, so that other text may be written.
    func clear() {
        isDrawn.withLock { drawn in
            guard drawn else { return }
            drawn = false
            put("\r\u{1b}[K")
        }
    }

    /// A step in words.
    static func text(_ event: ProgressEvent) -> String {
        switch event.phase {
        case .begins: "[\(event.index)/\(event.count)] \(event.step) …"
        case .ended: "[\(event.index)/\(event.count)] \(event.step) done"
        case .undone: "[\(event.index)/\(event.count)] \(event.step) undone"
        }
    }

    private func put(_ text: String) {
        // Progress that nobody can see must not end an operation.
        try? output.write(Array(text.utf8))
    }
}
