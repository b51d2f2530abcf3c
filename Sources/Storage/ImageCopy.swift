// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import InstanceModel
import SystemPackage

/// A file's copy in the store's directory, hidden until its image is published.
struct ImageCopy: Sendable {
    let scratch: ScratchFile
    let sha256: String
    let virtualSize: UInt64

    /// The ending of hidden copies.
    static let suffix = "part"

    /// Copies `source`, judges the copy and flushes it, with the owner and mode that it is to keep.
    init(
        of source: FilePath, as name: ImageName, in directory: OpenDirectory, inspection: ImageInspection,
        guest: FileOwner?, flag: CancellationFlag
    ) throws(StorageError) {
        let original = try OpenFile.source(source)
        // Judged once before the copying, since that may take minutes; what counts is the copy.
        _ = try inspection.virtualSize(of: original)
        let dataName = try ImageManifest.dataName(name, inspection.format)
        scratch = try ScratchFile(for: dataName, suffix: Self.suffix, in: directory)
        sha256 = try HashedCopy.copy(original, to: scratch.file, flag: flag)
        virtualSize = try inspection.virtualSize(of: scratch.file)
        if let guest {
            try scratch.file.setOwner(userID: nil, groupID: guest.groupID)
            try scratch.file.setMode(0o440)
        } else {
            try scratch.file.setMode(0o400)
        }
        try scratch.file.synchronize()
    }
}
