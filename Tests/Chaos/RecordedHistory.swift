// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ComputeTestKit
import Foundation
import RoostKit

/// The histories of all processes of a run, put together.
struct RecordedHistory {
    /// The calls on each guest.
    private(set) var calls: [Int: [GuestCall]] = [:]
    private(set) var spans: [WorkSpan] = []
    private(set) var listenings: [Listening] = []
    private(set) var faults: [FaultRecord] = []
    private(set) var counts = CallCounts()
    /// What errors said, by the call's name.
    private(set) var errors: [String: String] = [:]

    init(directory: String) throws {
        var asked: [HistoryLine.Asked] = []
        var answered: [String: HistoryLine.Answered] = [:]
        var settled: [String: HistoryLine.Settled] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        where name.hasSuffix(".jsonl") {
            var reader = HistoryReader("\(directory)/\(name)")
            var listening: Listening?
            for line in try reader.news() {
                switch line {
                case .asked(let call): asked.append(call)
                case .answered(let answer): answered[answer.call] = answer
                case .settled(let call): settled[call.call] = call
                case .fault(let fault): faults.append(fault)
                case .listening(let at): listening = Listening(begin: at, end: at)
                case .heard(let kind, let id, let at):
                    listening?.heard.append(Listening.Heard(kind: kind, id: id))
                    listening?.end = at
                case .gap(let at):
                    listening?.end = at
                    if let listening { listenings.append(listening) }
                    // What comes after a gap is heard again.
                    listening = Listening(begin: at, end: at)
                }
            }
            if let listening { listenings.append(listening) }
        }
        for call in asked { add(call, answered[call.call], settled[call.call]) }
        for (number, fault) in faults.enumerated() where fault.fault == .guestKilled {
            guard let guest = fault.guest else { continue }
            calls[guest, default: []].append(
                GuestCall("fault \(number)", .crash, begin: fault.begin, end: fault.end, answer: .done))
        }
    }

    private mutating func add(
        _ asked: HistoryLine.Asked, _ answered: HistoryLine.Answered?, _ settled: HistoryLine.Settled?
    ) {
        counts.count(asked, answered)
        if let error = answered?.error { errors[asked.call] = error }
        if let worked = answered?.worked, let id = asked.id ?? answered?.seen.first?.id {
            spans.append(
                WorkSpan(call: asked.call, id: id, begin: worked.lowerBound, end: worked.upperBound))
        }
        guard let guest = asked.guest else { return addList(asked, answered) }
        var call = GuestCall(
            asked.call, asked.request, id: asked.id ?? answered?.seen.first?.id, begin: asked.at, end: answered?.at,
            answer: answered?.answer ?? .perhaps)
        if let seen = answered?.seen.first, asked.request == .look { call.answer = .look(seen) }
        if let settled, call.answer == .perhaps {
            call.answer = settled.answer
            call.wasLeft = true
            call.end = settled.at
        } else if call.answer == .perhaps {
            call.end = nil
        }
        if asked.request == .look, call.end == nil { return }
        calls[guest, default: []].append(call)
    }

    /// A list is a look at each guest, also at those that it does not have.
    private mutating func addList(_ asked: HistoryLine.Asked, _ answered: HistoryLine.Answered?) {
        guard let answered, answered.answer == .done else { return }
        lists.append(List(begin: asked.at, answered: answered))
    }

    /// How many guests the calls were on, as their numbers tell.
    var guests: Int { (calls.keys.max() ?? -1) + 1 }

    private struct List {
        let begin: UInt64
        let answered: HistoryLine.Answered
    }

    private var lists: [List] = []

    /// The calls on one guest, with the lists that showed it, or did not.
    func calls(on guest: Int) -> [GuestCall] {
        (calls[guest] ?? [])
            + lists.map { list in
                let seen = list.answered.seen.first { $0.guest == guest }
                return GuestCall(
                    "list \(list.answered.call)", .look, id: seen?.id, begin: list.begin, end: list.answered.at,
                    answer: seen.map(GuestAnswer.look) ?? .absent)
            }
    }
}

extension GuestAnswer {
    /// A look at a guest; one whose state the host did not tell says nothing.
    fileprivate static func look(_ seen: Seen) -> GuestAnswer {
        seen.state == .unknown ? .nothing : .saw(seen.state)
    }
}
