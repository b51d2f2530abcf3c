// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import SystemPackage

extension ComputeError {
    /// A system call that failed on `path`, as its `errno` tells.
    static func system(_ number: CInt, _ doing: String, _ path: FilePath) -> ComputeError {
        let reason = Errno(rawValue: number).description
        let code: Code =
            switch number {
            case ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM: .exhausted
            default: .failed
            }
        let hint: String? =
            switch number {
            case ENOSPC, EDQUOT: "free some space on the file system of \(path)"
            case EACCES, EPERM: "run as the owner of \(path), or choose another state directory"
            case EROFS: "the file system is mounted read-only; choose another state directory"
            case ELOOP: "\(path) is a symbolic link, which is not followed here; name what it points to"
            default: nil
            }
        return ComputeError(code, subject: path.string, message: "cannot \(doing) \(path): \(reason)", hint: hint)
    }
}
