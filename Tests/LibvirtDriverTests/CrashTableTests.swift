// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainPlanning
import Foundation
import Testing

@testable import LibvirtDriver

/// ARCHITECTURE.md tells of each step what a crash at it leads to.
@Suite("The table of crashes")
struct CrashTableTests {
    static let steps: [InstanceStep] = [
        .files, .disk(0), .seed, .tap(0), .define, .start, .waitUntilRunning, .waitForAgent(seconds: 1), .turnOff,
        .undefine, .removeTap(0), .removeFiles, .powerOn, .powerOff, .askShutdown, .askReboot, .reset, .pause, .resume,
        .redefine(from: ""), .live(.limits(disk: 0, target: "vda", from: [:], to: [:]), run: 1),
        .live(.link(interface: 0, mac: "", isUp: true), run: 1), .live(.document(from: "", to: ""), run: 1),
        .live(.vcpus(from: 1, to: 2), run: 1),
    ]

    /// The steps' names in the second column, with `N` for an index.
    private func documented() throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "ARCHITECTURE.md"), encoding: .utf8)
        let section = text.split(separator: "\n").drop { $0 != "## What a crash leads to" }.dropFirst()
        let rows = section.prefix { !$0.hasPrefix("## ") }
        return rows.flatMap { row -> [String] in
            let cells = row.split(separator: "|", omittingEmptySubsequences: false)
            guard cells.count > 3 else { return [] }
            return cells[2].split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
        }
    }

    @Test("has a row for each step, and for nothing else")
    func complete() throws {
        let names = Self.steps.map { $0.name.replacing("0", with: "N") }
        let rows = try documented()
        #expect(Set(rows) == Set(names))
        #expect(rows.count == names.count)
    }

    @Test("is checked against every step that there is", arguments: steps)
    func exhaustive(step: InstanceStep) {
        // A new step does not compile here until it is in the list above.
        switch step {
        case .files, .disk, .seed, .tap, .define, .start, .waitUntilRunning, .waitForAgent, .turnOff, .undefine,
            .removeTap, .removeFiles, .powerOn, .powerOff, .askShutdown, .askReboot, .reset, .pause, .resume, .redefine,
            .live(.limits, _), .live(.link, _), .live(.document, _), .live(.vcpus, _):
            #expect(Self.steps.filter { $0.name == step.name }.count == 1)
        }
    }
}
