// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

/// Why a call to libvirt gave no result.
public enum LibvirtError: Error, Sendable, Equatable {
    /// libvirt refused or failed the call, and said so.
    case reported(Report)
    /// The deadline passed. Where the call was made it may still have its effect.
    case deadlineExceeded(call: String, callMade: Bool)
    /// The task was cancelled. Where the call was made it may still have its effect.
    case cancelled(call: String, callMade: Bool)
    /// Too many calls wait in a lane; this one was not made.
    case overloaded(lane: String)
    /// A call about the same domain hangs, so that this one was not made: which one, and since when. Calls are made
    /// again once it has returned.
    case domainHung(call: String, since: ContinuousClock.Instant)
    /// The connection or the stream was closed here before; the call was not made.
    case closed

    /// What libvirt said about a call that failed (`virError`).
    public struct Report: Sendable, Equatable {
        /// What went wrong.
        public let code: ErrorCode
        /// The part of libvirt that says so.
        public let domain: ErrorDomain
        /// How bad it is.
        public let level: Level
        /// The C function that was called.
        public let call: String
        /// libvirt's own words, in the daemon's or this process's language.
        public let message: String

        /// A report.
        ///
        /// - Parameters:
        ///   - code: What went wrong.
        ///   - domain: The part of libvirt that says so.
        ///   - level: How bad it is.
        ///   - call: The C function that was called.
        ///   - message: libvirt's words.
        public init(code: ErrorCode, domain: ErrorDomain, level: Level, call: String, message: String) {
            self.code = code
            self.domain = domain
            self.level = level
            self.call = call
            self.message = message
        }
    }

    /// How bad an error is (`virErrorLevel`).
    public enum Level: Int32, Sendable, Equatable {
        /// `VIR_ERR_NONE`, or a level that is not known here.
        case none = 0
        /// `VIR_ERR_WARNING`
        case warning = 1
        /// `VIR_ERR_ERROR`
        case error = 2
    }

    /// libvirt's code, where libvirt reported this error.
    public var code: ErrorCode? {
        guard case .reported(let report) = self else { return nil }
        return report.code
    }
}

extension LibvirtError: CustomStringConvertible {
    /// The error in one line.
    public var description: String {
        switch self {
        case .reported(let report):
            "\(report.message) (\(report.call): code \(report.code), domain \(report.domain))"
        case .deadlineExceeded(let call, let callMade):
            "\(call): the deadline passed \(callMade ? "during" : "before") the call"
        case .cancelled(let call, let callMade):
            "\(call): cancelled \(callMade ? "during" : "before") the call"
        case .overloaded(let lane):
            "too many calls to libvirt wait in the lane \(lane)"
        case .domainHung(let call, let since):
            "not called, since \(call) hangs for \(since.duration(to: .now).components.seconds) s on this domain"
        case .closed:
            "the connection to libvirt was closed"
        }
    }
}

extension LibvirtError {
    /// What libvirt holds as this thread's last error (`virGetLastError`).
    ///
    /// libvirt keeps it by thread, so this must be read where the call was made, before anything else.
    static func lastOnThisThread(after call: StaticString) -> LibvirtError {
        // SAFETY: the error belongs to this thread and stays until its next call to libvirt; all is copied here.
        guard let error = virGetLastError() else {
            return .reported(
                Report(
                    code: .internalError, domain: .unspecified, level: .error, call: String(describing: call),
                    message: "libvirt failed the call and gave no reason"))
        }
        return .reported(
            Report(
                code: ErrorCode(rawValue: error.pointee.code),
                domain: ErrorDomain(rawValue: error.pointee.domain),
                level: Level(rawValue: Int32(bitPattern: error.pointee.level.rawValue)) ?? .none,
                call: String(describing: call),
                message: error.pointee.message.map { bounded(String(cString: $0)) } ?? ""))
    }

    /// The text, up to a thousand bytes: a guest's agent writes some of libvirt's messages.
    private static func bounded(_ text: String) -> String {
        text.utf8.count <= 1_000 ? text : String(decoding: text.utf8.prefix(1_000), as: UTF8.self) + "…"
    }

    /// The error for text that C would read only up to its first zero byte.
    static func zeroByte(in what: String, of call: StaticString) -> LibvirtError {
        .reported(
            Report(
                code: .invalidArgument, domain: .unspecified, level: .error, call: String(describing: call),
                message: "\(what) must not contain a zero byte"))
    }
}
