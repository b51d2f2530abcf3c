// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Is told of each point at which an operation can fail or its process can die. For tests; none is there otherwise.
public protocol OperationProbe: Sendable {
    /// Called when an operation gets to `point`; what it throws counts as a failure of what is done there.
    func reached(_ point: ProbePoint) throws(ComputeError)
}

/// A point of an operation.
public enum ProbePoint: Sendable, Hashable, CustomStringConvertible {
    /// A write to the journal, with what is written.
    case journalWrite(Moment, String)
    /// A step, with its name.
    case step(Moment, String)
    /// The undo of a step, with its name.
    case undo(Moment, String)

    /// Before something or after it.
    public enum Moment: String, Sendable, Hashable, CaseIterable {
        /// Before it has any effect.
        case before
        /// After it has had its whole effect.
        case after
    }

    /// The point in words, such as `before step define`.
    public var description: String {
        switch self {
        case .journalWrite(let moment, let what): "\(moment) write of \(what)"
        case .step(let moment, let name): "\(moment) step \(name)"
        case .undo(let moment, let name): "\(moment) undo of \(name)"
        }
    }
}
