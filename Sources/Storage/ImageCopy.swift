// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import InstanceModel
import SystemPackage

/// A file in the store's directory that is judged and flushed, and hidden until its image is published.
struct ImageCopy: Sendable {
    let scratch: ScratchFile
    let sha256: String
    let virtualSize: UInt64

    /// The ending of hidden copies.
    static let suffix = "part"

    /// Judges `scratch`, which nobody else writes to any more, and flushes it with the owner and mode that it is to
    /// keep.
    init(
        _ scratch: ScratchFile, sha256: String, inspection: ImageInspection, guest: FileOwner?
    ) throws(StorageError) {
        self.scratch = scratch
        self.sha256 = sha256
        virtualSize = try inspection.virtualSize(of: scratch.file)
        try scratch.letRead(guest)
        try scratch.file.synchronize()
    }
}

extension ScratchFile {
    /// Lets the guest account read the file, and nobody write to it.
    func letRead(_ guest: FileOwner?) throws(StorageError) {
        if let guest {
            try file.setOwner(userID: FileOwner.current.userID, groupID: guest.groupID)
            try file.setMode(0o440)
        } else {
            try file.setMode(0o400)
        }
    }
}
