// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt
import Glibc

/// An object that owns one of libvirt's, and makes calls with it on the connection's threads.
protocol CHandle: AnyObject, Sendable {
    /// libvirt's object; valid as long as this one.
    var pointer: OpaquePointer { get }
    /// The connection that it belongs to.
    var connection: ConnectionHandle { get }
    /// The domain that it is, for those who keep domains apart; nil where it is none.
    var reference: DomainReference? { get }
}

extension CHandle {
    var reference: DomainReference? { nil }

    /// Makes a call with libvirt's object, which stays until the call returns.
    ///
    /// A call that finds the connection lost is not made.
    func call<Value: Sendable>(
        _ name: StaticString,
        lane: CallLane,
        deadline: ContinuousClock.Instant?,
        access: CallAccess = .always,
        isAwaited: Bool = false,
        _ body: @escaping @Sendable (OpaquePointer) throws(LibvirtError) -> Value
    ) async throws(LibvirtError) -> Value {
        guard connection.isOpen else { throw .closed }
        let target = reference.map { CallTarget(host: connection.host, domain: $0.uuid, part: access.part) }
        return try await connection.threads.call(
            name, lane: lane, deadline: deadline, target: target, access: access, isAwaited: isAwaited
        ) { () throws(LibvirtError) -> Value in
            guard self.connection.isOpen else { throw .closed }
            return try self.connection.sending { () throws(LibvirtError) in try body(self.pointer) }
        }
    }

    /// Makes a call that answers with a number, of which a negative one means failure.
    @discardableResult
    func status(
        _ name: StaticString,
        lane: CallLane,
        deadline: ContinuousClock.Instant?,
        access: CallAccess = .always,
        isAwaited: Bool = false,
        _ body: @escaping @Sendable (OpaquePointer) -> Int32
    ) async throws(LibvirtError) -> Int32 {
        try await call(name, lane: lane, deadline: deadline, access: access, isAwaited: isAwaited) {
            pointer throws(LibvirtError) -> Int32 in
            try succeeded(name, body(pointer))
        }
    }

    /// Makes a call that answers with text that is ours to free, or with `NULL` for failure.
    func text(
        _ name: StaticString,
        lane: CallLane,
        deadline: ContinuousClock.Instant?,
        access: CallAccess = .always,
        _ body: @escaping @Sendable (OpaquePointer) -> UnsafeMutablePointer<CChar>?
    ) async throws(LibvirtError) -> String {
        try await call(name, lane: lane, deadline: deadline, access: access) { pointer throws(LibvirtError) -> String in
            try taken(name, body(pointer))
        }
    }
}

/// The answer of a call, or what libvirt says about it where it is negative.
@discardableResult
func succeeded(_ call: StaticString, _ status: Int32) throws(LibvirtError) -> Int32 {
    guard status >= 0 else { throw .lastOnThisThread(after: call) }
    return status
}

/// The answer of a call, or what libvirt says about it where there is none.
func present<Value>(_ call: StaticString, _ value: Value?) throws(LibvirtError) -> Value {
    guard let value else { throw .lastOnThisThread(after: call) }
    return value
}

/// The text that a call answered with; C's copy is freed.
func taken(_ call: StaticString, _ text: UnsafeMutablePointer<CChar>?) throws(LibvirtError) -> String {
    let text = try present(call, text)
    defer { free(text) }
    return String(cString: text)
}

/// Text on its way to C, which would read only up to the first zero byte.
func whole(_ text: String, _ what: String, of call: StaticString) throws(LibvirtError) -> String {
    guard !text.utf8.contains(0) else { throw .zeroByte(in: what, of: call) }
    return text
}
