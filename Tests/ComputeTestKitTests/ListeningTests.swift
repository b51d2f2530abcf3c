// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

@testable import ComputeTestKit

@Suite("What else a history shows")
struct ListeningTests {
    @Test("operations that worked on one guest at a time are found, and others not")
    func overlaps() {
        func span(_ call: String, _ id: String, _ begin: UInt64, _ end: UInt64) -> WorkSpan {
            WorkSpan(call: call, id: id, begin: begin, end: end)
        }
        let spans = [span("1", "a", 10, 20), span("2", "b", 15, 25), span("3", "a", 20, 30), span("4", "b", 24, 26)]
        let found = WorkSpan.overlaps(in: spans)
        #expect(found.map(\.0.call) == ["2"])
        #expect(found.map(\.1.call) == ["4"])
    }

    @Test("operations within a long one are found, each of them")
    func within() {
        let spans = [(0, 100), (10, 20), (30, 40)].enumerated().map { index, span in
            WorkSpan(call: "\(index)", id: "a", begin: UInt64(span.0), end: UInt64(span.1))
        }
        #expect(WorkSpan.overlaps(in: spans).map(\.1.call) == ["1", "2"])
    }

    @Test("a listener should hear of what was done while it listened, and of nothing else")
    func expected() {
        let listening = Listening(begin: 100, end: 200)
        func event(
            _ request: GuestRequest, _ answer: GuestAnswer = .done, from begin: UInt64 = 110, latest: UInt64 = 150
        ) -> String? {
            let call = GuestCall("c", request, id: "a", begin: begin, end: 120, answer: answer)
            return listening.expected(of: call, latest: latest)?.kind
        }
        #expect(event(.spawn) == "started")
        #expect(event(.delete) == "undefined")
        #expect(event(.deleteStopped) == "undefined")
        #expect(event(.start) == nil)
        #expect(event(.spawn, .nothing) == nil)
        #expect(event(.spawn, from: 90) == nil)
        #expect(event(.spawn, latest: 210) == nil)
    }
}
