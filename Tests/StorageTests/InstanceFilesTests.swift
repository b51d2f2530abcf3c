// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Glibc
import InstanceModel
import Programs
import SystemPackage
import Testing

@testable import Storage

@Suite("Files of instances")
struct InstanceFilesTests {
    private let scene: StorageScene

    init() throws {
        scene = try StorageScene()
    }

    private struct ImageInfo: Decodable {
        let format: String
        let virtualSize: UInt64
        let backingFilename: String?
        let backingFormat: String?

        enum CodingKeys: String, CodingKey {
            case format
            case virtualSize = "virtual-size"
            case backingFilename = "full-backing-filename"
            case backingFormat = "backing-filename-format"
        }
    }

    private func info(_ path: FilePath) async throws -> ImageInfo {
        let text = try await output("qemu-img", ["info", "-f", "qcow2", "--output=json", path.string])
        return try JSONDecoder().decode(ImageInfo.self, from: Data(text.utf8))
    }

    @Test("makes a directory that only the guest account can pass through, and a console that is its own")
    func directory() throws {
        let id = try scene.instance()
        let directory = try scene.status(scene.instances.directory(of: id))
        #expect(directory.mode & 0o7777 == (scene.guest == nil ? 0o700 : 0o711))
        #expect(directory.userID == geteuid())
        let console = try scene.status(scene.instances.consoleLogPath(of: id).removingLastComponent())
        #expect(console.mode & 0o7777 == 0o700)
        #expect(console.userID == scene.guest?.userID ?? geteuid())
        #expect(console.groupID == scene.guest?.groupID ?? getegid())
        #expect(throws: StorageError.exists(scene.instances.directory(of: id))) {
            try scene.instances.createDirectory(of: id)
        }
        #expect(try scene.instances.list() == [id])
    }

    @Test("lists only directories named by an identity")
    func list() throws {
        let id = try scene.instance()
        let root = scene.root.appending("instances")
        try Data().write(to: URL(fileURLWithPath: root.appending(InstanceID().description).string))
        for name in ["other", InstanceID().description.uppercased() + "0", ".hidden"] {
            #expect(mkdir(root.appending(name).string, 0o700) == 0)
        }
        #expect(try scene.instances.list() == [id])
    }

    @Test(
        "makes an overlay that names its base and format, and never writes to the base", arguments: ImageFormat.allCases
    )
    func overlay(format: ImageFormat) async throws {
        let content = format == .raw ? noise(1 << 20) : QCOW2Bytes().bytes
        let image = try await scene.add("base", content, format)
        let id = try scene.instance()
        let disk = try await scene.instances.createDisk(1, of: id, on: image, size: .mebibytes(64))
        #expect(disk.path == scene.instances.diskPath(1, of: id))
        #expect(disk.size == .mebibytes(64))
        let info = try await info(disk.path)
        #expect(info.format == "qcow2")
        #expect(info.virtualSize == 64 << 20)
        #expect(info.backingFilename == image.path.string)
        #expect(info.backingFormat == format.rawValue)
        let status = try scene.status(disk.path)
        #expect(status.mode & 0o7777 == 0o600)
        #expect(status.userID == scene.guest?.userID ?? geteuid())
        #expect(status.groupID == scene.guest?.groupID ?? getegid())
        _ = try await output("qemu-io", ["-f", "qcow2", "-c", "write -P 9 0 1M", disk.path.string])
        #expect(try StorageScene.bytes(image.path) == content)
        try await scene.store.verify(image)
        #expect(try scene.names(scene.instances.directory(of: id)) == ["console", "disk-1.json", "disk-1.qcow2"])
        #expect(try scene.instances.disks(of: id) == [disk])
        #expect(disk.image == image.name)
        #expect(disk.imageSHA256 == image.sha256)
    }

    @Test("makes a disk as large as its image where no size is asked for, and refuses smaller ones")
    func sizes() async throws {
        let image = try await scene.add("base", noise(2 << 20))
        let id = try scene.instance()
        let expected = StorageError.smallerThanImage(image.name, requested: .mebibytes(1), image: .mebibytes(2))
        await #expect(throws: expected) {
            try await scene.instances.createDisk(0, of: id, on: image, size: .mebibytes(1))
        }
        #expect(try await scene.instances.createDisk(0, of: id, on: image, size: nil).size == .mebibytes(2))
        #expect(try await info(scene.instances.diskPath(0, of: id)).virtualSize == 2 << 20)
    }

    @Test("makes an empty disk")
    func blank() async throws {
        let id = try scene.instance()
        let disk = try await scene.instances.createDisk(0, of: id, size: .gibibytes(100))
        let info = try await info(disk.path)
        #expect(info.virtualSize == 100 << 30)
        #expect(info.backingFilename == nil)
        #expect(disk.image == nil)
        #expect(try scene.instances.disks(of: id) == [disk])
    }

    @Test("makes no disk twice, none on a ramdisk, and none without a directory")
    func refusedDisks() async throws {
        let initrd = try await scene.add("ramdisk", noise(512), .raw, .initrd)
        let id = try scene.instance()
        await #expect(throws: StorageError.wrongKind(initrd.name, needed: "disk")) {
            try await scene.instances.createDisk(0, of: id, on: initrd, size: nil)
        }
        let disk = try await scene.instances.createDisk(0, of: id, size: .mebibytes(1))
        let before = try StorageScene.bytes(disk.path)
        await #expect(throws: StorageError.exists(disk.path)) {
            try await scene.instances.createDisk(0, of: id, size: .mebibytes(2))
        }
        #expect(try StorageScene.bytes(disk.path) == before)
        let other = InstanceID()
        await #expect(throws: StorageError.instanceNotFound(other)) {
            try await scene.instances.createDisk(0, of: other, size: .mebibytes(1))
        }
        #expect(throws: StorageError.instanceNotFound(other)) { try scene.instances.disks(of: other) }
    }

    @Test("trusts no manifest of another instance")
    func foreignManifest() async throws {
        let (id, other) = (try scene.instance(), try scene.instance())
        _ = try await scene.instances.createDisk(0, of: id, size: .mebibytes(1))
        let manifest = scene.instances.directory(of: other).appending("disk-0.json")
        try FileManager.default.copyItem(
            atPath: scene.instances.directory(of: id).appending("disk-0.json").string, toPath: manifest.string)
        #expect(throws: StorageError.manifestUnreadable(manifest, reason: "it is that of another instance")) {
            try scene.instances.disks(of: other)
        }
    }
}

@Suite("Removing instances")
struct InstanceRemovalTests {
    private let scene: StorageScene

    init() throws {
        scene = try StorageScene()
    }

    @Test("removes everything of an instance, and does nothing the second time")
    func remove() async throws {
        let (id, other) = (try scene.instance(), try scene.instance())
        _ = try await scene.instances.createDisk(0, of: id, size: .mebibytes(1))
        try scene.instances.remove(id)
        try scene.instances.remove(id)
        #expect(try scene.instances.list() == [other])
        #expect(try scene.names(scene.root.appending("instances")) == [other.description])
    }

    @Test("follows no link out of the directory, and removes names of any bytes")
    func hostileContent() throws {
        let id = try scene.instance()
        let outside = scene.root.appending("outside")
        #expect(mkdir(outside.string, 0o700) == 0)
        let precious = try scene.file("outside/precious", [1])
        let console = scene.instances.consoleLogPath(of: id).removingLastComponent()
        #expect(symlink(outside.string, console.appending("directory").string) == 0)
        #expect(symlink(precious.string, console.appending("file").string) == 0)
        #expect(mkfifo(console.appending("fifo").string, 0o600) == 0)
        let raw = (console.string + "/").utf8CString.dropLast() + [CChar(bitPattern: 0xFF), 10, 0]
        #expect(mkdir(Array(raw), 0o000) == 0)
        try scene.instances.remove(id)
        #expect(try StorageScene.bytes(precious) == [1])
        #expect(try scene.instances.list().isEmpty)
    }

    @Test("removes nothing through a link in the place of the directory")
    func link() throws {
        let id = InstanceID()
        let outside = scene.root.appending("outside")
        #expect(mkdir(outside.string, 0o700) == 0)
        let precious = try scene.file("outside/precious", [1])
        let place = scene.instances.directory(of: id)
        #expect(symlink(outside.string, place.string) == 0)
        let reason = "it is a link, or not the kind of file that is expected"
        #expect(throws: StorageError.unsafePath(place, reason: reason)) { try scene.instances.remove(id) }
        #expect(try StorageScene.bytes(precious) == [1])
    }

    @Test("gives up on a tree that is meant to use up descriptors")
    func deepTree() throws {
        let id = try scene.instance()
        var path = scene.instances.consoleLogPath(of: id).removingLastComponent()
        for _ in 0..<64 {
            path.append("d")
            #expect(mkdir(path.string, 0o700) == 0)
        }
        let tooDeep = path.removingLastComponent()
        #expect(throws: StorageError.unsafePath(tooDeep, reason: "it is too deep")) { try scene.instances.remove(id) }
        try FileManager.default.removeItem(atPath: tooDeep.string)
        try scene.instances.remove(id)
        #expect(try scene.instances.list().isEmpty)
    }
}

@Suite("Reading a console's log")
struct ConsoleLogTests {
    private let scene: StorageScene
    private let id: InstanceID
    private let log: FilePath

    init() throws {
        scene = try StorageScene()
        id = try scene.instance()
        log = scene.instances.consoleLogPath(of: id)
    }

    private func write(_ text: String, to path: FilePath) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path.string))
    }

    private func rotated(_ index: Int) -> FilePath {
        log.removingLastComponent().appending("console.log.\(index)")
    }

    private func tail(_ lines: Int?, limit: Int = 1_000) throws -> String {
        String(decoding: try scene.instances.consoleLog(of: id, lastLines: lines, limit: limit), as: UTF8.self)
    }

    @Test(
        "joins the rotated files, oldest first, and gives the last lines",
        arguments: [
            (nil, "1\n2\n3\n4\n5\n6"), (0, ""), (1, "6"), (2, "5\n6"), (3, "4\n5\n6"), (4, "3\n4\n5\n6"),
            (6, "1\n2\n3\n4\n5\n6"), (100, "1\n2\n3\n4\n5\n6"),
        ] as [(Int?, String)])
    func lines(count: Int?, expected: String) throws {
        try write("1\n2", to: rotated(1))
        try write("\n3\n4\n", to: rotated(0))
        try write("5\n6", to: log)
        #expect(try tail(count) == expected)
    }

    @Test("counts a last line with its end once", arguments: [(1, "b\n"), (2, "a\nb\n"), (3, "a\nb\n")])
    func completeLine(count: Int, expected: String) throws {
        try write("a\nb\n", to: log)
        #expect(try tail(count) == expected)
    }

    @Test(
        "gives the newest bytes up to the limit",
        arguments: [(0, ""), (1, "f"), (4, "cdef"), (5, "bcdef"), (9, "abcdef")])
    func limited(limit: Int, expected: String) throws {
        try write("abc", to: rotated(0))
        try write("def", to: log)
        #expect(try tail(nil, limit: limit) == expected)
    }

    @Test("gives nothing where nothing was written, and fails without an instance")
    func nothing() throws {
        #expect(try tail(nil).isEmpty)
        try write("", to: log)
        #expect(try tail(3).isEmpty)
        let other = InstanceID()
        #expect(throws: StorageError.instanceNotFound(other)) { try scene.instances.consoleLog(of: other) }
    }

    @Test("reads no link, no second name of a file, no FIFO and no directory in the log's place")
    func hostile() throws {
        let secret = try scene.file("secret", Array("secret\n".utf8))
        #expect(symlink(secret.string, log.string) == 0)
        #expect(Glibc.link(secret.string, rotated(0).string) == 0)
        #expect(mkfifo(rotated(1).string, 0o600) == 0)
        #expect(mkdir(rotated(2).string, 0o700) == 0)
        try write("good\n", to: rotated(3))
        #expect(try tail(nil) == "good\n")
    }

    @Test("follows no link in the place of the console's directory")
    func linkedDirectory() throws {
        let console = log.removingLastComponent()
        #expect(rmdir(console.string) == 0)
        #expect(symlink(scene.root.string, console.string) == 0)
        let reason = "it is a link, or not the kind of file that is expected"
        #expect(throws: StorageError.unsafePath(console, reason: reason)) {
            try scene.instances.consoleLog(of: id)
        }
    }
}
