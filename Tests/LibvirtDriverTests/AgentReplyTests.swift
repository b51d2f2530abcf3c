// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Testing

@testable import LibvirtDriver

/// What a guest's agent answers is the guest's word.
@Suite("An answer of a guest agent")
struct AgentReplyTests {
    private static let good = #"{"return": {"exited": true, "exitcode": 3, "out-data": "aGk=", "err-data": "eW8="}}"#

    @Test("is read where it is of the form")
    func good() throws {
        let status = try #require(AgentProtocol.result(AgentProtocol.Status.self, from: Self.good))
        #expect(status.exited && status.exitcode == 3 && status.signal == nil)
        #expect(status.output == Data("hi".utf8) && status.errorOutput == Data("yo".utf8))
    }

    @Test(
        "is none where it is not",
        arguments: [
            "", "null", "[]", "5", "\"return\"", "{", "{}", #"{"return": null}"#, #"{"return": []}"#,
            #"{"return": {"exited": 1}}"#, #"{"return": {"exited": "true"}}"#, #"{"return": {}}"#,
            #"{"return": {"exited": true, "exitcode": 1e99}}"#, #"{"return": {"exited": true, "exitcode": 1.5}}"#,
            #"{"return": {"exited": true, "exitcode": 4294967296}}"#,
            #"{"return": {"exited": true, "signal": -2147483649}}"#,
            #"{"return": {"exited": true, "out-data": "%%%"}}"#, #"{"return": {"exited": true, "out-data": ["x"]}}"#,
            #"{"error": {"class": "GenericError", "desc": "no"}}"#, "\u{fffd}\u{0}", #"{"return": {"exited": true}} x"#,
        ])
    func malformed(reply: String) {
        #expect(AgentProtocol.result(AgentProtocol.Status.self, from: reply) == nil)
    }

    @Test("may be nested, long, or full of members, and costs no more than its length", arguments: [1_000, 1_000_000])
    func large(count: Int) {
        let open = String(repeating: "[", count: count)
        for reply in [
            #"{"return": "# + open, #"{"return": "# + open + String(repeating: "]", count: count) + "}",
            String(repeating: #"{"return":"#, count: count), String(repeating: "\"", count: count),
            #"{"return": {"exited": true, "x": "# + open + String(repeating: "]", count: count) + "}}",
        ] {
            #expect(AgentProtocol.result(AgentProtocol.Status.self, from: reply) == nil)
        }
        let members = (0..<count / 10).map { "\"m\($0)\": 1" }.joined(separator: ",")
        #expect(
            AgentProtocol.result(AgentProtocol.Status.self, from: "{\"return\": {\"exited\": true, \(members)}}")?
                .exited
                == true)
    }

    @Test("that is cut anywhere is none")
    func cut() {
        for length in 0..<Self.good.utf8.count {
            #expect(AgentProtocol.result(AgentProtocol.Status.self, from: String(Self.good.prefix(length))) == nil)
        }
    }

    @Test("gives no more output than was asked for, however much it has")
    func bounded() throws {
        let output = Data(repeating: 65, count: 9_000).base64EncodedString()
        let reply = "{\"return\": {\"exited\": true, \"out-data\": \"\(output)\"}}"
        let status = try #require(AgentProtocol.result(AgentProtocol.Status.self, from: reply))
        let result = BoundedGuestProgram.result(of: status, for: GuestProgram(path: "x", outputLimit: 100))
        #expect(result.output.count == 100 && result.truncated)
        #expect(result.termination == .exited(0))
    }
}
