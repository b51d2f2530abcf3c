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

@Suite("Adding images")
struct ImageAddingTests {
    private let scene: StorageScene

    init() throws {
        scene = try StorageScene()
    }

    @Test("keeps a raw file with its digest, size and time, readable by the guest account and writable by nobody")
    func raw() async throws {
        let content = noise(3 << 20)
        let started = Date(timeIntervalSinceNow: -1)
        let image = try await scene.add("base-1.raw", content)
        #expect(try StorageScene.bytes(image.path) == content)
        #expect(image.sha256 == (try await sha256sum(image.path)))
        #expect(image.virtualSize == ByteCount(bytes: 3 << 20))
        #expect(image.fileSize == ByteCount(bytes: 3 << 20))
        #expect(image.addedAt >= started)
        #expect(image.addedAt <= Date())
        #expect(image.path == scene.root.appending("images/base-1.raw.raw"))
        #expect(try scene.store.image(named: image.name) == image)
        #expect(try scene.store.images() == [image])
        #expect(try scene.imageNames == ["base-1.raw.json", "base-1.raw.lock", "base-1.raw.raw"])
        let status = try scene.status(image.path)
        #expect(status.userID == geteuid())
        #expect(status.groupID == scene.guest?.groupID ?? getegid())
        #expect(status.mode & 0o7777 == (scene.guest == nil ? 0o400 : 0o440))
        let manifest = try scene.status(scene.root.appending("images/base-1.raw.json"))
        #expect(manifest.mode & 0o7777 == 0o600)
        #expect(manifest.userID == geteuid())
    }

    @Test(
        "keeps qcow2 images of either version and of any features that are known",
        arguments: [
            ["-o", "compat=0.10"], ["-o", "compat=1.1"], ["-o", "cluster_size=512"], ["-o", "cluster_size=2M"],
            ["-o", "compression_type=zstd"], ["-o", "extended_l2=on,cluster_size=128k"], ["-o", "lazy_refcounts=on"],
            ["-o", "preallocation=metadata"], ["-o", "refcount_bits=1"],
        ])
    func qcow2(options: [String]) async throws {
        let source = scene.root.appending("source")
        _ = try await output("qemu-img", ["create", "-q", "-f", "qcow2"] + options + [source.string, "40M"])
        _ = try await output("qemu-io", ["-f", "qcow2", "-c", "write -P 7 1M 3M", source.string])
        let image = try await scene.store.add(ImageName("q"), from: source, format: .qcow2, kind: .disk)
        #expect(image.virtualSize == .mebibytes(40))
        #expect(image.sha256 == (try await sha256sum(source)))
        #expect(image.sha256 == (try await sha256sum(image.path)))
    }

    @Test("keeps the smallest sound image, which the hostile ones are made of")
    func smallest() async throws {
        let image = try await scene.add("q", QCOW2Bytes().bytes, .qcow2)
        #expect(image.virtualSize == .mebibytes(1))
    }

    @Test("keeps holes as holes, and their digest is that of zeros")
    func holes() async throws {
        let source = try scene.file("source", noise(65_536))
        _ = try await output("truncate", ["-s", "512M", source.string])
        let image = try await scene.store.add(ImageName("sparse"), from: source, format: .raw, kind: .disk)
        #expect(image.sha256 == (try await sha256sum(source)))
        var status = stat()
        #expect(lstat(image.path.string, &status) == 0)
        #expect(status.st_size == 512 << 20)
        #expect(status.st_blocks * 512 < 1 << 20)
    }

    @Test("keeps kernels and ramdisks, whose size may be odd")
    func bootFiles() async throws {
        var linux = [UInt8](repeating: 0, count: 0x301)
        linux.replaceSubrange(0x202..<0x206, with: Array("HdrS".utf8))
        let kernel = try await scene.add("k", linux, .raw, .kernel)
        let elf = try await scene.add("e", [0x7F] + Array("ELF".utf8), .raw, .kernel)
        let initrd = try await scene.add("i", [0x1F, 0x8B, 7], .raw, .initrd)
        #expect([kernel.kind, elf.kind, initrd.kind] == [.kernel, .kernel, .initrd])
        #expect(initrd.virtualSize == ByteCount(bytes: 3))
        #expect(try scene.store.images().map(\.name.description) == ["e", "i", "k"])
    }

    @Test("follows a link to the file")
    func link() async throws {
        let content = noise(1_024)
        let target = try scene.file("target", content)
        let link = scene.root.appending("link")
        try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: target.string)
        let image = try await scene.store.add(ImageName("x"), from: link, format: .raw, kind: .disk)
        #expect(try StorageScene.bytes(image.path) == content)
        #expect(try scene.status(image.path).isRegular)
    }

    @Test("refuses what is no regular file, or cannot be opened")
    func irregular() async throws {
        let fifo = scene.root.appending("fifo")
        #expect(mkfifo(fifo.string, 0o600) == 0)
        for path in [fifo, scene.root, "/dev/zero"] {
            await #expect(throws: StorageError.notRegularFile(path)) {
                try await scene.store.add(ImageName("x"), from: path, format: .raw, kind: .disk)
            }
        }
        let missing = scene.root.appending("missing")
        await #expect(throws: StorageError.sourceUnreadable(missing, .noSuchFileOrDirectory)) {
            try await scene.store.add(ImageName("x"), from: missing, format: .raw, kind: .disk)
        }
        #expect(try scene.imageNames.isEmpty)
    }

    @Test("takes a name once, and tells names by case")
    func names() async throws {
        let first = try await scene.add("Base", noise(512))
        let again = try scene.file("again", noise(1_024))
        await #expect(throws: StorageError.imageExists(first.name)) {
            try await scene.store.add(first.name, from: again, format: .raw, kind: .disk)
        }
        _ = try await scene.add("base", noise(1_024))
        #expect(try scene.store.images().map(\.name.description) == ["Base", "base"])
        #expect(try scene.store.image(named: first.name) == first)
    }

    @Test("lets one of many who add the same name at once win")
    func race() async throws {
        let scene = scene
        let sources = try (0..<8).map { try scene.file("source-\($0)", noise(512 * ($0 + 1))) }
        let name = try ImageName("x")
        let results = await withTaskGroup(of: Result<StoredImage, StorageError>.self) { group in
            for source in sources {
                group.addTask {
                    do throws(StorageError) {
                        return .success(try await scene.store.add(name, from: source, format: .raw, kind: .disk))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let winners = results.compactMap { try? $0.get() }
        #expect(winners.count == 1)
        #expect(results.filter { $0 == .failure(.imageExists(name)) }.count == 7)
        let kept = try scene.store.image(named: name)
        #expect(winners == [kept])
        #expect(kept.sha256 == (try await sha256sum(kept.path)))
        #expect(try scene.imageNames == ["x.json", "x.lock", "x.raw"])
    }

    @Test("undoes an addition that is cancelled")
    func cancelled() async throws {
        let scene = scene
        let source = try scene.file("source", noise(4 << 20))
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await scene.store.add(ImageName("x"), from: source, format: .raw, kind: .disk)
        }
        await #expect(throws: StorageError.cancelled) { try await task.value }
        #expect(try scene.imageNames.isEmpty)
    }

    @Test("says so when qemu-img is not there to check a qcow2 image, and keeps nothing")
    func guestCannotReach() async throws {
        guard let guest = scene.guest else { return }
        // The guest account cannot pass through a directory of mode 0700.
        #expect(chmod(scene.root.string, 0o700) == 0)
        let source = try scene.file("source", QCOW2Bytes().bytes)
        let failure = await #expect(throws: StorageError.self) {
            try await scene.store.add(ImageName("x"), from: source, format: .qcow2, kind: .disk)
        }
        guard case .program(.failed("qemu-img", .exited(1), let tail)) = failure else {
            Issue.record("\(guest): \(String(describing: failure))")
            return
        }
        #expect(tail.contains("Permission denied"))
        #expect(try scene.imageNames.isEmpty)
    }
}

@Suite("A store after a crash")
struct ImageRecoveryTests {
    private let scene: StorageScene
    private let directory: OpenDirectory

    init() throws {
        scene = try StorageScene()
        directory = try OpenDirectory(scene.root.appending("images"))
    }

    @Test("leaves a file without a manifest alone, and lists it nowhere")
    func quarantine() async throws {
        let orphan = scene.root.appending("images/orphan.qcow2")
        try Data(QCOW2Bytes().bytes).write(to: URL(fileURLWithPath: orphan.string))
        try scene.store.cleanUp()
        #expect(try scene.store.images().isEmpty)
        #expect(try scene.imageNames == ["orphan.qcow2"])
        #expect(throws: StorageError.imageNotFound(try ImageName("orphan"))) {
            try scene.store.image(named: try ImageName("orphan"))
        }
    }

    @Test("removes hidden files of dead processes and keeps those of live ones")
    func hidden() throws {
        let live = try ScratchFile(for: "live.raw", suffix: ImageCopy.suffix, in: directory)
        let liveRecord = try ScratchFile(for: "live.json", suffix: ManifestCoding.hiddenSuffix, in: directory)
        for name in [".dead.raw.1.part", ".dead.json.1.manifest", ".other"] {
            try Data([1]).write(to: URL(fileURLWithPath: scene.root.appending("images").appending(name).string))
        }
        #expect(
            try scene.store.leftovers().map { FilePath($0.name).lastComponent?.string } == [
                ".dead.json.1.manifest", ".dead.raw.1.part",
            ])
        try scene.store.cleanUp()
        #expect(try scene.store.leftovers().isEmpty)
        #expect(try scene.imageNames == [".other", live.name.string, liveRecord.name.string].sorted())
    }

    /// Makes the directory as it is when a process died after it named the file and before it named the manifest, or,
    /// in a deletion, after it hid the manifest.
    private func crash(_ image: StoredImage) throws {
        try directory.rename("x.json", to: ".x.json.dead.manifest")
        try directory.removeFile("x.lock")
    }

    @Test("removes the file of an image that was being added or deleted")
    func halfAdded() async throws {
        try crash(try await scene.add("x", noise(512)))
        #expect(try scene.store.images().isEmpty)
        #expect(try scene.store.unknownFiles() == [])
        let again = try await scene.add("x", noise(1_024))
        #expect(try scene.imageNames == ["x.json", "x.lock", "x.raw"])
        #expect(try StorageScene.bytes(again.path) == noise(1_024))
    }

    @Test("removes no file that another image has taken since")
    func takenSince() async throws {
        try crash(try await scene.add("x", noise(512)))
        // As if the other process had added it before any clean-up.
        try directory.rename(".x.json.dead.manifest", to: ".kept")
        try directory.removeFile("x.raw")
        let image = try await scene.add("x", noise(1_024))
        try directory.rename(".kept", to: ".x.json.dead.manifest")
        try scene.store.cleanUp()
        #expect(try scene.store.image(named: image.name) == image)
        #expect(try scene.imageNames == ["x.json", "x.lock", "x.raw"])
    }

    @Test(
        "hides no image behind another's bad manifest, and says what is wrong with that",
        arguments: [
            ("not json", "it is no manifest of this kind"),
            ("{}", "it is no manifest of this kind"),
        ])
    func badManifest(text: String, reason: String) async throws {
        let good = try await scene.add("good", noise(512))
        let path = scene.root.appending("images/bad.json")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path.string))
        #expect(try scene.store.images() == [good])
        #expect(throws: StorageError.manifestUnreadable(path, reason: reason)) {
            try scene.store.image(named: try ImageName("bad"))
        }
    }

    @Test("reads no manifest of a later version, of another image, or of any length")
    func foreignManifest() async throws {
        let image = try await scene.add("x", noise(512))
        let path = scene.root.appending("images/x.json")
        let text = String(decoding: try StorageScene.bytes(path), as: UTF8.self)
        let cases = [
            (text.replacing("\"version\" : 1", with: "\"version\" : 2"), "it has version 2, and this Roost knows 1"),
            (text.replacing("\"name\" : \"x\"", with: "\"name\" : \"y\""), "it is that of another image"),
            (text + String(repeating: " ", count: 65_536), "it is longer than 65536 bytes"),
        ]
        for (changed, reason) in cases {
            try Data(changed.utf8).write(to: URL(fileURLWithPath: path.string))
            #expect(throws: StorageError.manifestUnreadable(path, reason: reason)) {
                try scene.store.image(named: image.name)
            }
        }
    }
}
