// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel
import Testing

@Suite("The authorizer")
struct AuthorizerTests {
    let host: ToyHost
    let authorizer: Authorizer
    let subject = "instance web-1"

    init() throws {
        let host = try ToyHost()
        self.host = host
        authorizer = Authorizer(policy: SinglePrincipalPolicy(permitting: Principal(name: "tester"))) {
            () throws(ComputeError) in host.journal
        }
    }

    @Test("permits without a trace")
    func permits() throws {
        try authorizer.authorize(.observe, subject: subject, context: .test())
        #expect(try host.journal.audit(limit: 9).isEmpty)
    }

    @Test("denies every action, and audits that", arguments: Action.allCases)
    func denies(action: Action) throws {
        let stranger = OperationContext(principal: Principal(name: "stranger"))
        let error = #expect(throws: ComputeError.self) {
            try authorizer.authorize(action, subject: subject, context: stranger)
        }
        #expect(error?.code == .denied)
        #expect(error?.outcome == .didNotHappen)
        #expect(error?.message == "stranger may not do \(action.rawValue): only tester may use this driver")
        let audit = try host.journal.audit(limit: 9)
        #expect(audit.map(\.outcome) == [.denied])
        #expect(audit.map(\.action) == [action.rawValue])
        #expect(audit.map(\.principal) == ["stranger"])
        #expect(audit.map(\.requestID) == [stranger.requestID])
    }

    @Test("denies also where that cannot be audited")
    func deniesWithoutAudit() {
        let lost = ComputeError(.exhausted, subject: "disk", message: "full")
        let authorizer = Authorizer(policy: DenyAll()) { () throws(ComputeError) in throw lost }
        let error = #expect(throws: ComputeError.self) {
            try authorizer.authorize(.start, subject: subject, context: .test())
        }
        #expect(error?.code == .denied)
        #expect(error?.details == ["the audit could not be written: disk: full"])
    }

    @Test("audits how a change ended")
    func audits() async throws {
        let result = try await authorizer.audited(.start, subject: subject, context: .test()) {
            () async throws(ComputeError) in 42
        }
        #expect(result == 42)
        let failure = ComputeError(.failed, subject: subject, message: "planned")
        let error = await computeError {
            try await authorizer.audited(.stop, subject: subject, context: .test()) {
                () async throws(ComputeError) in throw failure
            }
        }
        #expect(error == failure)
        let audit = try host.journal.audit(limit: 9)
        #expect(audit.map(\.action) == ["instance.stop", "instance.start"])
        #expect(audit.map(\.outcome) == [.failed, .done])
        #expect(audit.map(\.message) == ["planned", ""])
    }

    @Test("does not run what it denies")
    func runsNothing() async {
        let stranger = OperationContext(principal: Principal(name: "stranger"))
        let error = await computeError {
            try await authorizer.audited(.start, subject: subject, context: stranger) {
                () async throws(ComputeError) in _ = Issue.record("a denied change was made")
            }
        }
        #expect(error?.code == .denied)
    }

    @Test("tells that a change was made whose audit is missing")
    func missingAudit() async {
        let lost = ComputeError(.exhausted, subject: "disk", message: "full")
        let policy = SinglePrincipalPolicy(permitting: Principal(name: "tester"))
        let authorizer = Authorizer(policy: policy) { () throws(ComputeError) in throw lost }
        let error = await computeError {
            try await authorizer.audited(.start, subject: subject, context: .test()) {}
        }
        #expect(error?.code == .exhausted)
        #expect(error?.outcome == .happened)
        #expect(error?.details == ["instance.start was done; only its audit is missing"])
    }
}
