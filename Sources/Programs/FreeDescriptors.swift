// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc

/// How many more descriptors this process may open.
public enum FreeDescriptors {
    /// Whether there are so many; other threads may take them at any time.
    public static func areThere(_ count: Int) -> Bool {
        var taken = [open("/dev/null", O_RDONLY | O_CLOEXEC)]
        defer { for descriptor in taken where descriptor >= 0 { close(descriptor) } }
        while taken.count < count, taken[taken.count - 1] >= 0 { taken.append(fcntl(taken[0], F_DUPFD_CLOEXEC, 0)) }
        return taken[taken.count - 1] >= 0
    }
}
