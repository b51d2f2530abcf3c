// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import TestSupport
import Testing

@testable import InstanceModel

@Suite("Storing the instance document")
struct StoredDocumentTests {
    @Test("stores canonical JSON without secrets")
    func storesCanonically() throws {
        let stored = InstanceDocument.stored(try InstanceDocumentTests.fullInstance())
        let expected = [
            #"{"agent":false,"#,
            #""boot":{"command_line":"console=ttyS0","initrd":"debian-initrd","kernel":"debian-kernel"},"#,
            #""cloud_init":{"hostname":"web-1","ssh_keys":["ssh-ed25519 \#(DeviceRuleTests.key) ann"],"#,
            #""user_data_sha256":"\#(digest)"},"#,
            #""disks":[{"image":"debian-12","size":"20 GiB"},{"size":"5 GiB"},{"image":"data"}],"#,
            #""interfaces":[{"network":"user","publish":["2222:22","0.0.0.0:53:53/udp"]},"#,
            #"{"mac":"52:54:00:12:34:56","network":{"bridge":"br0"}}],"#,
            #""labels":{"a/b":"]]>\u000a","role":"web"},"memory":"2 GiB","name":"web-1","vcpus":2,"version":1}"#,
        ].joined()
        #expect(stored == expected)
    }

    /// `printf '#cloud-config\npassword: hunter2\n' | sha256sum`
    let digest = "fd2dccab4801c86a3fd9bfaf7d937827680adbfbd4d899f7b7f53cb98592cd18"

    @Test("reads back everything but secrets, and stores it again as it was")
    func roundTrip() throws {
        let instance = try InstanceDocumentTests.fullInstance()
        let stored = InstanceDocument.stored(instance)
        let read = try InstanceDocument.parseStored(stored)
        let cloudInit = try #require(instance.cloudInit)
        let expected = try Instance(
            name: instance.name, vcpus: instance.vcpus, memory: instance.memory, boot: instance.boot,
            disks: instance.disks, interfaces: instance.interfaces,
            cloudInit: CloudInit(hostname: cloudInit.hostname, sshKeys: cloudInit.sshKeys, userData: .digest(digest)),
            agent: instance.agent, labels: instance.labels)
        #expect(read == expected)
        #expect(InstanceDocument.stored(read) == stored)
        #expect(!stored.contains("hunter2") && !stored.contains("version: 2"))
    }

    @Test("a stored document holds no user data", arguments: [#"{"user_data":"x"}"#, #"{"user_data_sha256":"x"}"#])
    func refusesUserData(cloudInit: String) {
        let text =
            #"{"version":1,"name":"a","vcpus":1,"memory":"64 MiB","disks":[{"image":"a"}],"cloud_init":\#(cloudInit)}"#
        let error = #expect(throws: InvalidSpec.self) { try InstanceDocument.parseStored(text) }
        #expect(error?.problems.count == 1)
    }

    @Test("carries hostile labels through, in text that may stand in XML", arguments: hostileTexts)
    func hostileLabels(text: String) throws {
        guard text.utf8.count <= 1024 else {
            #expect(throws: RuleViolation.self) { try Labels(["k": text]) }
            return
        }
        let instance = try Instance(
            name: InstanceName("a"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(64)),
            disks: [.image(ImageName("a"), size: nil)], labels: Labels(["k": text]))
        let stored = InstanceDocument.stored(instance)
        let kept = try #require(try InstanceDocument.parseStored(stored).labels.pairs["k"])
        #expect(Array(kept.unicodeScalars) == Array(text.unicodeScalars))
        #expect(stored.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{FFFE}" && $0 != "\u{FFFF}" })
        let object = try JSONSerialization.jsonObject(with: Data(stored.utf8)) as? [String: Any]
        let labels = try #require(object?["labels"] as? [String: String])
        #expect(Array(try #require(labels["k"]).unicodeScalars) == Array(text.unicodeScalars))
    }

    @Test("equal instances are stored as equal text, whatever the order of their keys")
    func isStable() throws {
        let first = try InstanceDocument.parse(
            "version: 1\nname: a\nvcpus: 1\nmemory: 1 GiB\ndisks: [{size: 1 GiB, image: i}]\nlabels: {b: x, a: y}")
        let second = try InstanceDocument.parse(
            "labels: {a: y, b: x}\ndisks: [{image: i, size: 1024 MiB}]\nmemory: 1024 MiB\nvcpus: 1\nname: a\nversion: 1"
        )
        #expect(InstanceDocument.stored(first) == InstanceDocument.stored(second))
    }
}
