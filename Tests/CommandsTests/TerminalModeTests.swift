// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Commands
import Compute
import ComputeTestKit
import Glibc
import SystemPackage
import Testing

@Suite("a real terminal")
struct TerminalModeTests {
    private let main: FileDescriptor
    private let terminal: FileDescriptor

    init() throws {
        var ends: (CInt, CInt) = (-1, -1)
        try #require(openpty(&ends.0, &ends.1, nil, nil, nil) == 0)
        (main, terminal) = (FileDescriptor(rawValue: ends.0), FileDescriptor(rawValue: ends.1))
    }

    private func close() throws {
        try main.close()
        try terminal.close()
    }

    private func settings() -> [UInt32] {
        var settings = termios()
        _ = tcgetattr(terminal.rawValue, &settings)
        return [settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag]
    }

    @Test("raw mode takes keys as they come, and goes again")
    func restores() throws {
        let before = settings()
        let input = FileInput(terminal)
        #expect(input.isTerminal)
        let raw = try #require(input.enterRawMode())
        #expect(settings()[3] & UInt32(ICANON | ECHO | ISIG) == 0)
        raw.restore()
        #expect(settings() == before)
        try close()
    }

    @Test("a console on a terminal leaves at Ctrl-] and puts the terminal back")
    func console() async throws {
        let before = settings()
        let run = CommandLineRun()
        try await run.add("web-1")
        let composition = Composition(
            version: "1",
            surroundings: Surroundings(
                environment: [:], userID: 0, workingDirectory: FilePath("/"), input: FileInput(terminal),
                output: CapturedOutput(), errorOutput: CapturedOutput(), interruptions: AsyncStream { $0.finish() }),
            planOnPaper: { _, _ throws(ComputeError) in SpawnPreview(steps: [], claims: [], domainXML: "") }
        ) { _ throws(ComputeError) in run.hypervisor }
        try main.writeAll([0x61, 0x1d])
        // Before raw mode a terminal holds typed bytes back until a line ends.
        async let status = RoostCommand.run(arguments: ["console", "web-1"], composition: composition)
        #expect(await status == 0)
        #expect(settings() == before)
        try close()
    }

    @Test("a read ends with its task")
    func cancelledRead() async throws {
        let input = FileInput(terminal)
        let read = Task { await input.next() }
        read.cancel()
        #expect(await read.value == nil)
        try close()
    }

    @Test("gives the bytes of a pipe, then its end")
    func pipe() async throws {
        let ends = try FileDescriptor.pipe()
        let input = FileInput(ends.readEnd)
        #expect(!input.isTerminal)
        #expect(input.enterRawMode() == nil)
        try ends.writeEnd.writeAll([1, 2, 3])
        #expect(await input.next() == [1, 2, 3])
        try ends.writeEnd.close()
        #expect(await input.next() == nil)
        try ends.readEnd.close()
        try close()
    }
}
