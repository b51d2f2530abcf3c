// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel

extension InstanceEvent {
    /// The event for programs; its keys are a contract, and only ever added to.
    var outputValue: OutputValue {
        .object([
            .init("time", .string(Timestamp.text(time))),
            .init("event", .string(kind.rawValue)),
            .init("id", .optional(id?.description)),
            .init("name", .optional(name)),
            .init("details", .labels(details)),
        ])
    }

    /// The event for people, in one line.
    func text(isQuiet: Bool) -> String {
        let what = [name ?? "-", kind.rawValue]
        if isQuiet { return TerminalText.line(what.joined(separator: " ")) + "\n" }
        let more = details.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return TerminalText.line(([Timestamp.text(time)] + what + more).joined(separator: " ")) + "\n"
    }
}
