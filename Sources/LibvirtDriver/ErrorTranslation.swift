// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainPlanning
import InstanceModel
import Libvirt
import Networking
import Storage

extension ComputeError {
    /// What a failed libvirt call means to the caller of a port.
    ///
    /// `subject` is what the operation was about, and `change` tells whether the call changes something: then a call
    /// that was made and not answered leaves the outcome unknown.
    init(_ error: LibvirtError, subject: String, change: Bool) {
        switch error {
        case .reported(let report):
            let isLost = report.isLostConnection
            self.init(
                isLost ? .hostUnavailable : Self.code(for: report.code), subject: subject,
                outcome: change && (isLost || !report.code.isRefusal) ? .unknown : .didNotHappen,
                message: report.message,
                hint: Self.hint(for: report.code),
                libvirt: LibvirtReport(
                    code: report.code.rawValue, domain: report.domain.rawValue, function: report.call,
                    message: report.message))
        case .deadlineExceeded(let call, let callMade):
            self.init(
                .deadlineExceeded, subject: subject, outcome: change && callMade ? .unknown : .didNotHappen,
                message: callMade ? "libvirt did not answer \(call) in time" : "no time was left for \(call)",
                hint: "the hypervisor may be hung; `roost doctor` tells more")
        case .cancelled(let call, let callMade):
            self.init(
                .cancelled, subject: subject, outcome: change && callMade ? .unknown : .didNotHappen,
                message: "cancelled during \(call)")
        case .overloaded(let lane):
            self.init(
                .exhausted, subject: subject, message: "too many calls to libvirt wait (\(lane))", hint: "try again")
        case .domainHung(let call, let since):
            let seconds = since.duration(to: .now).components.seconds
            self.init(
                .busy, subject: subject, message: "its hypervisor does not answer: \(call) hangs for \(seconds) s",
                hint: "`roost stop --force` or `roost delete --force` ends it; else it goes on once that call returns")
        case .closed:
            // A call that was under way as the connection broke is reported by libvirt; this one was not made.
            self.init(.hostUnavailable, subject: subject, message: "the connection to libvirt was lost")
        }
    }

    private static func code(for code: ErrorCode) -> Code {
        switch code {
        case .noDomain: .notFound
        case .resourceBusy: .busy
        case .domainExist, .operationInvalid: .conflict
        case .noSupport, .operationUnsupported, .configUnsupported, .argumentUnsupported: .unsupported
        case .operationDenied, .accessDenied, .authFailed: .denied
        case .noMemory: .exhausted
        case .operationTimeout: .deadlineExceeded
        case .noConnect, .rpc: .hostUnavailable
        case .operationAborted: .cancelled
        default: .failed
        }
    }

    private static func hint(for code: ErrorCode) -> String? {
        switch code {
        case .agentUnresponsive: "is the guest agent installed and running in the guest?"
        case .operationDenied, .accessDenied: "this connection may only read"
        default: nil
        }
    }
}

extension ErrorCode {
    /// Whether libvirt says by it that it did nothing. With any other a part of the change may have taken effect, such
    /// as one that the hypervisor made and libvirt could not write down.
    fileprivate var isRefusal: Bool {
        switch self {
        case .noDomain, .domainExist, .operationInvalid, .invalidArgument, .invalidDomain, .resourceBusy,
            .operationTimeout, .noSupport, .operationUnsupported, .configUnsupported, .argumentUnsupported,
            .operationDenied, .accessDenied, .authFailed, .xmlError, .xmlDetail, .agentUnsynced:
            true
        default: false
        }
    }
}

extension LibvirtError.Report {
    /// Whether the call got no answer because the connection broke: libvirt's client says so with codes that stand
    /// for anything, such as `internalError`, in the domain of its own messages.
    fileprivate var isLostConnection: Bool {
        domain == .rpc && [.internalError, .systemError, .rpc].contains(code)
    }
}

extension ComputeError {
    /// What an invalid document means to the caller of a port.
    init(_ invalid: InvalidSpec, subject: String) {
        self.init(
            .invalid, subject: subject, message: "the instance document breaks \(invalid.problems.count) rules",
            hint: "`roost spec check FILE` lists them", problems: invalid.problems)
    }

    /// What an instance that cannot be planned means to the caller of a port.
    init(_ error: PlanError, subject: String) {
        switch error {
        case .lacks(let problem):
            self.init(
                .unsupported, subject: subject, message: "the host lacks what `\(problem.path)` needs",
                problems: [problem])
        case .exhausted(let problem):
            self.init(
                .exhausted, subject: subject, message: "the host has too little left for `\(problem.path)`",
                problems: [problem])
        case .architecture(let name):
            self.init(.unsupported, subject: subject, message: "Roost plans no guests of architecture \(name)")
        }
    }

    /// What a failure of the store means to the caller of a port.
    init(_ error: StorageError, subject: String) {
        self.init(error.code, subject: subject, message: error.message, hint: error.hint)
    }

    /// What a failure of the network means to the caller of a port.
    init(_ error: NetworkingError, subject: String) {
        self.init(error.code, subject: subject, message: error.message, hint: error.hint)
    }
}
