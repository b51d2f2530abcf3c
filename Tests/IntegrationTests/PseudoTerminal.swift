// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import Testing

/// A pseudo terminal: what a command has for a screen and keyboard, and a test for a person.
final class PseudoTerminal: Sendable {
    /// The end that a command is given.
    let commandEnd: FileHandle
    /// What was written to the screen.
    let output: Transcript
    private let personEnd: FileHandle

    init() throws {
        var ends: (CInt, CInt) = (-1, -1)
        try #require(openpty(&ends.0, &ends.1, nil, nil, nil) == 0)
        for end in [ends.0, ends.1] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        personEnd = FileHandle(fileDescriptor: ends.0, closeOnDealloc: true)
        commandEnd = FileHandle(fileDescriptor: ends.1, closeOnDealloc: true)
        output = Transcript(reading: personEnd)
    }

    /// Types into the terminal.
    func type(_ text: String) throws {
        try personEnd.write(contentsOf: Data(text.utf8))
    }

    /// The terminal's settings, as flags of input, output, control and local modes.
    var settings: [UInt32] {
        var settings = termios()
        guard tcgetattr(commandEnd.fileDescriptor, &settings) == 0 else { return [] }
        return [settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag]
    }

    /// Whether keys go to the command as they are typed, and not by lines.
    var isRaw: Bool { settings.last.map { $0 & UInt32(ICANON | ECHO | ISIG) == 0 } ?? false }

    /// Lets go of the command's end: once no command has it either, the output ends.
    func hangUp() throws {
        try commandEnd.close()
    }
}
