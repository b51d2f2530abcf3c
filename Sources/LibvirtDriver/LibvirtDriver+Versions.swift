// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Libvirt

extension LibvirtDriver {
    /// The version of the libvirt library that this process uses, by name; empty where it does not tell.
    public static var libvirtVersion: String? {
        (try? Connection.clientLibraryVersion()).map { "\($0)" }
    }
}
