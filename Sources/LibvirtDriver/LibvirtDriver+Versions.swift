// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Libvirt

extension LibvirtDriver {
    /// Loads the libvirt library on this thread, which takes most of a short command's time, while other threads do
    /// other things. A failure shows where libvirt is first needed.
    ///
    /// glibc starts no thread meanwhile: whoever does this to save time starts those that it needs before.
    public static func loadLibvirt() {
        _ = libvirtVersion
    }

    /// The version of the libvirt library that this process uses, by name; empty where it does not tell.
    public static var libvirtVersion: String? {
        (try? Connection.clientLibraryVersion()).map { "\($0)" }
    }
}
