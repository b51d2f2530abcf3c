// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Glibc

extension GuestAccount {
    /// Whether the account may open a device of the host for reading and writing, by the device's owner and mode; false
    /// where there is no such device.
    func mayOpen(_ device: String) -> Bool {
        if isCurrentUser { return access(device, R_OK | W_OK) == 0 }
        var status = stat()
        guard stat(device, &status) == 0 else { return false }
        let bits: mode_t =
            if status.st_uid == userID {
                status.st_mode >> 6
            } else if groups().contains(status.st_gid) {
                status.st_mode >> 3
            } else {
                status.st_mode
            }
        return bits & 0o6 == 0o6
    }
}
