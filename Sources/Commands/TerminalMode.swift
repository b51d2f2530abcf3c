// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import SystemPackage

/// A terminal's settings as they were before it was made raw.
///
/// `termios` is plain numbers; the settings are put back at once (`TCSANOW`), since draining would wait for ever for a
/// terminal whose output is held.
struct TerminalMode: RawMode {
    private let descriptor: FileDescriptor
    private let saved: termios

    /// Makes the terminal raw; nil where its settings cannot be read or set.
    static func raw(_ descriptor: FileDescriptor) -> TerminalMode? {
        var settings = termios()
        guard tcgetattr(descriptor.rawValue, &settings) == 0 else { return nil }
        let mode = TerminalMode(descriptor: descriptor, saved: settings)
        cfmakeraw(&settings)
        guard tcsetattr(descriptor.rawValue, TCSANOW, &settings) == 0 else { return nil }
        return mode
    }

    /// Puts the settings back.
    func restore() {
        var settings = saved
        _ = tcsetattr(descriptor.rawValue, TCSANOW, &settings)
    }
}
