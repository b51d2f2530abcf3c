// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Networking
import Programs
import Storage

extension StorageError {
    /// The kind of error that this is to the caller of a port.
    var code: ComputeError.Code {
        switch self {
        case .sourceUnreadable, .notRegularFile, .refused, .wrongDigest, .wrongKind, .smallerThanImage: .invalid
        case .imageNotFound, .instanceNotFound, .volumeNotFound: .notFound
        case .imageExists, .imageInUse, .exists, .userDataNotKept, .volumeExists: .conflict
        case .imageBusy, .volumeBusy: .busy
        case .noSpace: .exhausted
        case .cancelled: .cancelled
        case .program(let error): error.code
        case .sourceChanged, .imageChanged, .imageMissing, .volumeMissing, .manifestUnreadable, .unsafePath, .system:
            .failed
        }
    }
}

extension NetworkingError {
    /// The kind of error that this is to the caller of a port.
    var code: ComputeError.Code {
        switch self {
        case .portsUnavailable, .deviceTaken: .conflict
        case .noBridge: .notFound
        case .notPermitted: .denied
        case .program(let error): error.code
        case .unreadable: .failed
        }
    }
}

extension ProgramError {
    /// The kind of error that this is to the caller of a port.
    var code: ComputeError.Code {
        switch self {
        case .notFound: .hostUnavailable
        case .deadlineExceeded: .deadlineExceeded
        case .cancelled: .cancelled
        case .notStarted, .failed, .outputTooLong: .failed
        }
    }
}
