// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import InstanceModel
import Libvirt
import Storage
import SystemPackage

extension LibvirtDriver {
    /// Opens the serial console of a running instance (`virDomainOpenConsole`).
    public func openConsole(
        _ id: InstanceID, takeOver: Bool, context: OperationContext
    ) async throws(ComputeError) -> any ConsoleSession {
        try await acting(.console, on: id, needs: .console, context: context) { () throws(ComputeError) in
            let domain = try await requireDomain(id, until: context.deadline)
            let subject = "instance \(domain.name)"
            do throws(LibvirtError) {
                let stream = try await domain.openConsole(
                    flags: takeOver ? .force : .safe, deadline: deadline(context, within: Self.readLimit))
                return DomainConsole(stream: stream, subject: subject)
            } catch {
                throw Self.consoleError(error, subject: subject)
            }
        }
    }

    /// What the guest wrote to its console, out of the bounded log that virtlogd keeps.
    public func consoleLog(
        _ id: InstanceID, tail: Int?, context: OperationContext
    ) async throws(ComputeError) -> [UInt8] {
        try authorizer.authorize(.console, subject: "instance \(id)", context: context)
        return try await naming(id) { () throws(ComputeError) in
            try await require(.console, for: "instance \(id)")
            do throws(StorageError) {
                return try files.consoleLog(of: id, lastLines: tail)
            } catch {
                throw ComputeError(error, subject: "instance \(id)")
            }
        }
    }

    /// The console's log as it grows; ends when the instance's directory is gone or the task is cancelled.
    ///
    /// Nothing is read ahead: a reader that is slow makes the log's bound hold for memory too.
    public func followConsoleLog(
        _ id: InstanceID, tail: Int?, context: OperationContext
    ) async throws(ComputeError) -> AsyncThrowingStream<[UInt8], any Error> {
        let follower = ConsoleFollower(log: files.consoleLogPath(of: id), directory: files.directory(of: id))
        await follower.begin(with: try await consoleLog(id, tail: tail, context: context))
        return AsyncThrowingStream { await follower.next() }
    }

    private static func consoleError(_ error: LibvirtError, subject: String) -> ComputeError {
        let translated = ComputeError(error, subject: subject, change: false)
        switch error.code {
        case ErrorCode.operationInvalid:
            return ComputeError(
                .conflict, subject: subject, message: "it does not run, so that it has no console",
                hint: "`roost start` starts it; `roost console NAME --log` shows what it wrote",
                libvirt: translated.libvirt)
        case ErrorCode.operationFailed:
            return ComputeError(
                .busy, subject: subject, message: "another session holds its console",
                hint: "`roost console NAME --take-over` ends that session", libvirt: translated.libvirt)
        default:
            return translated
        }
    }
}

/// A libvirt console stream as a session of the port.
private struct DomainConsole: ConsoleSession {
    let stream: ConsoleStream
    let subject: String

    var output: AsyncStream<[UInt8]> { stream.bytes }

    func write(_ bytes: [UInt8]) async throws(ComputeError) {
        do throws(LibvirtError) {
            try await stream.write(bytes)
        } catch {
            throw ComputeError(error, subject: subject, change: true)
        }
    }

    func close() async {
        await stream.close()
    }
}
