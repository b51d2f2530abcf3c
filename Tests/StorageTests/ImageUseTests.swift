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

@Suite("Using and deleting images")
struct ImageUseTests {
    private let scene: StorageScene

    init() throws {
        scene = try StorageScene()
    }

    @Test("deletes an image that nobody uses, without a trace")
    func delete() async throws {
        let image = try await scene.add("x", QCOW2Bytes().bytes, .qcow2)
        try await scene.store.delete(image.name, unusedIn: scene.instances)
        #expect(try scene.imageNames.isEmpty)
        await #expect(throws: StorageError.imageNotFound(image.name)) {
            try await scene.store.delete(image.name, unusedIn: scene.instances)
        }
    }

    @Test("deletes an image whose manifest or file is damaged")
    func deleteDamaged() async throws {
        let first = try await scene.add("a", noise(512))
        let second = try await scene.add("b", noise(512))
        try Data("{".utf8).write(to: URL(fileURLWithPath: scene.root.appending("images/a.json").string))
        try FileManager.default.removeItem(atPath: second.path.string)
        #expect(throws: StorageError.imageMissing(second.name, second.path)) {
            try scene.store.image(named: second.name)
        }
        try await scene.store.delete(first.name, unusedIn: scene.instances)
        try await scene.store.delete(second.name, unusedIn: scene.instances)
        #expect(try scene.imageNames.isEmpty)
    }

    @Test("deletes no image below a disk or of a boot, and names the instances")
    func inUse() async throws {
        let base = try await scene.add("base", noise(1 << 20))
        let initrd = try await scene.add("ramdisk", [1], .raw, .initrd)
        let ids = try [scene.instance(), scene.instance()].sorted { $0.description < $1.description }
        for id in ids { _ = try await scene.instances.createDisk(0, of: id, on: base, size: nil) }
        try scene.instances.recordBoot([initrd], of: ids[1])
        await #expect(throws: StorageError.imageInUse(base.name, ids)) {
            try await scene.store.delete(base.name, unusedIn: scene.instances)
        }
        await #expect(throws: StorageError.imageInUse(initrd.name, [ids[1]])) {
            try await scene.store.delete(initrd.name, unusedIn: scene.instances)
        }
        #expect(try scene.instances.usage() == [base.name: ids, initrd.name: [ids[1]]])
        for id in ids { try scene.instances.remove(id) }
        try await scene.store.delete(base.name, unusedIn: scene.instances)
        try await scene.store.delete(initrd.name, unusedIn: scene.instances)
        #expect(try scene.imageNames.isEmpty)
    }

    @Test("deletes no image while it cannot be known who uses it")
    func unknownUse() async throws {
        let image = try await scene.add("x", noise(512))
        let id = try scene.instance()
        let manifest = scene.instances.directory(of: id).appending("disk-0.json")
        try Data("{}".utf8).write(to: URL(fileURLWithPath: manifest.string))
        let expected = StorageError.manifestUnreadable(manifest, reason: "it is no manifest of this kind")
        await #expect(throws: expected) {
            try await scene.store.delete(image.name, unusedIn: scene.instances)
        }
        #expect(try scene.store.images() == [image])
    }

    @Test("deletes no image that is held, and holds none that is gone")
    func held() async throws {
        let image = try await scene.add("x", noise(512))
        let first = try await scene.store.hold([image.name, image.name])
        let second = try await scene.store.hold([image.name])
        #expect(first.images == [image.name: image])
        for hold in [first, second] {
            await #expect(throws: StorageError.imageBusy(image.name)) {
                try await scene.store.delete(image.name, unusedIn: scene.instances)
            }
            hold.release()
        }
        try await scene.store.delete(image.name, unusedIn: scene.instances)
        await #expect(throws: StorageError.imageNotFound(image.name)) {
            try await scene.store.hold([image.name])
        }
        #expect(try scene.imageNames.isEmpty)
    }

    @Test("lets go of an image when its hold is dropped")
    func dropped() async throws {
        let image = try await scene.add("x", noise(512))
        _ = try await scene.store.hold([image.name])
        try await scene.store.delete(image.name, unusedIn: scene.instances)
        #expect(try scene.imageNames.isEmpty)
    }

    @Test("never has a disk on an image that was deleted, when both happen at once")
    func spawnAgainstDelete() async throws {
        for _ in 0..<10 {
            let image = try await scene.add("x", noise(512))
            let id = try scene.instance()
            let (store, instances) = (scene.store, scene.instances)
            async let made = Self.result { () async throws(StorageError) in
                let hold = try await store.hold([image.name])
                defer { hold.release() }
                _ = try await instances.createDisk(0, of: id, on: image, size: .mebibytes(1))
            }
            async let deleted = Self.result { () async throws(StorageError) in
                try await store.delete(image.name, unusedIn: instances)
            }
            let isMade = await made == nil
            let isDeleted = await deleted == nil
            #expect(isMade != isDeleted)
            #expect(try store.images().isEmpty == isDeleted)
            try instances.remove(id)
            if !isDeleted { try await store.delete(image.name, unusedIn: instances) }
        }
    }

    private static func result(_ body: () async throws(StorageError) -> Void) async -> StorageError? {
        do {
            try await body()
            return nil
        } catch {
            return error
        }
    }

    @Test("notices that an image's file was changed, replaced or removed, and forgives another time stamp")
    func changed() async throws {
        let image = try await scene.add("x", noise(4_096))
        let id = try scene.instance()
        _ = try await output("touch", ["-d", "2020-01-01", image.path.string])
        try await scene.store.verify(image)
        #expect(chmod(image.path.string, 0o600) == 0)
        try Data(noise(4_096).reversed()).write(to: URL(fileURLWithPath: image.path.string))
        await #expect(throws: StorageError.imageChanged(image.name, image.path)) {
            try await scene.instances.createDisk(0, of: id, on: image, size: nil)
        }
        await #expect(throws: StorageError.imageChanged(image.name, image.path)) {
            try await scene.store.hold([image.name])
        }
        try Data(noise(512)).write(to: URL(fileURLWithPath: image.path.string))
        await #expect(throws: StorageError.imageChanged(image.name, image.path)) {
            try await scene.store.verify(image)
        }
        try FileManager.default.removeItem(atPath: image.path.string)
        await #expect(throws: StorageError.imageMissing(image.name, image.path)) {
            try await scene.instances.createDisk(0, of: id, on: image, size: nil)
        }
        #expect(try scene.instances.disks(of: id).isEmpty)
    }
}

@Suite("A full disk", .serialized)
struct FullDiskTests {
    /// Runs `body` in a file system of 8 MiB.
    private func withSmallDisk(_ body: (FilePath) async throws -> Void) async throws {
        let mount = FilePath("/tmp/roost-small-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(atPath: mount.string, withIntermediateDirectories: false)
        defer { rmdir(mount.string) }
        _ = try await output("mount", ["-t", "tmpfs", "-o", "size=8m,mode=0711", "none", mount.string])
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(mount))
        } catch {
            result = .failure(error)
        }
        try await untilNothingIsShared { umount(mount.string) == 0 }
        try result.get()
    }

    /// Waits a while for what holds once no program that another test begins at this moment shares an open file.
    private func untilNothingIsShared(_ holds: () throws -> Bool) async throws {
        for _ in 0..<500 {
            if try holds() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Fills the file system up to `left` bytes.
    private func fill(_ directory: FilePath, leaving left: Int) throws {
        let free = Int(try StorageSpace.at(directory).free.bytes)
        try Data(noise(free - left)).write(to: URL(fileURLWithPath: directory.appending("filler").string))
    }

    @Test("reports the space of a file system")
    func space() async throws {
        try await withSmallDisk { mount in
            let before = try StorageSpace.at(mount)
            #expect(before.total == .mebibytes(8))
            try Data(noise(1 << 20)).write(to: URL(fileURLWithPath: mount.appending("file").string))
            #expect(try StorageSpace.at(mount).free.bytes == before.free.bytes - 1 << 20)
        }
        let missing: FilePath = "/nowhere/at/all"
        #expect(throws: StorageError.system(call: "statvfs", missing, .noSuchFileOrDirectory)) {
            try StorageSpace.at(missing)
        }
    }

    @Test("leaves nothing of an image that did not fit")
    func image() async throws {
        let outside = try StorageScene()
        let source = try outside.file("source", noise(16 << 20))
        try await withSmallDisk { mount in
            let scene = try StorageScene(in: mount)
            let before = try StorageSpace.at(mount)
            let failure = await #expect(throws: StorageError.self) {
                try await scene.store.add(ImageName("x"), from: source, format: .raw, kind: .disk)
            }
            guard case .noSpace = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(try scene.imageNames.isEmpty)
            try await untilNothingIsShared { try StorageSpace.at(mount) == before }
            #expect(try StorageSpace.at(mount) == before)
        }
    }

    @Test("leaves nothing of an image that does not fit once it is expanded, converted, or received")
    func expanded() async throws {
        let outside = try StorageScene()
        let disk = try outside.file("disk", noise(5 << 20))
        let vdi = outside.root.appending("vdi")
        try await ConvertedFormat.all[2].make(vdi, of: disk)
        let zeros = try outside.file("zeros", [])
        _ = try await output("truncate", ["-s", "64M", zeros.string])
        _ = try await output("gzip", ["-1", "-k", zeros.string])
        let large = try FileDescriptor.open(zeros, .readOnly)
        defer { try? large.close() }
        let sources = [
            ImageSource(.file(vdi.string), format: .vdi),
            ImageSource(.file(zeros.string + ".gz"), format: .raw, compression: .gzip),
            ImageSource(.descriptor(large.rawValue), format: .raw),
        ]
        try await withSmallDisk { mount in
            let scene = try StorageScene(in: mount)
            let before = try StorageSpace.at(mount)
            for source in sources {
                let failure = await #expect(throws: StorageError.self) {
                    try await scene.store.add(ImageName("x"), from: source, kind: .disk)
                }
                guard case .noSpace = failure else {
                    Issue.record("\(source): \(String(describing: failure))")
                    continue
                }
                #expect(try scene.imageNames.isEmpty)
                try await untilNothingIsShared { try StorageSpace.at(mount) == before }
                #expect(try StorageSpace.at(mount) == before)
            }
        }
    }

    @Test("leaves nothing of an image whose manifest did not fit")
    func manifest() async throws {
        let outside = try StorageScene()
        let source = try outside.file("source", noise(1 << 20))
        try await withSmallDisk { mount in
            let scene = try StorageScene(in: mount)
            try fill(mount, leaving: 1 << 20)
            let failure = await #expect(throws: StorageError.self) {
                try await scene.store.add(ImageName("x"), from: source, format: .raw, kind: .disk)
            }
            guard case .noSpace = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(try scene.imageNames == [])
            try await untilNothingIsShared { try StorageSpace.at(mount).free == .mebibytes(1) }
            #expect(try StorageSpace.at(mount).free == .mebibytes(1))
        }
    }

    @Test("leaves nothing of a disk or a seed that did not fit")
    func disk() async throws {
        try await withSmallDisk { mount in
            let scene = try StorageScene(in: mount)
            let id = try scene.instance()
            let image = try await scene.add("x", noise(512))
            try fill(mount, leaving: 65_536)
            let path = scene.instances.diskPath(0, of: id)
            await #expect(throws: StorageError.noSpace(path)) {
                try await scene.instances.createDisk(0, of: id, on: image, size: .gibibytes(1))
            }
            let text = String(repeating: "x", count: 200_000)
            await #expect(throws: StorageError.self) {
                try await scene.instances.createSeed(
                    CloudInit(userData: .text(Secret(text))), of: id, name: InstanceName("a"), interfaces: [])
            }
            #expect(try scene.names(scene.instances.directory(of: id)) == ["console"])
        }
    }
}
