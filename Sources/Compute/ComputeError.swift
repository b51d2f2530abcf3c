// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel

/// Why an operation did not give what was asked, in the caller's terms. The only error that a port throws.
public struct ComputeError: Error, Sendable, Hashable {
    /// The kind of the error; open, so that a later version may add kinds.
    public let code: Code
    /// What the error is about, such as `instance web-1`.
    public let subject: String
    /// What happened to what was asked.
    public let outcome: Outcome
    /// What went wrong, in one or a few sentences, without secrets.
    public let message: String
    /// What to do about it.
    public let hint: String?
    /// All that is wrong with the input; empty unless the code is ``Code/invalid``.
    public let problems: [SpecProblem]
    /// What libvirt said, where it said something.
    public let libvirt: LibvirtReport?
    /// Further facts: the last lines of QEMU's log, or what an undo could not remove.
    public let details: [String]

    /// An error.
    public init(
        _ code: Code, subject: String, outcome: Outcome = .didNotHappen, message: String, hint: String? = nil,
        problems: [SpecProblem] = [], libvirt: LibvirtReport? = nil, details: [String] = []
    ) {
        self.code = code
        self.subject = subject
        self.outcome = outcome
        self.message = message
        self.hint = hint
        self.problems = problems
        self.libvirt = libvirt
        self.details = details
    }

    /// The kinds of errors.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// The stable name, used in JSON.
        public let rawValue: String
        /// A kind by its stable name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The input breaks rules.
        public static let invalid = Code(rawValue: "invalid")
        /// Nothing of that name or identity.
        public static let notFound = Code(rawValue: "not_found")
        /// The state, or something that exists, forbids it.
        public static let conflict = Code(rawValue: "conflict")
        /// Another operation holds the lock.
        public static let busy = Code(rawValue: "busy")
        /// The driver or host lacks the capability.
        public static let unsupported = Code(rawValue: "unsupported")
        /// The policy refuses it.
        public static let denied = Code(rawValue: "denied")
        /// Not enough of a resource.
        public static let exhausted = Code(rawValue: "exhausted")
        /// Not done in the time given.
        public static let deadlineExceeded = Code(rawValue: "deadline_exceeded")
        /// The hypervisor cannot be reached.
        public static let hostUnavailable = Code(rawValue: "host_unavailable")
        /// The caller cancelled it.
        public static let cancelled = Code(rawValue: "cancelled")
        /// Anything else that failed.
        public static let failed = Code(rawValue: "failed")
    }

    /// What happened to what was asked.
    public enum Outcome: String, Sendable, Hashable, Codable {
        /// Nothing changed, or all was put back.
        case didNotHappen = "did_not_happen"
        /// It was done all the same.
        case happened
        /// It is not known; the journal settles it later.
        case unknown
    }

    /// What libvirt reported (`virError`).
    public struct LibvirtReport: Sendable, Hashable, Codable {
        /// The code, a `virErrorNumber`.
        public let code: Int32
        /// The part of libvirt, a `virErrorDomain`.
        public let domain: Int32
        /// The C function that was called.
        public let function: String
        /// Libvirt's text.
        public let message: String

        /// A report.
        public init(code: Int32, domain: Int32, function: String, message: String) {
            self.code = code
            self.domain = domain
            self.function = function
            self.message = message
        }
    }
}

extension ComputeError {
    /// The same error with further facts appended.
    public func adding(details more: [String], outcome: Outcome? = nil) -> ComputeError {
        ComputeError(
            code, subject: subject, outcome: outcome ?? self.outcome, message: message, hint: hint,
            problems: problems, libvirt: libvirt, details: details + more)
    }
}

extension ComputeError {
    /// The same error about a subject that is better known by another name.
    public func about(_ subject: String) -> ComputeError {
        ComputeError(
            code, subject: subject, outcome: outcome, message: message, hint: hint, problems: problems,
            libvirt: libvirt, details: details)
    }
}

extension ComputeError: CustomStringConvertible {
    /// The subject and the message.
    public var description: String { "\(subject): \(message)" }
}
