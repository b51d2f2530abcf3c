// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel

/// Brings instances that exist to another document.
public protocol InstanceApplication: Sendable {
    /// What applying the document would change, and when; changes nothing.
    ///
    /// - Throws: `invalid` with every place of the document that the instance cannot be brought to; `unsupported` and
    ///   `exhausted` where the host lacks what it needs; `notFound`.
    func preview(
        applying instance: Instance, to id: InstanceID, context: OperationContext
    ) async throws(ComputeError) -> ApplyPreview

    /// Brings the instance to the document: what a running guest can be given is given at once, and all is in its
    /// definition for the next boot. On any failure everything is put back. What the document leaves out, and what the
    /// instance got when it was made, such as MAC addresses and sizes of disks, stays; where both say the same, nothing
    /// is done.
    ///
    /// - Throws: as ``preview(applying:to:context:)``; `conflict` where something that it asks for is taken, or where
    ///   the instance was changed since ``ApplyOptions/basis``; what a restart throws, with outcome `happened`.
    func apply(
        _ instance: Instance, to id: InstanceID, options: ApplyOptions, context: OperationContext
    ) async throws(ComputeError) -> ApplyReport
}

/// How a document is applied.
public struct ApplyOptions: Sendable, Hashable {
    /// How long a running guest may take to go down and be started again, where something waits for its next boot; nil:
    /// it is not restarted. It is never forced.
    public var restart: Duration?
    /// What a preview was made of (``ApplyPreview/basis``), where the instance has to be as it was then.
    public var basis: String?

    /// Options; without any, nothing is restarted, and the instance is taken as it is.
    public init(restart: Duration? = nil, basis: String? = nil) {
        self.restart = restart
        self.basis = basis
    }
}

/// Something that a document says otherwise, and when the guest has it.
public struct AppliedChange: Sendable, Hashable, CustomStringConvertible {
    /// What.
    public let change: DocumentChange
    /// When.
    public let timing: Timing

    /// When a guest has what changes; the raw value is stable.
    public enum Timing: String, Sendable, Hashable, CaseIterable {
        /// At once, while it runs.
        case live
        /// When it is started the next time.
        case nextBoot = "next_boot"
    }

    /// A change of these parts.
    public init(_ change: DocumentChange, timing: Timing) {
        self.change = change
        self.timing = timing
    }

    /// What and when, in words.
    public var description: String { "\(change) (\(timing == .live ? "live" : "at the next boot"))" }
}

/// What applying a document would do.
public struct ApplyPreview: Sendable, Hashable {
    /// What changes; nothing where the instance is as the document says.
    public let changes: [AppliedChange]
    /// What changes of libvirt's definition, each in words.
    public let definition: [String]
    /// Whether something waits until the running guest is restarted.
    public let needsRestart: Bool
    /// What this was made of; another one where the instance is changed.
    public let basis: String

    /// A preview of these parts.
    public init(changes: [AppliedChange], definition: [String], needsRestart: Bool, basis: String) {
        self.changes = changes
        self.definition = definition
        self.needsRestart = needsRestart
        self.basis = basis
    }
}

/// What applying a document did.
public struct ApplyReport: Sendable, Hashable {
    /// What was changed; nothing where the instance was as the document says, or the same request was made before.
    public let changes: [AppliedChange]
    /// Whether something waits until the running guest is restarted.
    public let needsRestart: Bool
    /// Whether the guest was restarted.
    public let isRestarted: Bool

    /// A report of these parts.
    public init(changes: [AppliedChange] = [], needsRestart: Bool = false, isRestarted: Bool = false) {
        self.changes = changes
        self.needsRestart = needsRestart
        self.isRestarted = isRestarted
    }
}
