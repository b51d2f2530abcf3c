// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Libvirt
import Testing

@testable import LibvirtDriver

@Suite("What libvirt's failures mean to a caller")
struct ErrorTranslationTests {
    private static func lost() -> LibvirtError {
        .reported(
            LibvirtError.Report(
                code: .internalError, domain: .rpc, level: .error, call: "virDomainSuspend",
                message: "client socket is closed"))
    }

    @Test("a change that was under way as the connection broke may have happened, a read has not")
    func underWay() {
        let change = ComputeError(Self.lost(), subject: "instance a", change: true)
        #expect(change.code == .hostUnavailable)
        #expect(change.outcome == .unknown)
        let read = ComputeError(Self.lost(), subject: "instance a", change: false)
        #expect(read.outcome == .didNotHappen)
    }

    @Test(
        "a call that was never made changed nothing",
        arguments: [
            (LibvirtError.closed, ComputeError.Code.hostUnavailable),
            (.domainHung(call: "virDomainListGetStats", since: .now - .seconds(7)), .busy),
            (.overloaded(lane: "control"), .exhausted),
            (.deadlineExceeded(call: "f", callMade: false), .deadlineExceeded),
            (.cancelled(call: "f", callMade: false), .cancelled),
        ])
    func neverMade(error: LibvirtError, code: ComputeError.Code) {
        let translated = ComputeError(error, subject: "instance a", change: true)
        #expect(translated.code == code)
        #expect(translated.outcome == .didNotHappen)
    }

    @Test("a change that was made and not answered may have happened")
    func unanswered() {
        for error in [LibvirtError.deadlineExceeded(call: "f", callMade: true), .cancelled(call: "f", callMade: true)] {
            #expect(ComputeError(error, subject: "instance a", change: true).outcome == .unknown)
            #expect(ComputeError(error, subject: "instance a", change: false).outcome == .didNotHappen)
        }
    }

    @Test(
        "a change that libvirt failed may have happened in part, unless libvirt says that it refused it",
        arguments: [
            (ErrorCode.internalError, ComputeError.Code.failed, ComputeError.Outcome.unknown),
            (.operationFailed, .failed, .unknown), (.systemError, .failed, .unknown), (.noMemory, .exhausted, .unknown),
            (.operationInvalid, .conflict, .didNotHappen), (.noDomain, .notFound, .didNotHappen),
            (.accessDenied, .denied, .didNotHappen), (.resourceBusy, .busy, .didNotHappen),
            (.operationTimeout, .deadlineExceeded, .didNotHappen),
        ])
    func failed(code: ErrorCode, expected: ComputeError.Code, outcome: ComputeError.Outcome) {
        let error = LibvirtError.reported(
            LibvirtError.Report(code: code, domain: .qemu, level: .error, call: "virDomainSuspend", message: "no"))
        let change = ComputeError(error, subject: "instance a", change: true)
        #expect(change.code == expected)
        #expect(change.outcome == outcome)
        #expect(ComputeError(error, subject: "instance a", change: false).outcome == .didNotHappen)
    }

    @Test(
        "a request to an agent that is silent may have reached it, one to an agent that is away has not",
        arguments: [
            (ErrorCode.agentUnresponsive, "Guest agent not available for now", ComputeError.Outcome.unknown),
            (.agentUnresponsive, "QEMU guest agent is not connected", .didNotHappen),
            (.agentUnsynced, "guest agent replied with wrong id to guest-sync command: 4711", .didNotHappen),
            (.internalError, "unable to execute QEMU agent command 'guest-exec': no", .didNotHappen),
        ])
    func agent(code: ErrorCode, message: String, outcome: ComputeError.Outcome) {
        let error = LibvirtError.reported(
            LibvirtError.Report(
                code: code, domain: .qemu, level: .error, call: "virDomainQemuAgentCommand", message: message))
        #expect(GuestAgent.translated(error, subject: "instance a").outcome == outcome)
    }

    @Test("a hypervisor that hangs is named by the call that does, and since when")
    func hung() {
        let error = ComputeError(
            .domainHung(call: "virDomainListGetStats", since: .now - .seconds(7)), subject: "instance a", change: true)
        #expect(error.message == "its hypervisor does not answer: virDomainListGetStats hangs for 7 s")
        #expect(error.hint?.contains("--force") == true)
    }
}
