// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Programs
import RoostKit
import Testing

@testable import LibvirtDriver

/// Each helper of a spawn that goes over each of its limits: the real program where the limit can be made too small for
/// it, else one in its place that does nothing but go over it.
@Suite("A helper that is over its limits", .serialized)
struct HelperLimitTests {
    private static let lab = "helper"

    enum Trouble: String, CaseIterable, Sendable {
        case time, processor, output, memory, file, missing

        /// Brings a call into trouble.
        func apply(to call: inout ProgramCall) {
            switch self {
            case .time:
                call.program = HostProgram("sleep", package: "coreutils")
                call.arguments = ["600"]
                call.limits.wallTime = .milliseconds(200)
            case .processor:
                call.program = HostProgram("sh", package: "dash")
                call.arguments = ["-c", "while :; do :; done"]
                call.limits.cpuTime = .seconds(1)
            case .output:
                call.program = HostProgram("yes", package: "coreutils")
                call.arguments = []
            case .memory: call.limits.addressSpace = 4 << 20
            case .file: call.limits.fileSize = 100
            case .missing: call.program = HostProgram("roost-no-such", package: "nothing")
            }
        }

        var code: ComputeError.Code {
            switch self {
            case .time: .deadlineExceeded
            case .missing: .hostUnavailable
            case .processor, .output, .memory, .file: .failed
            }
        }

        /// A part of what is said.
        var words: [String] {
            switch self {
            case .time: ["sleep took longer than 0.2 seconds and was ended"]
            case .processor: ["sh used more processor time than it may and was ended"]
            case .output: ["yes wrote more than 1048576 bytes and was ended"]
            case .memory: ["failed with status"]
            case .file: ["wrote a larger file than it may", "File too large", "size is too large"]
            case .missing: ["is not installed"]
            }
        }
    }

    @Test(
        "fails the spawn with what it was, and leaves nothing", arguments: ["qemu-img", "xorrisofs"],
        Trouble.allCases)
    func spawn(helper: String, trouble: Trouble) async throws {
        let unharmed = try await Lab(Self.lab)
        let before = try await unharmed.prepared()
        let lab = try await Lab(Self.lab) { configuration in
            configuration.programs = ProgramRunner(adjusting: { call in
                if call.program.name == helper { trouble.apply(to: &call) }
            })
        }
        let error = await #expect(throws: ComputeError.self) {
            try await lab.driver.spawn(.complete("help-1"), until: .started, context: lab.context)
        }
        #expect(error?.code == trouble.code)
        #expect(error?.outcome == .didNotHappen)
        #expect(error?.subject == "instance help-1")
        let message = error?.message ?? ""
        #expect(trouble.words.contains { message.contains($0) }, "\(message)")
        try await unharmed.expectUnchanged(since: before)
        #expect(try unharmed.lastOperation()?.record.state == .undone)
    }

    @Test("is no obstacle to the next spawn")
    func unharmed() async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        _ = try await lab.driver.spawn(.complete("help-1"), until: .running, context: lab.context)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }
}
