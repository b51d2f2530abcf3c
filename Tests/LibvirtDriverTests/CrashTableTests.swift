// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainPlanning
import Foundation
import Testing

@testable import LibvirtDriver

/// The table of crashes is what ARCHITECTURE.md shows, and knows every step that there is.
@Suite("The table of crashes")
struct CrashTableTests {
    static let steps: [InstanceStep] = [
        .files, .disk(0), .seed, .tap(0), .define, .start, .waitUntilRunning, .waitForAgent(seconds: 1), .turnOff,
        .undefine, .removeTap(0), .removeFiles, .powerOn, .powerOff, .askShutdown, .askReboot, .reset, .pause, .resume,
        .redefine(from: ""), .live(.limits(disk: 0, target: "vda", from: [:], to: [:]), run: 1),
        .live(.link(interface: 0, mac: "", isUp: true), run: 1), .live(.document(from: "", to: ""), run: 1),
        .live(.vcpus(from: 1, to: 2), run: 1), .addDisk(device), .plugDisk(device, run: 1),
        .unplugDisk(device, run: 1, seconds: 1), .dropDisk(device),
    ]

    private static let device = VolumeDevice(volume: "", path: "", xml: "")

    /// The rows of ARCHITECTURE.md, without the two of the head.
    private func documented() throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "ARCHITECTURE.md"), encoding: .utf8)
        let section = text.split(separator: "\n").drop { $0 != "## What a crash leads to" }.dropFirst()
        return section.prefix { !$0.hasPrefix("## ") }.filter { $0.hasPrefix("|") }.dropFirst(2).map(String.init)
    }

    @Test("is what ARCHITECTURE.md shows, row by row")
    func documentedRows() throws {
        #expect(try documented() == CrashRow.all.map(\.text))
    }

    @Test("has each step once, and nothing else")
    func complete() {
        let rows = InstanceChange.allCases.flatMap { CrashRow.stepKinds(of: $0) }
        #expect(Set(rows) == Set(Self.steps.map(\.kindName)))
        #expect(rows.count == Self.steps.count)
    }

    @Test("has the one step of each change of power", arguments: InstanceChange.allCases)
    func power(change: InstanceChange) {
        #expect((change.request != nil) == (change.rule == .look))
        guard let request = change.request else { return }
        #expect(CrashRow.stepKinds(of: change) == [request.step.kindName])
    }

    @Test("is checked against every step that there is", arguments: steps)
    func exhaustive(step: InstanceStep) {
        // A new step does not compile here until it is in the list above.
        switch step {
        case .files, .disk, .seed, .tap, .define, .start, .waitUntilRunning, .waitForAgent, .turnOff, .undefine,
            .removeTap, .removeFiles, .powerOn, .powerOff, .askShutdown, .askReboot, .reset, .pause, .resume, .redefine,
            .live(.limits, _), .live(.link, _), .live(.document, _), .live(.vcpus, _), .addDisk, .plugDisk, .unplugDisk,
            .dropDisk:
            #expect(Self.steps.filter { $0.name == step.name }.count == 1)
        }
    }
}
