// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc

/// How many more descriptors this process may open.
enum FreeDescriptors {
    /// What a connection, or the event loop, opens at most.
    private static let count = 16

    /// Refuses a call for which there may be too few: where they run out half-way, GLib ends the process
    /// (`g_wakeup_new`). Other threads may take them at any time.
    static func require(for call: StaticString) throws(LibvirtError) {
        var taken = [open("/dev/null", O_RDONLY | O_CLOEXEC)]
        defer { for descriptor in taken where descriptor >= 0 { close(descriptor) } }
        while taken.count < count, taken[taken.count - 1] >= 0 { taken.append(fcntl(taken[0], F_DUPFD_CLOEXEC, 0)) }
        guard taken[taken.count - 1] < 0 else { return }
        throw .reported(
            LibvirtError.Report(
                code: .noConnect, domain: .unspecified, level: .error, call: String(describing: call),
                message: "this process has too few free file descriptors"))
    }
}
