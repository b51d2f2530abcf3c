// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc

/// Why a program gave no result.
public enum ProgramError: Error, Sendable, Hashable {
    /// The program is not installed; the package is Debian's.
    case notFound(program: String, package: String)
    /// The program could not be started.
    case notStarted(program: String, reason: String)
    /// The program ended in another way than was accepted; the tail is what it wrote last to standard error.
    case failed(program: String, termination: Termination, errorTail: String)
    /// The program ran longer than it may, and was ended with all that it started.
    case deadlineExceeded(program: String, limit: Duration)
    /// The program wrote more bytes to standard output than it may, and was ended with all that it started.
    case outputTooLong(program: String, limit: Int)
    /// The task that waited was cancelled, and the program was ended with all that it started.
    case cancelled(program: String)

    /// How a program ended.
    public enum Termination: Sendable, Hashable {
        /// With this exit status.
        case exited(Int32)
        /// By this signal.
        case signalled(Int32)
    }

    /// What went wrong, as a sentence without its full stop.
    public var message: String {
        switch self {
        case .notFound(let program, _):
            "\(program) is not installed"
        case .notStarted(let program, let reason):
            "\(program) could not be started: \(reason)"
        case .failed(let program, .exited(let status), let tail):
            "\(program) failed with status \(status)" + Self.suffix(tail)
        case .failed(let program, .signalled(SIGXCPU), _):
            "\(program) used more processor time than it may and was ended"
        case .failed(let program, .signalled(SIGXFSZ), _):
            "\(program) wrote a larger file than it may and was ended"
        case .failed(let program, .signalled(let signal), let tail):
            "\(program) was ended by signal \(signal)" + Self.suffix(tail)
        case .deadlineExceeded(let program, let limit):
            "\(program) took longer than \(limit) and was ended"
        case .outputTooLong(let program, let limit):
            "\(program) wrote more than \(limit) bytes and was ended"
        case .cancelled(let program):
            "\(program) was ended because its caller was cancelled"
        }
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .notFound(_, let package): "apt-get install \(package)"
        case .notStarted, .failed, .deadlineExceeded, .outputTooLong, .cancelled: nil
        }
    }

    private static func suffix(_ tail: String) -> String {
        tail.isEmpty ? "" : ": " + tail
    }
}
