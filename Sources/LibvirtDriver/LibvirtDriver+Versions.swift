// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Libvirt

extension LibvirtDriver {
    /// Begins to load the libvirt library, whose loading takes most of a short command's time, while the caller does
    /// other things. Nothing has to wait for it, and a failure shows where libvirt is first needed.
    public static func beginLoadingLibvirt() {
        Connection.beginLoadingClientLibrary()
    }

    /// The version of the libvirt library that this process uses, by name; empty where it does not tell.
    public static var libvirtVersion: String? {
        (try? Connection.clientLibraryVersion()).map { "\($0)" }
    }
}
