// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import RoostKit

@testable import Libvirt

/// What happens to one call to libvirt.
enum CallFault: Hashable, Sendable, CustomStringConvertible {
    /// It fails: before it has an effect, or after its whole effect.
    case fails(Cause, ProbePoint.Moment)
    /// Its deadline passes, before it is made or after its whole effect.
    case expires(ProbePoint.Moment)
    /// Its deadline passes, and it takes effect only then, before the next call.
    case late

    /// A class of errors that libvirt has.
    enum Cause: String, CaseIterable {
        case connectionLost, noDomain, operationInvalid, internalError, denied, busy, timedOut, noMemory
    }

    /// Every fault.
    static let all: [CallFault] =
        Cause.allCases.map { .fails($0, .before) } + [
            .fails(.connectionLost, .after), .fails(.internalError, .after), .expires(.before), .expires(.after), .late,
        ]

    /// Whether `make chaos` runs: then every fault is tried at every call, else one at each, in turn.
    static let triesAll = ProcessInfo.processInfo.environment["ROOST_CHAOS"] == "1"

    /// The faults to try at a call: none that would be an answer, and no fault.
    static func chosen(at position: Int, of call: String) -> [CallFault] {
        let applicable = all.filter { !$0.isAnswer(of: call) }
        return triesAll ? applicable : [applicable[position % applicable.count]]
    }

    /// Whether it is what the call answers with, so that it would be a lie and not a fault: that there is no such
    /// domain, or that it does not run.
    private func isAnswer(of call: String) -> Bool {
        switch self {
        case .fails(.noDomain, _): call.hasPrefix("virDomain")
        case .fails(.operationInvalid, _): call == "virDomainDestroyFlags"
        default: false
        }
    }

    /// What the caller gets.
    func error(of call: String) -> LibvirtError {
        switch self {
        case .fails(let cause, _): .reported(cause.report(of: call))
        case .expires(.before): .deadlineExceeded(call: call, callMade: false)
        case .expires(.after), .late: .deadlineExceeded(call: call, callMade: true)
        }
    }

    var description: String {
        switch self {
        case .fails(let cause, let moment): "\(cause.rawValue) \(moment.rawValue)"
        case .expires(let moment): "deadline \(moment.rawValue)"
        case .late: "late"
        }
    }
}

extension CallFault.Cause {
    fileprivate func report(of call: String) -> LibvirtError.Report {
        let (code, domain): (ErrorCode, ErrorDomain) =
            switch self {
            case .connectionLost: (.systemError, .rpc)
            case .noDomain: (.noDomain, .qemu)
            case .operationInvalid: (.operationInvalid, .qemu)
            case .internalError: (.internalError, .qemu)
            case .denied: (.accessDenied, .access)
            case .busy: (.resourceBusy, .qemu)
            case .timedOut: (.operationTimeout, .qemu)
            case .noMemory: (.noMemory, .qemu)
            }
        return LibvirtError.Report(code: code, domain: domain, level: .error, call: call, message: "harmed: \(self)")
    }
}

/// Makes a driver's calls to libvirt, writes them down, and harms one of them.
final class CallFaults: CallInterposer {
    private struct State {
        var asked: [String] = []
        var made: [String] = []
        var fault: (position: Int, what: CallFault)?
        var struck: LibvirtError?
        var late: (@Sendable () -> Void)?
    }

    private let state = Guarded(State())
    /// The call that is harmed, from 0.
    let position: Int

    /// Calls are made as they are, but for the one at `position`, from 0.
    init(_ fault: CallFault? = nil, at position: Int = 0) {
        self.position = position
        state.withLock { $0.fault = fault.map { (position, $0) } }
    }

    /// What was asked for, in order.
    var asked: [String] { state.withLock { $0.asked } }
    /// What was really made, in order.
    var made: [String] { state.withLock { $0.made } }
    /// What the caller of the call that was harmed got; nil where it was never reached.
    var struck: LibvirtError? { state.withLock { $0.struck } }

    func make<Value: Sendable>(
        _ call: String, _ body: @escaping @Sendable () throws(LibvirtError) -> Value
    ) throws(LibvirtError) -> Value {
        finish()
        let fault = state.withLock { state -> CallFault? in
            state.asked.append(call)
            guard let (position, what) = state.fault, position == state.asked.count - 1 else { return nil }
            state.struck = what.error(of: call)
            return what
        }
        switch fault {
        case nil: return try run(call, body)
        case .fails(_, .before), .expires(.before): break
        case .fails(_, .after), .expires(.after): _ = try run(call, body)
        case .late: state.withLock { $0.late = { _ = try? self.run(call, body) } }
        }
        throw fault?.error(of: call) ?? .closed
    }

    /// Lets a call that is late take effect now.
    func finish() {
        let late = state.withLock { state in
            defer { state.late = nil }
            return state.late
        }
        late?()
    }

    private func run<Value>(
        _ call: String, _ body: () throws(LibvirtError) -> Value
    ) throws(LibvirtError) -> Value {
        state.withLock { $0.made.append(call) }
        return try body()
    }
}
