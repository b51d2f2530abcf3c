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
        try await authorizer.audited(.console, subject: "instance \(id)", context: context) { () throws(ComputeError) in
            let domain = try await requireDomain(id)
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
        do throws(StorageError) {
            return try files.consoleLog(of: id, lastLines: tail)
        } catch {
            throw ComputeError(error, subject: "instance \(id)")
        }
    }

    /// The console's log as it grows; ends when the instance is gone or the task is cancelled.
    public func followConsoleLog(
        _ id: InstanceID, tail: Int?, context: OperationContext
    ) async throws(ComputeError) -> AsyncThrowingStream<[UInt8], any Error> {
        let start = try await consoleLog(id, tail: tail, context: context)
        let opened = GrowingFile(path: files.consoleLogPath(of: id))
        return AsyncThrowingStream(bufferingPolicy: .unbounded) { continuation in
            let task = Task {
                var follower = opened
                continuation.yield(start)
                while !Task.isCancelled {
                    if let bytes = follower.next() { continuation.yield(bytes) }
                    guard (try? await Task.sleep(for: .milliseconds(100))) != nil else { break }
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
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

/// A file that another process appends to and now and then replaces by a new one of the same name.
private struct GrowingFile {
    private let path: FilePath
    private var inode: UInt64?
    private var offset: Int64 = 0

    init(path: FilePath) {
        self.path = path
        (inode, offset) = BoundedFile.extent(of: path) ?? (nil, 0)
    }

    /// What was appended since the last call, at most 1 MiB; nil where nothing was.
    mutating func next() -> [UInt8]? {
        guard let (inode, size) = BoundedFile.extent(of: path) else { return nil }
        if inode != self.inode || size < offset {
            self.inode = inode
            offset = 0
        }
        guard size > offset, let bytes = try? BoundedFile.contents(of: path, from: offset, atMost: 1 << 20) else {
            return nil
        }
        offset += Int64(bytes.count)
        return bytes
    }
}
