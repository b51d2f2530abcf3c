// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Glibc
import InstanceModel
import Programs
import Synchronization
import SystemPackage
import Testing

@testable import Storage

/// A format that is converted, as qemu-img makes it.
struct ConvertedFormat: Sendable, CustomTestStringConvertible {
    let format: ImageSource.Format
    let options: String

    var testDescription: String { "\(format.rawValue) with \(options)" }

    static let all: [ConvertedFormat] = [
        ConvertedFormat(format: .vmdk, options: "subformat=monolithicSparse"),
        ConvertedFormat(format: .vmdk, options: "subformat=streamOptimized"),
        ConvertedFormat(format: .vdi, options: "static=off"),
        ConvertedFormat(format: .vdi, options: "static=on"),
        ConvertedFormat(format: .vhdx, options: "subformat=dynamic"),
        ConvertedFormat(format: .vhdx, options: "subformat=fixed,block_size=1048576"),
        ConvertedFormat(format: .vhd, options: "subformat=dynamic,force_size=on"),
        ConvertedFormat(format: .vhd, options: "subformat=fixed,force_size=on"),
        ConvertedFormat(format: .vhd, options: "subformat=fixed"),
    ]

    /// Makes an image of this format out of a raw one.
    func make(_ path: FilePath, of raw: FilePath) async throws {
        _ = try await output(
            "qemu-img",
            ["convert", "-q", "-f", "raw", "-O", try #require(format.driver), "-o", options, raw.string, path.string])
    }
}

@Suite("Converting images")
struct ImageConversionTests {
    private let scene: StorageScene

    init() throws {
        scene = try StorageScene()
    }

    /// A disk of 20 MiB with data here and there.
    private func disk() async throws -> FilePath {
        let path = try scene.file("disk", noise(3 << 20))
        _ = try await output("truncate", ["-s", "20M", path.string])
        _ = try await output("qemu-io", ["-f", "raw", "-c", "write -q -P 9 12M 64k", path.string])
        return path
    }

    /// A store whose calls of qemu-img to convert are changed.
    private func store(_ change: @escaping @Sendable (inout ProgramCall) -> Void) -> ImageStore {
        let runner = ProgramRunner(adjusting: { call in
            if call.arguments.first == "convert" { change(&call) }
        })
        return ImageStore(directory: scene.root.appending("images"), guest: scene.guest, runner: runner)
    }

    private func vmdk() async throws -> (FilePath, ImageSource) {
        let path = scene.root.appending("source")
        try await ConvertedFormat.all[0].make(path, of: try await disk())
        return (path, ImageSource(.file(path.string), format: .vmdk))
    }

    @Test("keeps as qcow2 what a guest would see of each format", arguments: ConvertedFormat.all)
    func converts(format: ConvertedFormat) async throws {
        let disk = try await disk()
        let path = scene.root.appending("source")
        try await format.make(path, of: disk)
        let source = ImageSource(.file(path.string), format: format.format)
        let image = try await scene.store.add(ImageName("x"), from: source, kind: .disk)
        #expect(image.format == .qcow2)
        #expect(image.virtualSize >= .mebibytes(20))
        #expect(image.sha256 == (try await sha256sum(image.path)))
        #expect(try scene.imageNames == ["x.json", "x.lock", "x.qcow2"])
        let status = try scene.status(image.path)
        #expect(status.userID == geteuid())
        #expect(status.mode & 0o7777 == (scene.guest == nil ? 0o400 : 0o440))
        let seen = scene.root.appending("seen")
        _ = try await output("qemu-img", ["convert", "-f", "qcow2", "-O", "raw", image.path.string, seen.string])
        // A geometry that is rounded adds sectors at the end.
        _ = try await output("truncate", ["-s", "20M", seen.string])
        #expect(try await sha256sum(seen) == sha256sum(disk))
    }

    @Test("keeps the smallest images, which the hostile ones are made of", arguments: 0..<ImageBytes.sound.count)
    func smallest(index: Int) async throws {
        let (format, bytes) = ImageBytes.sound[index]
        let path = try scene.file("source", bytes)
        let source = ImageSource(.file(path.string), format: format)
        let image = try await scene.store.add(ImageName("x"), from: source, kind: .disk)
        let file = try OpenFile.source(path)
        let inspection = ImageInspection(format: format, kind: .disk, subject: path)
        #expect(image.virtualSize.bytes == (try inspection.virtualSize(of: file)))
    }

    @Test("keeps a CD as it is, also one that boots from a disk, which may be declared raw as well")
    func iso() async throws {
        var bytes = ImageBytes.iso().bytes
        let plain = try scene.file("plain.iso", bytes)
        let kept = try await scene.store.add(
            ImageName("cd"), from: ImageSource(.file(plain.string), format: .iso), kind: .disk)
        #expect(kept.format == .raw)
        #expect(try StorageScene.bytes(kept.path) == bytes)
        bytes.replaceSubrange(510..<512, with: [0x55, 0xAA])
        let hybrid = try scene.file("hybrid.iso", bytes)
        for format in [ImageSource.Format.iso, .raw] {
            let source = ImageSource(.file(hybrid.string), format: format)
            let image = try await scene.store.add(ImageName("hybrid-\(format)"), from: source, kind: .disk)
            #expect(try StorageScene.bytes(image.path) == bytes)
        }
    }

    @Test("leaves nothing of a conversion that was killed, or took too long")
    func killed() async throws {
        let (_, source) = try await vmdk()
        let killed = store { call in
            call.program = HostProgram("sh", package: "dash")
            call.arguments = ["-c", "kill -9 $$"]
        }
        let dead = ProgramError.failed(program: "sh", termination: .signalled(SIGKILL), errorTail: "")
        await #expect(throws: StorageError.program(dead)) {
            try await killed.add(ImageName("x"), from: source, kind: .disk)
        }
        #expect(try scene.imageNames.isEmpty)
        let slow = store { call in
            call.program = HostProgram("sleep", package: "coreutils")
            call.arguments = ["60"]
            call.limits.wallTime = .milliseconds(100)
        }
        let late = ProgramError.deadlineExceeded(program: "sleep", limit: .milliseconds(100))
        await #expect(throws: StorageError.program(late)) {
            try await slow.add(ImageName("x"), from: source, kind: .disk)
        }
        #expect(try scene.imageNames.isEmpty)
    }

    @Test("leaves nothing of a conversion that is cancelled", .timeLimit(.minutes(1)))
    func cancelled() async throws {
        let (_, source) = try await vmdk()
        let (started, begin) = AsyncStream.makeStream(of: Void.self)
        let slow = store { call in
            begin.yield()
            call.program = HostProgram("sleep", package: "coreutils")
            call.arguments = ["60"]
        }
        let task = Task { try await slow.add(ImageName("x"), from: source, kind: .disk) }
        for await _ in started { break }
        task.cancel()
        await #expect(throws: StorageError.cancelled) { try await task.value }
        #expect(try scene.imageNames.isEmpty)
    }

    @Test("refuses what the tool sees to be of another size than was judged")
    func otherSize() async throws {
        let (path, source) = try await vmdk()
        let other = store { call in
            call.arguments = ["create", "-q", "-f", "qcow2", call.arguments.last ?? "", "1M"]
        }
        let refusal = ImageRefusal.malformed("qemu-img finds 1048576 bytes in it, and Roost 20971520")
        await #expect(throws: StorageError.refused(path, refusal)) {
            try await other.add(ImageName("x"), from: source, kind: .disk)
        }
        #expect(try scene.imageNames.isEmpty)
    }

    @Test("has the tool open nothing but the file, by its declared format")
    func arguments() async throws {
        let (_, source) = try await vmdk()
        let calls = Guarded([])
        let watched = store { call in calls.append(call.arguments) }
        _ = try await watched.add(ImageName("x"), from: source, kind: .disk)
        let call = try #require(calls.values.first)
        #expect(calls.values.count == 1)
        let text = try #require(call.first { $0.hasPrefix("json:") }).dropFirst(5)
        let options = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(options["driver"] as? String == "vmdk")
        #expect(options["backing"] is NSNull)
        #expect(options.keys.sorted() == ["backing", "driver", "file"])
    }

    /// Keeps what it is given.
    private final class Guarded: Sendable {
        private let kept: Mutex<[[String]]>

        init(_ values: [[String]]) {
            kept = Mutex(values)
        }

        var values: [[String]] { kept.withLock { $0 } }

        func append(_ value: [String]) {
            kept.withLock { $0.append(value) }
        }
    }
}
