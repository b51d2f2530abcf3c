// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel
import Programs
import SystemPackage
import Testing

@testable import Storage

@Suite("Refusing hostile images")
struct HostileImageTests {
    private func refuse(
        _ image: HostileImage, kind: ImageKind = .disk, mayRun: @escaping @Sendable (String) -> Bool = { _ in false }
    ) async throws {
        let scene = try StorageScene()
        let runner = ProgramRunner(adjusting: { call in
            #expect(mayRun(call.program.name), "\(call.program.name) was given the file")
        })
        let store = ImageStore(directory: scene.root.appending("images"), guest: scene.guest, runner: runner)
        let path = try scene.file("source", image.bytes)
        let source = ImageSource(.file(path.string), format: image.format, compression: image.compression)
        await #expect(throws: StorageError.refused(path, image.refusal)) {
            try await store.add(ImageName("x"), from: source, kind: kind)
        }
        #expect(try scene.imageNames.isEmpty)
    }

    @Test("knows more than 200 of them, each by a name of its own")
    func count() {
        #expect(HostileImage.corpus.count >= 200)
        #expect(Set(HostileImage.corpus.map(\.name)).count == HostileImage.corpus.count)
    }

    @Test(
        "refuses each with the reason before any tool opens it", .timeLimit(.minutes(2)),
        arguments: HostileImage.corpus)
    func refusal(image: HostileImage) async throws {
        try await refuse(image)
    }

    @Test("takes less than a second of a processor for each, and little memory", .timeLimit(.minutes(2)))
    func costs() throws {
        let scene = try StorageScene()
        let path = try scene.file("source", [])
        for image in HostileImage.corpus where image.compression == nil {
            let file = try OpenFile.source(try scene.file("source", image.bytes))
            let inspection = ImageInspection(format: image.format, kind: .disk, subject: path)
            let before = try StorageScene.dataBytes()
            let started = StorageScene.threadTime()
            #expect(throws: StorageError.refused(path, image.refusal)) { try inspection.virtualSize(of: file) }
            #expect(StorageScene.threadTime() - started < .seconds(1), "\(image)")
            // Other tests run in this process, too.
            #expect(try StorageScene.dataBytes() - before < 512 << 20, "\(image)")
        }
    }

    @Test(
        "refuses kernels and ramdisks that are none",
        arguments: [
            (ImageKind.kernel, HostileImage("text", .notKernel, Array("vmlinuz".utf8), as: .raw)),
            (.kernel, HostileImage("empty", .empty, [], as: .raw)),
            (.kernel, HostileImage("qcow2", .formatOfKind(.kernel), QCOW2Bytes().bytes)),
            (.initrd, HostileImage("qcow2", .formatOfKind(.initrd), QCOW2Bytes().bytes)),
            (.initrd, HostileImage("VMDK", .formatOfKind(.initrd), ImageBytes.vmdk().bytes, as: .vmdk)),
            (.initrd, HostileImage("ISO", .formatOfKind(.initrd), ImageBytes.iso().bytes, as: .iso)),
            (.initrd, HostileImage("empty", .empty, [], as: .raw)),
        ])
    func bootFile(kind: ImageKind, image: HostileImage) async throws {
        try await refuse(image, kind: kind)
    }

    @Test("refuses a ramdisk above 1 GiB")
    func largeRamdisk() async throws {
        let scene = try StorageScene()
        let source = try scene.file("source", [1])
        _ = try await output("truncate", ["-s", "\(1 << 30 + 1)", source.string])
        let refusal = ImageRefusal.tooLarge(1 << 30 + 1, limit: 1 << 30)
        await #expect(throws: StorageError.refused(source, refusal)) {
            try await scene.store.add(ImageName("x"), from: source, format: .raw, kind: .initrd)
        }
    }

    @Test("refuses what only qemu-img check finds: a table that lies over another")
    func overlap() async throws {
        let image = HostileImage("overlap", .corrupt(3)) {
            $0.put(UInt64(1) << 63 | UInt64(2 * QCOW2Bytes.cluster), at: 3 * QCOW2Bytes.cluster)
        }
        try await refuse(image, mayRun: { $0 == "qemu-img" })
    }

    @Test("refuses an image whose data was cut off")
    func cutData() async throws {
        let scene = try StorageScene()
        let source = scene.root.appending("source")
        _ = try await output("qemu-img", ["create", "-q", "-f", "qcow2", source.string, "8M"])
        _ = try await output("qemu-io", ["-f", "qcow2", "-c", "write -P 7 0 4M", source.string])
        _ = try await output("truncate", ["-s", "2M", source.string])
        let failure = await #expect(throws: StorageError.self) {
            try await scene.store.add(ImageName("x"), from: source, format: .qcow2, kind: .disk)
        }
        guard case .refused(source, .corrupt(let count)) = failure else {
            Issue.record("not refused as corrupt: \(String(describing: failure))")
            return
        }
        #expect(count > 0)
        #expect(try scene.imageNames.isEmpty)
    }

    @Test(
        "says what is wrong and what to do about each refusal", arguments: HostileImage.corpus)
    func texts(image: HostileImage) {
        #expect(!image.refusal.message.isEmpty)
        if case .tooLarge = image.refusal {
            #expect(image.refusal.hint == nil)
        } else {
            #expect(image.refusal.hint?.isEmpty == false)
        }
    }
}
