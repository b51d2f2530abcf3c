// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Glibc
import InstanceModel
import Programs
import SystemPackage
import TestSupport
import Testing

@testable import Storage

@Suite("Expanding images, and receiving them")
struct ImageExpansionTests {
    private let scene: StorageScene

    init() throws {
        scene = try StorageScene()
    }

    /// Compresses a file beside itself.
    private func compress(_ path: FilePath, _ compression: ImageSource.Compression) async throws -> FilePath {
        switch compression {
        case .gzip: _ = try await output("gzip", ["-1", "-k", path.string])
        case .zstd: _ = try await output("zstd", ["-q", "-1", path.string])
        case .xz: _ = try await output("xz", ["-1", "-k", path.string])
        }
        let endings: [ImageSource.Compression: String] = [.gzip: "gz", .zstd: "zst", .xz: "xz"]
        return FilePath(path.string + "." + (endings[compression] ?? ""))
    }

    @Test("keeps what a compressed file holds, with holes for its zeros", arguments: ImageSource.Compression.allCases)
    func expands(compression: ImageSource.Compression) async throws {
        let plain = try scene.file("disk", noise(1 << 20))
        _ = try await output("truncate", ["-s", "64M", plain.string])
        let given = try await compress(plain, compression)
        let digest = try #require(ImageDigest(try await sha256sum(given).uppercased()))
        let source = ImageSource(.file(given.string), format: .raw, compression: compression, sha256: digest)
        let image = try await scene.store.add(ImageName("x"), from: source, kind: .disk)
        #expect(image.virtualSize == .mebibytes(64))
        #expect(image.sha256 == (try await sha256sum(plain)))
        #expect(image.sha256 == (try await sha256sum(image.path)))
        #expect(try scene.imageNames == ["x.json", "x.lock", "x.raw"])
        var status = stat()
        #expect(lstat(image.path.string, &status) == 0)
        #expect(status.st_blocks * 512 < 8 << 20)
    }

    @Test("expands, then converts, what was compressed after it was made")
    func expandsAndConverts() async throws {
        let plain = try scene.file("disk", noise(1 << 20))
        let path = scene.root.appending("vdi")
        try await ConvertedFormat.all[2].make(path, of: plain)
        let source = ImageSource(
            .file(try await compress(path, .zstd).string), format: .vdi, compression: .zstd)
        let image = try await scene.store.add(ImageName("x"), from: source, kind: .disk)
        let seen = scene.root.appending("seen")
        _ = try await output("qemu-img", ["convert", "-f", "qcow2", "-O", "raw", image.path.string, seen.string])
        #expect(try StorageScene.bytes(seen) == noise(1 << 20))
        #expect(try scene.imageNames == ["x.json", "x.lock", "x.qcow2"])
    }

    @Test(
        "ends a file that expands too far at once, and keeps nothing of it", .timeLimit(.minutes(1)),
        arguments: ImageSource.Compression.allCases)
    func bomb(compression: ImageSource.Compression) async throws {
        let zeros = try scene.file("zeros", [])
        _ = try await output("truncate", ["-s", "256M", zeros.string])
        let bomb = try await compress(zeros, compression)
        var store = scene.store
        store.expansion = ExpansionLimits(ratio: 2, floor: 4 << 20)
        let source = ImageSource(.file(bomb.string), format: .raw, compression: compression)
        await #expect(throws: StorageError.refused(bomb, .expandsTooFar(limit: 4 << 20))) {
            try await store.add(ImageName("x"), from: source, kind: .disk)
        }
        #expect(try scene.imageNames.isEmpty)
    }

    @Test("bounds an expansion by the file's size, and never overflows")
    func limits() {
        let limits = ExpansionLimits()
        #expect(limits.limit(for: 0) == 1 << 30)
        #expect(limits.limit(for: 1 << 30) == 1_000 << 30)
        #expect(limits.limit(for: .max) == 64 << 40)
    }

    @Test("judges what comes out: another format inside is refused", arguments: ImageSource.Compression.allCases)
    func inside(compression: ImageSource.Compression) async throws {
        let image = try scene.file("inside", QCOW2Bytes().bytes)
        let given = try await compress(image, compression)
        let raw = ImageSource(.file(given.string), format: .raw, compression: compression)
        await #expect(throws: StorageError.refused(given, .foreignFormat("qcow"))) {
            try await scene.store.add(ImageName("x"), from: raw, kind: .disk)
        }
        // gzip leaves a file alone whose name says that it was compressed.
        let twice = try await compress(try scene.file("once", StorageScene.bytes(given)), .gzip)
        let nested = ImageSource(.file(twice.string), format: .raw, compression: .gzip)
        await #expect(throws: StorageError.refused(twice, .foreignFormat(compression.rawValue))) {
            try await scene.store.add(ImageName("x"), from: nested, kind: .disk)
        }
        #expect(try scene.imageNames.isEmpty)
    }

    @Test("refuses a damaged or cut file with what the program says", arguments: ImageSource.Compression.allCases)
    func damaged(compression: ImageSource.Compression) async throws {
        let given = try await compress(try scene.file("disk", noise(1 << 20)), compression)
        var bytes = try StorageScene.bytes(given)
        for index in bytes.count / 2..<bytes.count / 2 + 64 { bytes[index] ^= 0xFF }
        for damaged in [bytes, Array(bytes.prefix(bytes.count / 2))] {
            let path = try scene.file("damaged", damaged)
            let source = ImageSource(.file(path.string), format: .raw, compression: compression)
            let failure = await #expect(throws: StorageError.self) {
                try await scene.store.add(ImageName("x"), from: source, kind: .disk)
            }
            switch failure {
            case .refused(path, .notExpandable(let reason)): #expect(!reason.isEmpty)
            case .refused(path, .truncated), .refused(path, .malformed): #expect(compression == .xz)
            default: Issue.record("\(String(describing: failure))")
            }
            #expect(try scene.imageNames.isEmpty)
        }
    }

    @Test(
        "keeps a changed file whole or not at all", .timeLimit(.minutes(2)),
        arguments: ImageSource.Compression.allCases)
    func changed(compression: ImageSource.Compression) async throws {
        let good = try StorageScene.bytes(
            try await compress(try scene.file("disk", noise(65_536)), compression))
        var random = SeededRandom(seed: 7)
        for _ in 0..<12 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = .random(in: 0...255, using: &random)
            }
            bytes.removeLast([0, 0, 1, bytes.count / 3].randomElement(using: &random) ?? 0)
            let path = try scene.file("changed", bytes)
            let source = ImageSource(.file(path.string), format: .raw, compression: compression)
            do {
                let image = try await scene.store.add(ImageName("x"), from: source, kind: .disk)
                #expect(image.sha256 == (try await sha256sum(image.path)))
                try await scene.store.delete(image.name, unusedIn: scene.instances)
            } catch StorageError.refused(path, let refusal) {
                #expect(!refusal.message.isEmpty)
            }
            #expect(try scene.imageNames.isEmpty)
        }
    }

    @Test("refuses bytes of another digest, before anything is kept")
    func wrongDigest() async throws {
        let path = try scene.file("source", noise(4_096))
        let found = try await sha256sum(path)
        let expected = String(repeating: "0", count: 64)
        let source = ImageSource(.file(path.string), format: .raw, sha256: ImageDigest(expected))
        await #expect(throws: StorageError.wrongDigest(path, expected: expected, found: found)) {
            try await scene.store.add(ImageName("x"), from: source, kind: .disk)
        }
        #expect(try scene.imageNames.isEmpty)
        for text in ["", String(repeating: "0", count: 63), String(repeating: "g", count: 64)] {
            #expect(ImageDigest(text) == nil)
        }
    }

    @Test("keeps what comes through a pipe, once its end was seen")
    func pipe() async throws {
        let content = noise(3 << 20)
        let (reader, writer) = try FileDescriptor.pipe()
        defer { try? reader.close() }
        let sender = Thread {
            _ = try? writer.writeAll(content)
            try? writer.close()
        }
        sender.start()
        let path = try scene.file("same", content)
        let digest = ImageDigest(try await sha256sum(path))
        let source = ImageSource(.descriptor(reader.rawValue), format: .raw, sha256: digest)
        let image = try await scene.store.add(ImageName("x"), from: source, kind: .disk)
        #expect(try StorageScene.bytes(image.path) == content)
    }

    @Test("stops waiting for a pipe when it is cancelled", .timeLimit(.minutes(1)))
    func cancelledPipe() async throws {
        let (reader, writer) = try FileDescriptor.pipe()
        defer {
            try? reader.close()
            try? writer.close()
        }
        let store = scene.store
        let source = ImageSource(.descriptor(reader.rawValue), format: .raw)
        let task = Task { try await store.add(ImageName("x"), from: source, kind: .disk) }
        try await Task.sleep(for: .milliseconds(300))
        task.cancel()
        await #expect(throws: StorageError.cancelled) { try await task.value }
        #expect(try scene.imageNames.isEmpty)
    }

    @Test("refuses an empty pipe, and a descriptor that is none")
    func emptyPipe() async throws {
        let empty = try FileDescriptor.open("/dev/null", .readOnly)
        defer { try? empty.close() }
        let name = FilePath("descriptor \(empty.rawValue)")
        await #expect(throws: StorageError.refused(name, .empty)) {
            try await scene.store.add(
                ImageName("x"), from: ImageSource(.descriptor(empty.rawValue), format: .raw), kind: .disk)
        }
        await #expect(throws: StorageError.sourceUnreadable("descriptor 65000", .badFileDescriptor)) {
            try await scene.store.add(ImageName("x"), from: ImageSource(.descriptor(65_000), format: .raw), kind: .disk)
        }
        #expect(try scene.imageNames.isEmpty)
    }
}
