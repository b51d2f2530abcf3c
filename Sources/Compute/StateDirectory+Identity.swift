// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import InstanceModel
import SystemPackage

extension StateDirectory {
    /// Whether a state directory is where it was when it was recorded.
    public enum IdentityCheck: Sendable, Hashable {
        /// It is the same directory in the same place.
        case matching
        /// Nothing was recorded: it was never prepared.
        case unrecorded
        /// It was moved or copied since this boot of the host; each sentence says what differs.
        ///
        /// A daemon that is started now may not reach the monitors of live guests, and would kill them.
        case moved([String])
        /// It was moved, copied or restored, and was last in use before this boot: no guest of then lives.
        case movedBeforeBoot([String])
    }

    /// Compares the directory with its record: the real path, the inode, and within one boot of the host the device.
    ///
    /// Device numbers are given anew at each boot; no guest lives that long, so that they tell nothing then.
    ///
    /// - Throws: ``ComputeError`` with code `failed` where the record or the directory cannot be read.
    public func verifyIdentity() throws(ComputeError) -> IdentityCheck {
        guard let recorded = try identity() else { return .unrecorded }
        let present = try place()
        var differences: [String] = []
        if recorded.path != present.path {
            differences.append("it was recorded at \(recorded.path), and is at \(present.path)")
        }
        if recorded.inode != present.inode {
            differences.append(
                "it is another directory than was recorded (inode \(present.inode), not \(recorded.inode))")
        }
        if recorded.bootID == present.bootID, recorded.device != present.device {
            differences.append("it is on another file system (device \(present.device), not \(recorded.device))")
        }
        if differences.isEmpty { return .matching }
        return recorded.bootID == present.bootID ? .moved(differences) : .movedBeforeBoot(differences)
    }

    /// Makes sure that a daemon which is started now finds every guest of the directory where it was started, and
    /// records the directory's place for this boot of the host.
    ///
    /// A directory that was moved or restored before the host was booted has no live guest, and is taken as it is,
    /// unless a process still names one of the two places: it may be a copy, whose original is in use.
    ///
    /// - Throws: ``ComputeError`` with code `hostUnavailable` where a live guest might not be found; and as
    ///   ``verifyIdentity()`` and ``recordPlace()``.
    public func confirmPlace() throws(ComputeError) {
        switch try verifyIdentity() {
        case .unrecorded: return
        case .matching:
            // What is recorded tells of this boot from now on: a later move is one under live guests.
            if try identity()?.bootID != bootID() { try recordPlace() }
        case .moved(let differences):
            throw elsewhere(
                differences, "put it back, or move it after its guests are off and before the host is booted again")
        case .movedBeforeBoot(let differences):
            let places = try [identity()?.path, place().path].compactMap(\.self)
            if let user = LiveProcess.first(namingAnyOf: places.map { FilePath($0).appending("private") }) {
                throw elsewhere(
                    differences + ["process \(user.processID) (\(user.program)) uses \(user.path)"],
                    "end that process, or put the directory back")
            }
            try recordPlace()
        }
    }

    private func elsewhere(_ differences: [String], _ hint: String) -> ComputeError {
        ComputeError(
            .hostUnavailable, subject: "state directory \(path)",
            message: "this state directory is not where its guests were started: "
                + differences.joined(separator: "; "),
            hint: hint + "; a daemon that cannot reach a running guest would end it")
    }

    /// Records the present place, and keeps the connection: for a new directory, and after one was moved on purpose
    /// while no guest ran.
    ///
    /// - Throws: ``ComputeError`` with code `busy` where another process writes the record for long, `failed`,
    ///   `exhausted`.
    public func recordPlace() throws(ComputeError) {
        try rewriteIdentity { recorded throws(ComputeError) in
            var present = try place()
            present.connection = recorded?.connection
            return present
        }
    }

    /// The connection that the directory is bound to, as libvirt's URI; nil before the first write.
    public func binding() throws(ComputeError) -> String? {
        try identity()?.connection
    }

    /// Binds the directory to a connection for good; does nothing where it is bound to that one.
    ///
    /// - Throws: ``ComputeError`` with code `conflict` where it is bound to another connection.
    public func bind(connection: String) throws(ComputeError) {
        guard try binding() != connection else { return }
        try rewriteIdentity { recorded throws(ComputeError) in
            if let bound = recorded?.connection, bound != connection {
                throw ComputeError(
                    .conflict, subject: "state directory",
                    message: "\(path) is bound to \(bound), where its instances are, and not to \(connection)",
                    hint: "leave --connect out, or use another state directory")
            }
            return try rebound(recorded, connection)
        }
    }

    /// Binds the directory to another connection; the caller has made sure that no instance exists.
    public func rebind(connection: String) throws(ComputeError) {
        try rewriteIdentity { recorded throws(ComputeError) in try rebound(recorded, connection) }
    }

    /// What `state.json` holds; nil where there is none.
    func identity() throws(ComputeError) -> StateIdentity? {
        guard isPrepared else { return nil }
        guard let bytes = try DirectoryHandle.open(path).read("state.json", atMost: 65_536) else { return nil }
        guard let values = try? FlatDocument.parse(bytes), let identity = StateIdentity(values) else {
            throw ComputeError(
                .failed, subject: identityFile.string, message: "\(identityFile) is damaged: it does not read as JSON",
                hint: "put it back from a copy; or remove it, if no guest runs and the directory was never moved")
        }
        return identity
    }

    private func rebound(_ recorded: StateIdentity?, _ connection: String) throws(ComputeError) -> StateIdentity {
        var identity = if let recorded { recorded } else { try place() }
        identity.connection = connection
        return identity
    }

    private func place() throws(ComputeError) -> StateIdentity {
        let status = try DirectoryHandle.open(path).status()
        guard let resolved = realpath(path.string, nil) else { throw .system(errno, "resolve", path) }
        defer { free(resolved) }
        return StateIdentity(
            path: String(cString: resolved), device: UInt64(status.st_dev), inode: UInt64(status.st_ino),
            bootID: try bootID(), connection: nil)
    }

    private func bootID() throws(ComputeError) -> String {
        let directory = try DirectoryHandle.open("/proc/sys/kernel/random")
        guard let bytes = try directory.read("boot_id", atMost: 64) else {
            throw .system(ENOENT, "read", "/proc/sys/kernel/random/boot_id")
        }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    private func rewriteIdentity(
        _ change: (StateIdentity?) throws(ComputeError) -> StateIdentity
    ) throws(ComputeError) {
        try exclusively { () throws(ComputeError) in
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let changed = try change(identity())
            guard let data = try? encoder.encode(changed) else { return }
            try DirectoryHandle.open(path).replace("state.json", with: [UInt8](data))
        }
    }

    /// Runs `body` while no other process is in such a body for this directory.
    ///
    /// - Throws: ``ComputeError`` with code `busy` where another one is in for more than about five seconds; each
    ///   takes milliseconds.
    func exclusively<R>(_ body: () throws(ComputeError) -> R) throws(ComputeError) -> R {
        let file = locks.appending("state.lock")
        let holder = LockHolder(operation: "state", principal: "uid:\(geteuid())", processID: getpid(), since: Date())
        for _ in 0..<2_500 {
            guard let lock = try LockFile.tryLock(file, holder: holder) else {
                usleep(2_000)
                continue
            }
            let result: Result<R, ComputeError>
            do throws(ComputeError) {
                result = .success(try body())
            } catch {
                result = .failure(error)
            }
            lock.release()
            return try result.get()
        }
        throw ComputeError(
            .busy, subject: "state directory", message: "another process keeps \(file) locked",
            hint: "see whether process \(try LockFile.holder(file)?.processID ?? 0) hangs")
    }
}

/// What is recorded of a state directory's place and connection.
struct StateIdentity: Encodable, Hashable {
    let path: String
    let device: UInt64
    let inode: UInt64
    let bootID: String
    var connection: String?

    enum CodingKeys: String, CodingKey {
        case path, device, inode, connection
        case bootID = "boot_id"
    }
}

extension StateIdentity {
    /// What the file's names and values say; nil where one is missing or no number.
    fileprivate init?(_ values: [String: String]) {
        guard let path = values["path"], let device = values["device"].flatMap(UInt64.init),
            let inode = values["inode"].flatMap(UInt64.init), let bootID = values["boot_id"]
        else { return nil }
        self.init(path: path, device: device, inode: inode, bootID: bootID, connection: values["connection"])
    }
}
