// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import SystemPackage

/// Why a file of the host cannot be read.
public enum HostFileError: Error, Sendable, Hashable {
    /// There is nothing at that path.
    case missing(FilePath)
    /// It is a directory, a device, a pipe or a socket.
    case notRegular(FilePath)
    /// On the way to it is a link or something else than a directory; or it has another name elsewhere.
    case untrusted(FilePath)
    /// The system refused.
    case unreadable(FilePath, Errno)
}
