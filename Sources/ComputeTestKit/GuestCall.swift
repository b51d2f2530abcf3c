// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute

/// What was asked of one guest, or done to it; the raw value is stable.
public enum GuestRequest: String, Sendable, Hashable, Codable, CaseIterable {
    /// A spawn under the guest's name.
    case spawn
    /// A start.
    case start
    /// A forced stop.
    case stop
    /// A graceful stop.
    case shutdown
    /// A hard reboot.
    case reset
    /// A graceful reboot.
    case reboot
    /// A pause.
    case pause
    /// A resume.
    case resume
    /// A deletion, even of a guest that runs.
    case delete
    /// A deletion that refuses a guest that runs.
    case deleteStopped = "delete_stopped"
    /// A look at it, by name, or in a list.
    case look
    /// Its hypervisor's process is killed: nobody asks, and nobody is answered.
    case crash
}

/// What a caller was told, or what was found out later.
public enum GuestAnswer: Sendable, Hashable, Codable {
    /// It took effect.
    case done
    /// This is what it is.
    case saw(InstanceState)
    /// There is no such guest.
    case absent
    /// The guest's state forbids it, or its name is taken; nothing changed.
    case conflict
    /// Nothing changed, for a reason that says nothing about the guest.
    case nothing
    /// It may have taken effect.
    case perhaps
}

/// A call about one guest, as it was recorded. Its effect, if any, lies between its begin and its end.
public struct GuestCall: Sendable, Hashable, Codable {
    /// A name of its own, for the report.
    public var name: String
    /// What was asked.
    public var request: GuestRequest
    /// The identity that was asked for, that was seen, or that a spawn gave; nil where there is none.
    public var id: String?
    /// When it was made, in nanoseconds of a clock that all callers share.
    public var begin: UInt64
    /// After when it takes no more effect; nil: it may take effect at any later time.
    public var end: UInt64?
    /// What came of it.
    public var answer: GuestAnswer
    /// Whether that was found out later: until then it was left to be settled.
    public var wasLeft: Bool

    /// A call.
    public init(
        _ name: String, _ request: GuestRequest, id: String? = nil, begin: UInt64, end: UInt64?, answer: GuestAnswer,
        wasLeft: Bool = false
    ) {
        self.name = name
        self.request = request
        self.id = id
        self.begin = begin
        self.end = end
        self.answer = answer
        self.wasLeft = wasLeft
    }
}

extension GuestCall {
    /// Whether its caller was told that it was done.
    var succeeded: Bool { answer == .done && !wasLeft }
}

extension GuestCall: CustomStringConvertible {
    /// The call in one line, with its times in milliseconds.
    public var description: String {
        func time(_ instant: UInt64) -> String {
            let tenths = instant / 100_000
            return "\(tenths / 10).\(tenths % 10)"
        }
        let span = "\(time(begin)) to \(end.map(time) ?? "ever") ms"
        return "\(span): \(request.rawValue) \(id.map { "\($0.prefix(8)) " } ?? "")-> \(answer) [\(name)]"
    }
}
