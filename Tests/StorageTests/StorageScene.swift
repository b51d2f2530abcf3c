// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Glibc
import InstanceModel
import Programs
import SystemPackage

@testable import Storage

/// A state directory of a test's own, removed with its last reference.
final class StorageScene: Sendable {
    let root: FilePath
    /// Another account than ours where there can be one.
    let guest: FileOwner?
    let store: ImageStore
    let instances: InstanceFiles

    init(in parent: FilePath = "/tmp") throws {
        root = parent.appending("roost-storage-\(UInt64.random(in: 0 ... .max))")
        guest = geteuid() == 0 ? FileOwner(userID: 65_534, groupID: 65_534) : nil
        store = ImageStore(directory: root.appending("images"), guest: guest)
        instances = InstanceFiles(directory: root.appending("instances"), guest: guest)
        for path in [root, root.appending("images"), root.appending("instances")] {
            try FileManager.default.createDirectory(
                atPath: path.string, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o711])
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root.string)
    }

    /// Writes a file outside of the store.
    func file(_ name: String, _ bytes: [UInt8]) throws -> FilePath {
        let path = root.appending(name)
        try Data(bytes).write(to: URL(fileURLWithPath: path.string))
        return path
    }

    func add(_ name: String, _ bytes: [UInt8], _ format: ImageFormat = .raw, _ kind: ImageKind = .disk) async throws
        -> StoredImage
    {
        let source = try file("source-\(name)", bytes)
        return try await store.add(ImageName(name), from: source, format: format, kind: kind)
    }

    /// A new instance with its directory.
    func instance() throws -> InstanceID {
        let id = InstanceID()
        try instances.createDirectory(of: id)
        return id
    }

    /// The names in a directory, hidden ones too.
    func names(_ path: FilePath) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path.string).sorted()
    }

    var imageNames: [String] {
        get throws { try names(root.appending("images")) }
    }

    func status(_ path: FilePath) throws -> FileStatus {
        var status = stat()
        guard lstat(path.string, &status) == 0 else { throw Errno(rawValue: errno) }
        return FileStatus(status)
    }

    /// The processor's time that this thread has had.
    static func threadTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// How much memory for data this process has (`VmData` of `/proc/self/status`).
    static func dataBytes() throws -> Int {
        let text = try String(contentsOf: URL(fileURLWithPath: "/proc/self/status"), encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmData:") }
        return Int(line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first ?? "0").map { $0 << 10 }
            ?? 0
    }

    static func bytes(_ path: FilePath) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path.string)))
    }
}

/// Runs a program of the host and gives its output.
func output(_ program: String, _ arguments: [String]) async throws -> String {
    let call = ProgramCall(HostProgram(program, package: program), arguments: arguments)
    return String(decoding: try await ProgramRunner().run(call).output, as: UTF8.self)
}

func sha256sum(_ path: FilePath) async throws -> String {
    String(try await output("sha256sum", [path.string]).prefix(64))
}

/// Bytes that are neither zero nor alike.
func noise(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 31) ^ ($0 >> 8)) | 1 }
}

/// A sound qcow2 image of version 3, 1 MiB, clusters of 64 KiB, without data: header, reference count table, one block
/// of it, L1 table.
struct QCOW2Bytes {
    static let cluster = 65_536
    var bytes = [UInt8](repeating: 0, count: 4 * cluster)

    init() {
        put(UInt32(0x5146_49FB), at: 0)
        put(UInt32(3), at: 4)
        put(UInt32(16), at: 20)
        put(UInt64(1 << 20), at: 24)
        put(UInt32(1), at: 36)
        put(UInt64(3 * Self.cluster), at: 40)
        put(UInt64(Self.cluster), at: 48)
        put(UInt32(1), at: 56)
        put(UInt32(4), at: 96)
        put(UInt32(112), at: 100)
        put(UInt64(2 * Self.cluster), at: Self.cluster)
        for index in 0..<4 { put(UInt16(1), at: 2 * Self.cluster + 2 * index) }
    }

    mutating func put<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
        // SAFETY: the bytes are of a value, and read only while the call lasts.
        withUnsafeBytes(of: number.bigEndian) { bytes.replaceSubrange(offset..<offset + $0.count, with: $0) }
    }

    /// The image after a change.
    static func with(_ change: (inout QCOW2Bytes) -> Void) -> [UInt8] {
        var image = QCOW2Bytes()
        change(&image)
        return image.bytes
    }
}
