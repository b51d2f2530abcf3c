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

@Suite("The cloud-init seed")
struct SeedTests {
    private let scene: StorageScene
    private let id: InstanceID

    init() throws {
        scene = try StorageScene()
        id = try scene.instance()
    }

    private func seed(_ cloudInit: CloudInit, interfaces: [MACAddress] = []) async throws -> FilePath {
        try await scene.instances.createSeed(
            cloudInit, of: id, name: InstanceName("web-1"), interfaces: interfaces)
    }

    /// The files of a seed, by name.
    private func content(_ seed: FilePath) async throws -> [String: String] {
        let target = scene.root.appending("content-\(UInt64.random(in: 0 ... .max))")
        _ = try await output(
            "xorriso", ["-no_rc", "-osirrox", "on", "-indev", seed.string, "-extract", "/", target.string])
        var files: [String: String] = [:]
        for name in try scene.names(target) {
            files[name] = String(decoding: try StorageScene.bytes(target.appending(name)), as: UTF8.self)
        }
        return files
    }

    private func object(_ text: String?) throws -> NSDictionary? {
        try JSONSerialization.jsonObject(with: Data((text ?? "").utf8)) as? NSDictionary
    }

    private let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL0/abc+def== \"quoted\": 'name' # é \\ /"

    @Test("has the label cidata and is readable by the guest account alone")
    func label() async throws {
        let path = try await seed(CloudInit())
        #expect(path == scene.instances.seedPath(of: id))
        let label = try StorageScene.bytes(path)[(16 * 2_048 + 40)..<(16 * 2_048 + 72)]
        #expect(String(decoding: label, as: UTF8.self) == "cidata" + String(repeating: " ", count: 26))
        let status = try scene.status(path)
        #expect(status.mode & 0o7777 == 0o400)
        #expect(status.userID == scene.guest?.userID ?? geteuid())
        #expect(status.groupID == scene.guest?.groupID ?? getegid())
        #expect(try scene.names(scene.instances.directory(of: id)) == ["console", "seed.iso"])
    }

    @Test("has the instance's name where there is nothing else")
    func plain() async throws {
        let files = try await content(try await seed(CloudInit()))
        #expect(files.keys.sorted() == ["meta-data", "user-data"])
        #expect(files["user-data"] == "#cloud-config\n{}\n")
        #expect(
            try object(files["meta-data"]) == ["instance-id": id.description, "local-hostname": "web-1"] as NSDictionary
        )
    }

    @Test("has host name and keys in the meta data, and the user data as it was given")
    func full() async throws {
        let userData = "#!/bin/sh\nprintf 'é \\0 \"x\"'\r\n\n"
        let cloudInit = CloudInit(
            hostname: try HostName("123"), sshKeys: [try SSHPublicKey(key)], userData: .text(Secret(userData)),
            networkData: Secret("version: 2\nethernets: {}\n"))
        let mac = try MACAddress(parsing: "52:54:00:00:00:01")
        let files = try await content(try await seed(cloudInit, interfaces: [mac]))
        #expect(files.keys.sorted() == ["meta-data", "network-config", "user-data"])
        #expect(files["user-data"] == userData)
        #expect(files["network-config"] == "version: 2\nethernets: {}\n")
        let expected: NSDictionary = [
            "instance-id": id.description, "local-hostname": "123", "public-keys": [key],
        ]
        #expect(try object(files["meta-data"]) == expected)
        #expect(files["meta-data"]?.contains("\\/") == false)
    }

    @Test("configures each interface by DHCP, found by its address, and waits for the first only")
    func network() async throws {
        let macs = try ["52:54:00:00:00:01", "52:54:00:00:00:02"].map { try MACAddress(parsing: $0) }
        let files = try await content(try await seed(CloudInit(), interfaces: macs))
        let expected: NSDictionary = [
            "version": 2,
            "ethernets": [
                "eth0": ["match": ["macaddress": "52:54:00:00:00:01"], "set-name": "eth0", "dhcp4": true],
                "eth1": [
                    "match": ["macaddress": "52:54:00:00:00:02"], "set-name": "eth1", "dhcp4": true, "optional": true,
                ],
            ],
        ]
        #expect(try object(files["network-config"]) == expected)
    }

    @Test("is made anew in one step")
    func again() async throws {
        _ = try await seed(CloudInit(userData: .text(Secret("one"))))
        let files = try await content(try await seed(CloudInit(userData: .text(Secret("two")))))
        #expect(files["user-data"] == "two")
        #expect(try scene.names(scene.instances.directory(of: id)) == ["console", "seed.iso"])
    }

    @Test("is not made of a digest, nor without a directory")
    func refused() async throws {
        await #expect(throws: StorageError.userDataNotKept(id)) {
            try await seed(CloudInit(userData: .digest(String(repeating: "0", count: 64))))
        }
        #expect(try scene.names(scene.instances.directory(of: id)) == ["console"])
        let other = InstanceID()
        await #expect(throws: StorageError.instanceNotFound(other)) {
            try await scene.instances.createSeed(
                CloudInit(), of: other, name: InstanceName("a"), interfaces: [])
        }
    }
}

@Suite("What is said of storage")
struct StorageErrorTests {
    @Test("says what happened, to what, and what to do")
    func texts() throws {
        let name = try ImageName("base")
        let id = InstanceID()
        let cases: [(StorageError, String)] = [
            (.sourceUnreadable("/a", .permissionDenied), "/a cannot be read: Permission denied"),
            (.notRegularFile("/a\n"), "\"/a\\n\" is not a regular file"),
            (.sourceChanged("/a"), "/a changed while it was copied"),
            (.refused("/a", .backingFile), "/a lies over a backing file"),
            (.imageExists(name), "an image named base exists"),
            (.imageNotFound(name), "no image is named base"),
            (.imageInUse(name, [id]), "image base is used by instance \(id)"),
            (.imageInUse(name, [id, id]), "image base is used by instances \(id), \(id)"),
            (.imageBusy(name), "image base is in use by another operation"),
            (.imageChanged(name, "/a"), "the file of image base, /a, changed since it was added"),
            (.imageMissing(name, "/a"), "the file of image base, /a, is gone"),
            (
                .smallerThanImage(name, requested: .mebibytes(1), image: .gibibytes(2)),
                "a disk of 1 MiB is smaller than its image base, which has 2 GiB"
            ),
            (.manifestUnreadable("/a", reason: "r"), "the manifest /a cannot be read: r"),
            (.noSpace("/a"), "no space is left for /a"),
            (.unsafePath("/a", reason: "r"), "/a is left alone: r"),
            (.userDataNotKept(id), "the user data of instance \(id) was not kept, only its digest"),
            (.program(.notFound(program: "p", package: "k")), "p is not installed"),
        ]
        for (error, message) in cases {
            #expect(error.message == message)
            #expect(error.hint?.isEmpty == false)
        }
        let withoutHint: [(StorageError, String)] = [
            (.wrongKind(name, needed: "disk"), "image base is not a disk"),
            (.exists("/a"), "/a exists"),
            (.instanceNotFound(id), "instance \(id) has no directory"),
            (.system(call: "open", "/a", .permissionDenied), "open failed on /a: Permission denied"),
            (.cancelled, "cancelled"),
        ]
        for (error, message) in withoutHint {
            #expect(error.message == message)
            #expect(error.hint == nil)
        }
    }
}
