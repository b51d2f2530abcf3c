// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel
import SystemPackage
import TestSupport
import Testing

@testable import Storage

/// Volumes on a disk of their own.
@Suite("The store of volumes")
struct VolumeStoreTests {
    private let directory: TemporaryDirectory
    private let store: VolumeStore

    init() throws {
        directory = try TemporaryDirectory()
        store = VolumeStore(directory: directory.path, guest: nil)
    }

    private func request(
        _ name: String, _ format: VolumeFormat = .raw, isPreallocated: Bool = false
    ) throws -> VolumeRequest {
        try VolumeRequest(
            name: VolumeName(name), size: DiskSize(.mebibytes(4)), format: format, isPreallocated: isPreallocated)
    }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: directory.path.string).sorted() }
    }

    @Test("makes a volume of zeros that nobody else can read, and finds it again", arguments: VolumeFormat.allCases)
    func makes(format: VolumeFormat) async throws {
        let made = try await store.create(try request("data", format))
        #expect(try VolumeStore(directory: directory.path, guest: nil).volumes() == [made])
        #expect(try store.volume(named: VolumeName("data")) == made)
        #expect(made.size == .mebibytes(4) && made.format == format)
        #expect(made.allocated < .mebibytes(1))
        #expect(made.serial.count == 20 && made.serial.allSatisfy(\.isHexDigit))
        #expect(try names == ["data.\(format.rawValue)", "data.json"].sorted())
        let attributes = try FileManager.default.attributesOfItem(atPath: made.path.string)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        if format == .raw {
            #expect(try Data(contentsOf: URL(filePath: made.path.string)) == Data(count: 4 << 20))
        }
    }

    @Test("takes the room at once where it is asked to")
    func preallocates() async throws {
        let made = try await store.create(try request("full", isPreallocated: true))
        #expect(made.allocated >= .mebibytes(4) && made.isPreallocated)
        #expect(throws: RuleViolation.self) { try request("full", .qcow2, isPreallocated: true) }
    }

    @Test("gives a name once, also to many who ask at the same time")
    func taken() async throws {
        let made = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask { (try? await store.create(try request("one"))) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(made == 1)
        #expect(try names == ["one.json", "one.raw"])
        await #expect(throws: StorageError.volumeExists(try VolumeName("one"))) {
            try await store.create(try request("one", .qcow2))
        }
        #expect(try names == ["one.json", "one.raw"])
    }

    @Test("takes nothing of a volume away that another one of its name lost to, whatever its format")
    func lost() async throws {
        for _ in 0..<40 {
            let made = await withTaskGroup(of: StoredVolume?.self) { group in
                for format in VolumeFormat.allCases {
                    group.addTask { try? await store.create(try request("both", format)) }
                }
                return await group.reduce(into: []) { $0.append($1) }.compactMap(\.self)
            }
            try #require(made.count == 1)
            #expect(try store.volumes() == made)
            #expect(try names == ["both.json", "both.\(made[0].format.rawValue)"].sorted())
            let deletion = try store.beginDeletion(of: made[0].name)
            try deletion.hide()
            try await deletion.removeBytes()
        }
    }

    @Test("is not made where a file without a manifest has its place")
    func place() async throws {
        let stranger = directory.path.appending("data.raw")
        try Data([1]).write(to: URL(filePath: stranger.string))
        await #expect(throws: StorageError.exists(stranger)) { try await store.create(try request("data")) }
        #expect(try names == ["data.raw"])
    }

    @Test("deletes a volume with all of it, and says of none that there is none")
    func deletes() async throws {
        _ = try await store.create(try request("gone"))
        let name = try VolumeName("gone")
        let hold = try store.hold(name)
        #expect(throws: StorageError.volumeBusy(name)) { _ = try store.beginDeletion(of: name) }
        hold.release()
        // One that is not completed takes nothing away.
        _ = try store.beginDeletion(of: name)
        #expect(try store.volumes().map(\.name) == [name])
        let stranger = URL(filePath: directory.path.appending("gone.qcow2").string)
        try Data([1]).write(to: stranger)
        let deletion = try store.beginDeletion(of: name)
        try deletion.hide()
        #expect(throws: StorageError.volumeNotFound(name)) { try store.volume(named: name) }
        try await deletion.removeBytes()
        // What has no manifest is nobody's, whatever it is called.
        #expect(try names == ["gone.qcow2"])
        try FileManager.default.removeItem(at: stranger)
        #expect(try names.isEmpty)
        #expect(throws: StorageError.volumeNotFound(name)) { _ = try store.beginDeletion(of: name) }
        #expect(throws: StorageError.volumeNotFound(name)) { _ = try store.hold(name) }
        #expect(throws: StorageError.volumeNotFound(name)) { try store.volume(named: name) }
    }

    @Test("removes what a dead process left of a volume that was made or deleted, and nothing else")
    func crashed() async throws {
        _ = try await store.create(try request("half"))
        _ = try await store.create(try request("whole"))
        let open = try OpenDirectory(directory.path)
        try open.rename("half.json", to: ".half.json.dead.manifest")
        try Data([1]).write(to: URL(filePath: directory.path.appending(".new.raw.dead.part").string))
        try Data([1]).write(to: URL(filePath: directory.path.appending("strange.raw").string))
        #expect(try store.volumes().map(\.name.description) == ["whole"])
        #expect(try store.unknownFiles() == [directory.path.appending("strange.raw").string])
        #expect(try store.leftovers().map(\.kind) == [.volume, .volume])
        _ = try await store.create(try request("next"))
        #expect(try names == ["next.json", "next.raw", "strange.raw", "whole.json", "whole.raw"])
    }

    @Test("that has no directory yet has no volumes")
    func missing() throws {
        let store = VolumeStore(directory: directory.path.appending("none"), guest: nil)
        #expect(try store.volumes().isEmpty && store.unknownFiles().isEmpty && store.leftovers().isEmpty)
        try store.cleanUp()
        let name = try VolumeName("data")
        #expect(throws: StorageError.volumeNotFound(name)) { try store.volume(named: name) }
    }

    @Test("says what is wrong with a volume, which hides no other")
    func damaged() async throws {
        let lost = try await store.create(try request("lost"))
        _ = try await store.create(try request("kept"))
        try FileManager.default.removeItem(atPath: lost.path.string)
        try FileManager.default.createSymbolicLink(atPath: lost.path.string, withDestinationPath: "/etc/passwd")
        #expect(throws: StorageError.volumeMissing(lost.name, lost.path)) { try store.volume(named: lost.name) }
        #expect(try store.volumes().map(\.name.description) == ["kept"])
        try Data("{}".utf8).write(to: URL(filePath: directory.path.appending("kept.json").string))
        #expect(throws: StorageError.self) { try store.volume(named: VolumeName("kept")) }
    }
}
