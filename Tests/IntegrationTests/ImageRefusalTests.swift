// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import Testing

/// Files that may not become images, and a disk without room for them.
@Suite("roost image add's refusals", .serialized)
struct ImageRefusalTests {
    /// A file that is refused, and a part of the reason.
    enum BadImage: String, CaseIterable {
        case rawAsQCOW2 = "is not a qcow2 image"
        case qcow2AsRaw = "is qcow, not what it was declared to be"
        case backingFile = "lies over a backing file"
        case truncated = "is truncated"
        case brokenReferences = "is corrupt in"
        case empty = "is empty"
        case flatVMDK = "keeps its data in another file"
        case gzipAsRaw = "is gzip, not what it was declared to be"

        var format: String {
            switch self {
            case .qcow2AsRaw, .gzipAsRaw: "raw"
            case .flatVMDK: "vmdk"
            case .rawAsQCOW2, .backingFile, .truncated, .brokenReferences, .empty: "qcow2"
            }
        }

        /// Makes the file.
        func make(at path: String) throws {
            let tiny = try GuestImage.tiny.path()
            switch self {
            case .rawAsQCOW2: try Data(count: 1 << 20).write(to: URL(filePath: path))
            case .empty: try Data().write(to: URL(filePath: path))
            case .qcow2AsRaw: try HostCommand("cp", tiny, path).output()
            case .flatVMDK:
                let text = "# Disk DescriptorFile\nversion=1\ncreateType=\"monolithicFlat\"\n"
                try Data((text + "RW 8 FLAT \"/etc/hostname\" 0\n").utf8).write(to: URL(filePath: path))
            case .gzipAsRaw: try (Data([0x1F, 0x8B, 8]) + Data(count: 509)).write(to: URL(filePath: path))
            case .backingFile:
                try HostCommand("qemu-img", "create", "-q", "-f", "qcow2", "-b", tiny, "-F", "qcow2", path).output()
            case .truncated:
                try HostCommand("cp", tiny, path).output()
                try HostCommand("truncate", "-s", "70000", path).output()
            case .brokenReferences:
                try HostCommand("cp", tiny, path).output()
                try Self.clearReferences(of: path)
            }
        }

        /// Zeroes the first block of reference counts, which the table at the offset in bytes 48 to 55 points to.
        private static func clearReferences(of path: String) throws {
            let file = try FileHandle(forUpdating: URL(filePath: path))
            let table = try number(in: file, at: 48)
            let block = try number(in: file, at: table)
            try file.seek(toOffset: block)
            try file.write(contentsOf: Data(count: 4_096))
            try file.close()
        }

        private static func number(in file: FileHandle, at offset: UInt64) throws -> UInt64 {
            try file.seek(toOffset: offset)
            return try #require(try file.read(upToCount: 8)).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    @Test("refuses a bad file with the reason, and keeps nothing of it", arguments: BadImage.allCases)
    func refused(image: BadImage) async throws {
        let lab = try await Lab.ready("bad-image")
        let before = try await HostSnapshot.take(lab)
        let path = try Lab.base + "/\(image).bad"
        defer { unlink(path) }
        try image.make(at: path)
        let outcome = try await lab.roost("image", "add", "bad", path, "--format", image.format, "-o", "json")
        #expect(outcome.status == 2)
        #expect(try outcome.error["kind"] == "invalid")
        #expect(try outcome.error["message"]?.text?.contains(image.rawValue) == true, "\(outcome.errorText)")
        try await lab.expectUnchanged(since: before)
    }

    @Test("takes a compressed VMDK from standard input, and keeps what a guest would see of it")
    func converted() async throws {
        let lab = try await Lab.ready("bad-image")
        let before = try await HostSnapshot.take(lab)
        let path = try Lab.base + "/tiny.vmdk"
        defer { for file in [path, path + ".xz"] { unlink(file) } }
        let tiny = try GuestImage.tiny.path()
        let options = ["-f", "qcow2", "-O", "vmdk", "-o", "subformat=streamOptimized"]
        try HostCommand(["qemu-img", "convert"] + options + [tiny, path]).output()
        try HostCommand("xz", "-1", "-k", path).output()
        let digest = try HostCommand("sha256sum", path + ".xz").output().prefix(64)
        var roost = lab.roost
        roost.prefix = ["sh", "-c", "exec \"$@\" <\"$0\"", path + ".xz"]
        let outcome = try await roost(
            "image", "add", "converted", "-", "--format", "vmdk", "--compression", "xz", "--sha256", String(digest))
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let kept = "\(lab.state.images)/converted.qcow2"
        try HostCommand("qemu-img", "compare", "-f", "qcow2", "-F", "qcow2", tiny, kept).output()
        #expect(try await lab.roost("image", "delete", "converted").status == 0)
        try await lab.expectUnchanged(since: before)
    }

    @Test("says that the disk is full, and keeps nothing of the image")
    func fullDisk() async throws {
        let directory = try Lab.base + "/disk"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        // The small file system is in a mount namespace of the command alone, for which anybody has the right in a user
        // namespace: what is left in it is looked at from inside.
        let rights = geteuid() == 0 ? ["--propagation", "private"] : ["--user", "--map-current-user", "--keep-caps"]
        let script = """
            mount -t tmpfs -o size=16m,mode=0711 roost-test "$0" || exit 99
            "$@"
            status=$?
            ls -A "$0/full/images"
            "$1" image list -o json
            exit $status
            """
        var roost = CommandRun(stateDirectory: directory + "/full")
        roost.prefix = ["unshare", "--mount"] + rights + ["sh", "-c", script, directory]
        let outcome = try await roost(
            "image", "add", "tiny", GuestImage.tiny.path(), "--format", "qcow2", "-o", "json")
        #expect(outcome.status == 9, "\(outcome.errorText)")
        #expect(try outcome.error["kind"] == "exhausted")
        #expect(try outcome.error["outcome"] == "did_not_happen")
        #expect(try outcome.json == .array([]), "\(outcome.text)")
    }
}
