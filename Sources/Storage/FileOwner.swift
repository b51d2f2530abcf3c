// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc

/// The account that QEMU runs as, as far as files are concerned.
public struct FileOwner: Sendable, Hashable {
    /// The user's id.
    public let userID: UInt32
    /// The group's id.
    public let groupID: UInt32

    /// An owner.
    public init(userID: UInt32, groupID: UInt32) {
        self.userID = userID
        self.groupID = groupID
    }
}

extension FileOwner {
    /// The account that this process runs as.
    static var current: FileOwner {
        FileOwner(userID: geteuid(), groupID: getegid())
    }
}
