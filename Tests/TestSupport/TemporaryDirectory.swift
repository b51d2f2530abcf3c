// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
public import SystemPackage

/// A directory of its own for a test, removed with the value.
///
/// Its path is short: sockets of a daemon below it have room for 107 bytes.
public final class TemporaryDirectory: Sendable {
    /// Where it is.
    public let path: FilePath

    /// A new empty directory that only its owner may enter.
    public init() throws {
        var template = Array("/tmp/rt-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = FilePath(platformString: template)
    }

    deinit { try? FileManager.default.removeItem(atPath: path.string) }
}
