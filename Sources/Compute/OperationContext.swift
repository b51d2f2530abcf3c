// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Foundation

/// Who asks, until when, and under which names: carried by every operation.
public struct OperationContext: Sendable {
    /// The request's identity, for logs and the audit.
    public var requestID: UUID
    /// The caller.
    public var principal: Principal
    /// When the caller stops waiting; nil: never.
    public var deadline: ContinuousClock.Instant?
    /// A key under which a repeated request is recognised; nil: each request is its own.
    public var idempotencyKey: String?
    /// Told of each step; called from any thread and never waited for.
    public var progress: @Sendable (ProgressEvent) -> Void

    /// A context for `principal`.
    public init(
        principal: Principal, requestID: UUID = UUID(), deadline: ContinuousClock.Instant? = nil,
        idempotencyKey: String? = nil,
        progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
    ) {
        self.principal = principal
        self.requestID = requestID
        self.deadline = deadline
        self.idempotencyKey = idempotencyKey
        self.progress = progress
    }
}

extension OperationContext {
    /// Why what this caller asked has to stop here: the task was cancelled, or the deadline has passed.
    ///
    /// - Parameter subject: what the error is about, such as `instance web-1`.
    /// - Returns: `cancelled` or `deadlineExceeded`; nil where it may go on.
    public func interruption(of subject: String) -> ComputeError? {
        if Task.isCancelled { return ComputeError(.cancelled, subject: subject, message: "cancelled by the caller") }
        guard let deadline, ContinuousClock.now >= deadline else { return nil }
        return ComputeError(
            .deadlineExceeded, subject: subject, message: "not done in the time given",
            hint: "give more time with --timeout")
    }
}

/// A caller.
public struct Principal: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The name, such as `uid:1000` for a local user.
    public let name: String

    /// A caller of this name.
    public init(name: String) {
        self.name = name
    }

    /// The local user with this user id.
    public static func localUser(id: UInt32) -> Principal {
        Principal(name: "uid:\(id)")
    }

    /// The name.
    public var description: String { name }
}

/// A step of an operation, as told to the caller while it runs.
public struct ProgressEvent: Sendable, Hashable {
    /// The step's name, such as `define`.
    public let step: String
    /// Which step this is, from 1.
    public let index: Int
    /// How many there are.
    public let count: Int
    /// Whether it begins, ended, or is being undone.
    public let phase: Phase

    /// The phases of a step.
    public enum Phase: String, Sendable, Hashable {
        /// It begins.
        case begins
        /// It ended well.
        case ended
        /// It is being undone.
        case undone
    }

    /// A step's event.
    public init(step: String, index: Int, count: Int, phase: Phase) {
        self.step = step
        self.index = index
        self.count = count
        self.phase = phase
    }
}
