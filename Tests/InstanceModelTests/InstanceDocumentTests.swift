// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import InstanceModel
import Testing

@Suite("Reading the instance document")
struct InstanceDocumentTests {
    static let key = DeviceRuleTests.key

    static let full = """
        version: 1
        name: web-1
        vcpus: 2
        memory: 2 GiB
        boot: { kernel: debian-kernel, initrd: debian-initrd, command_line: "console=ttyS0" }
        disks:
          - { image: debian-12, size: 20 GiB }
          - { size: 5 GiB }
          - image: data
        interfaces:
          - { network: user, publish: ["2222:22", "0.0.0.0:53:53/udp"] }
          - { network: { bridge: br0 }, mac: "52:54:00:12:34:56" }
        cloud_init:
          hostname: web-1
          ssh_keys: ["ssh-ed25519 \(key) ann"]
          user_data: |
            #cloud-config
            password: hunter2
          network_data: "version: 2"
        agent: false
        labels: { role: web, "a/b": "]]>\\n" }
        """

    static let fullJSON = """
        {"version": 1, "name": "web-1", "vcpus": 2, "memory": "2 GiB",
         "boot": {"kernel": "debian-kernel", "initrd": "debian-initrd", "command_line": "console=ttyS0"},
         "disks": [{"image": "debian-12", "size": "20 GiB"}, {"size": "5 GiB"}, {"image": "data"}],
         "interfaces": [{"network": "user", "publish": ["2222:22", "0.0.0.0:53:53/udp"]},
                        {"network": {"bridge": "br0"}, "mac": "52:54:00:12:34:56"}],
         "cloud_init": {"hostname": "web-1", "ssh_keys": ["ssh-ed25519 \(key) ann"],
                        "user_data": "#cloud-config\\npassword: hunter2\\n", "network_data": "version: 2"},
         "agent": false, "labels": {"role": "web", "a/b": "]]>\\n"}}
        """

    static func fullInstance() throws -> Instance {
        try Instance(
            name: InstanceName("web-1"), vcpus: VCPUCount(2), memory: MemorySize(.gibibytes(2)),
            boot: DirectBoot(
                kernel: ImageName("debian-kernel"), initrd: ImageName("debian-initrd"), commandLine: "console=ttyS0"),
            disks: [
                .image(ImageName("debian-12"), size: DiskSize(.gibibytes(20))), .blank(DiskSize(.gibibytes(5))),
                .image(ImageName("data"), size: nil),
            ],
            interfaces: [
                Interface(
                    network: .user(publish: [
                        PublishedPort(parsing: "2222:22"), PublishedPort(parsing: "0.0.0.0:53:53/udp"),
                    ])),
                Interface(network: .bridge(BridgeName("br0")), mac: MACAddress(parsing: "52:54:00:12:34:56")),
            ],
            cloudInit: CloudInit(
                hostname: HostName("web-1"), sshKeys: [SSHPublicKey("ssh-ed25519 \(key) ann")],
                userData: .text(Secret("#cloud-config\npassword: hunter2\n")), networkData: Secret("version: 2")),
            agent: false, labels: Labels(["role": "web", "a/b": "]]>\n"]))
    }

    @Test("reads every key, from YAML and from JSON", arguments: [full, fullJSON])
    func readsEverything(text: String) throws {
        #expect(try InstanceDocument.parse(text) == Self.fullInstance())
    }

    @Test("an agent is wanted unless refused, and nothing else is assumed")
    func readsLeast() throws {
        let instance = try InstanceDocument.parse(
            "version: 1\nname: a\nvcpus: 1\nmemory: 64 MiB\ndisks: [{size: 1 GiB}]")
        #expect(instance.agent)
        #expect(instance.boot == nil && instance.cloudInit == nil)
        #expect(instance.interfaces.isEmpty && instance.labels.pairs.isEmpty)
    }

    @Test("lists ten problems of a document with ten mistakes, in the document's order")
    func listsTenProblems() {
        let found = problems(
            in: """
                version: 1
                name: "-rf"
                vcpus: 0
                memory: 2048
                host: x
                disks:
                  - { image: a/b, sise: 1 GiB }
                  - {}
                interfaces:
                  - { network: { bridge: br0 }, publish: ["1:1"] }
                  - { network: user, publish: ["22"] }
                agent: maybe
                """)
        #expect(
            found.map(\.path) == [
                "name", "vcpus", "memory", "host", "disks[0].image", "disks[0].sise", "disks[1]",
                "interfaces[0].publish", "interfaces[1].publish[0]", "agent",
            ])
        #expect(found.map(\.line) == [2, 3, 4, 5, 7, 7, 8, 10, 11, 12])
        #expect(
            found.map(\.violation.value) == [
                "-rf", "0", "2048", "host", "a/b", "sise", "", "", "22", "maybe",
            ])
        #expect(found.allSatisfy { !$0.violation.rule.isEmpty && !$0.violation.remedy.isEmpty })
    }

    @Test("lists mistakes between parts of the document with the others, and both lines of a key that stands twice")
    func listsCrossFieldProblems() {
        let found = problems(
            in: """
                version: 2
                name: a b
                name: b
                vcpus: "2"
                boot: { initrd: x }
                disks: []
                interfaces:
                  - { network: user, publish: ["1:1", bad], mac: "52:54:00:00:00:01" }
                  - { network: usr, mac: "52:54:00:00:00:01" }
                  - { network: user, publish: ["0.0.0.0:1:2"] }
                labels: { "a b": 1 }
                """)
        #expect(
            brief(found)
                == [
                    "memory:1: `memory` is required", "version:1: the supported versions are: 1",
                    "name:2: an instance's name has 1 to 63 of a-z A-Z 0-9 . _ - and starts with a letter or digit",
                    "name:3: a key stands once in a mapping; this one is on line 2 and line 3",
                    "vcpus:4: this is a whole number, in decimal and without quotes",
                    "boot.kernel:5: `kernel` is required",
                    "interfaces[0].publish[1]:8: "
                        + "a published port is [ADDRESS:]HOST:GUEST, with /udp where it is not TCP",
                    "interfaces[1].network:9: a network is user or { bridge: NAME }",
                    "interfaces[1].mac:9: each interface has its own MAC address",
                    "interfaces[2].publish[0]:10: each port of the host is published once",
                    "labels.a b:11: a label's key has 1 to 63 of a-z A-Z 0-9 . _ - /", "labels.a b:11: this is text",
                ])
    }

    /// A document that is right but for one line.
    static func document(with line: String) -> String {
        let key = line.prefix { $0 != ":" }
        let others = ["version: 1", "name: a", "vcpus: 1", "memory: 64 MiB", "disks: [{size: 1 GiB}]"]
        return (others.filter { !$0.hasPrefix(key + ":") } + [line]).joined(separator: "\n")
    }

    static let mistakes: [(String, String, RuleViolation)] = [
        ("version: 2", "version", violation("2", "the supported versions are: 1", "write version: 1")),
        (
            "version: '1'", "version",
            violation("1", "this is a whole number, in decimal and without quotes", "for example 2")
        ),
        (
            "vcpus: 2.0", "vcpus",
            violation("2.0", "this is a whole number, in decimal and without quotes", "for example 2")
        ),
        (
            "vcpus: 0x2", "vcpus",
            violation("0x2", "this is a whole number, in decimal and without quotes", "for example 2")
        ),
        (
            "vcpus: 02", "vcpus",
            violation("02", "this is a whole number, in decimal and without quotes", "for example 2")
        ),
        (
            "vcpus:", "vcpus",
            violation("nothing", "this is a whole number, in decimal and without quotes", "for example 2")
        ),
        (
            "vcpus: [2]", "vcpus",
            violation("a list", "this is a whole number, in decimal and without quotes", "for example 2")
        ),
        (
            "vcpus: 99999999999999999999", "vcpus",
            violation("\(Int.max)", "1 to 512 virtual processors", "for example 2")
        ),
        ("vcpus: -1", "vcpus", violation("-1", "1 to 512 virtual processors", "for example 2")),
        ("name: 123", "name", violation("123", "this is text", "put it in quotes: \"123\"")),
        ("name: true", "name", violation("true", "this is text", "put it in quotes: \"true\"")),
        ("name: 1e3", "name", violation("1e3", "this is text", "put it in quotes: \"1e3\"")),
        ("name: ~", "name", violation("nothing", "this is text", "write the text, or leave the key out")),
        ("name: {}", "name", violation("a mapping", "this is text", "write the text itself")),
        ("memory: 2", "memory", violation("2", "a size needs a unit", "write 2 MiB or 2 GiB, whichever is meant")),
        ("memory: [2]", "memory", violation("a list", "this is a size with its unit", "for example 512 MiB")),
        ("memory: true", "memory", violation("true", "this is a size with its unit", "for example 512 MiB")),
        (
            "memory: 1 MiB", "memory",
            violation("1 MiB", "memory is 32 MiB to 16 TiB, in whole MiB", "for example 2 GiB")
        ),
        ("agent: yes", "agent", violation("yes", "this is true or false, without quotes", "write true or false")),
        ("agent: 'true'", "agent", violation("true", "this is true or false, without quotes", "write true or false")),
        ("agent: True", "agent", violation("True", "this is true or false, without quotes", "write true or false")),
        (
            "disks: []", "disks",
            violation(
                "", "an instance boots from a disk, a kernel, or an interface with `boot_order`",
                "give `disks` an image, or give `boot` a kernel")
        ),
        (
            "disks: [{type: cdrom}]", "disks",
            violation(
                "", "an instance boots from a disk, a kernel, or an interface with `boot_order`",
                "give `disks` an image, or give `boot` a kernel")
        ),
        (
            "disks: {size: 1 GiB}", "disks",
            violation("a mapping", "this is a list", "write [a, b], or one `- item` a line")
        ),
        (
            "disks: [debian]", "disks[0]",
            violation("debian", "this is a mapping of keys and values", "write `key: value` on the lines below")
        ),
        (
            "boot: {kernel: a, command_line: \"a\\nb\"}", "boot.command_line",
            violation(
                "a\nb", "a command line has at most 2,000 bytes, without control characters, U+FFFE and U+FFFF",
                "for example console=ttyS0")
        ),
        (
            "interfaces: [{publish: []}]", "interfaces[0].network",
            violation("", "`network` is required", "for example network: user")
        ),
        (
            "interfaces: [{network: {bridg: x}}]", "interfaces[0].network.bridg",
            violation("bridg", "this key is not known here", "did you mean `bridge`?")
        ),
        ("labels: {a: 1}", "labels.a", violation("1", "this is text", "put it in quotes: \"1\"")),
        (
            "cloud_init: {user_data_file: x}", "cloud_init.user_data_file",
            violation("x", "this document may not name files", "write the text itself as `user_data`")
        ),
        (
            "cloud_init: {user_data_sha256: x}", "cloud_init.user_data_sha256",
            violation(
                "user_data_sha256", "this key is not known here",
                "known here: hostname, ssh_keys, user_data, user_data_file, network_data")
        ),
        (
            "cloudInit: {}", "cloudInit",
            violation("cloudInit", "this key is not known here", "did you mean `cloud_init`?")
        ),
        (
            "cloud-init: {}", "cloud-init",
            violation("cloud-init", "this key is not known here", "did you mean `cloud_init`?")
        ),
        ("meomry: {}", "meomry", violation("meomry", "this key is not known here", "did you mean `memory`?")),
        (
            "\"a\\nb\": {}", #"a\nb"#,
            violation(
                "a\nb", "this key is not known here",
                "known here: version, name, vcpus, maximum_vcpus, cpu, memory, firmware, tpm, boot, disks, interfaces, "
                    + "watchdog, panic_device, cloud_init, agent, labels, io_threads, maximum_memory, "
                    + "memory_backing, memory_devices, balloon, numa, graphics, video, tablet, vsock, rng, devices, "
                    + "guest_os, profile, clock, hyperv, smbios, on_crash, on_reboot, on_poweroff, launch_security, "
                    + "shares, channels, serial_ports")
        ),
    ]

    @Test("names path, value, rule and remedy of each mistake", arguments: mistakes)
    func namesMistake(line: String, path: String, expected: RuleViolation) {
        let found = problems(in: Self.document(with: line))
        #expect(found.map(\.path) == [path])
        #expect(found.map(\.violation) == [expected])
    }

    @Test("a required key that is misspelt is one problem", arguments: ["nmae: a", "name_: a", "Name: a"])
    func misspeltKey(line: String) {
        let text = "version: 1\nvcpus: 1\nmemory: 64 MiB\ndisks: [{size: 1 GiB}]\n" + line
        #expect(problems(in: text).map(\.violation.remedy) == ["did you mean `name`?"])
    }

    @Test("names each key that is missing", arguments: ["version", "name", "vcpus", "memory"])
    func missing(key: String) {
        let others = ["version: 1", "name: a", "vcpus: 1", "memory: 64 MiB", "disks: [{size: 1 GiB}]"]
        let text = others.filter { !$0.hasPrefix(key) }.joined(separator: "\n")
        #expect(brief(problems(in: text)) == ["\(key):1: `\(key)` is required"])
    }

    @Test("a document that is no mapping is one problem", arguments: ["a", "- a", "[]", "\"a\"", "null", "1"])
    func noMapping(text: String) {
        #expect(brief(problems(in: text)) == [":1: this is a mapping of keys and values"])
    }

    @Test("text that other readers take for a boolean is text here", arguments: ["yes", "no", "on", "off", "y", "n"])
    func readsNorway(text: String) throws {
        #expect(try InstanceDocument.parse(Self.document(with: "name: \(text)")).name.description == text)
    }

    @Test("reads user data from the file that the document names")
    func readsAttachment() throws {
        let text = Self.document(with: "cloud_init: {user_data_file: user-data.yaml}")
        let instance = try InstanceDocument.parse(text) { name in "text of \(name)" }
        #expect(instance.cloudInit?.userData == .text(Secret("text of user-data.yaml")))
        let refusal = violation("user-data.yaml", "the file can be read", "check its path")
        let error = #expect(throws: InvalidSpec.self) {
            try InstanceDocument.parse(text) { _ throws(RuleViolation) in throw refusal }
        }
        #expect(error?.problems.map(\.violation) == [refusal])
        let long = #expect(throws: InvalidSpec.self) {
            try InstanceDocument.parse(text) { _ in String(repeating: "x", count: (1 << 20) + 1) }
        }
        #expect(long?.problems.map(\.violation.value) == ["1048577 bytes"])
        #expect(
            brief(problems(in: Self.document(with: "cloud_init: {user_data: a, user_data_file: b}"))) == [
                "cloud_init.user_data_file:6: user data is given once, by `user_data` or by `user_data_file`"
            ])
    }

    @Test(
        "no problem shows user data or network data",
        arguments: [
            "cloud_init: hunter2", "cloud_init: |\n  hunter2", "cloud_init: [hunter2]",
            "cloud_init: {user_data: [hunter2]}",
            "cloud_init: {user_data: {password: hunter2}}", "cloud_init: {network_data: {hunter2: 1}}",
            "cloud_init: {user_dat: hunter2}", "cloud_init:\n  user_data:\n    password: hunter2",
            "cloud_init:\n  user_data: hunter2: x", "cloud_init:\n  user_data: \"hunter2",
            "cloud_init: {user_data: 'hunter2' x}",
            "cloud_init:\n  user_data: hunter2\n  user_data: hunter2", "cloud_init:\n  user_data: *hunter2",
            "cloud_init:\n  user_data: !hunter2 x", "cloud_init: {user_data: @hunter2}",
            "cloud_init:\n  network_data: |hunter2\n", "cloud_init: {user_data: hunter2, user_data_file: x}",
            "cloud_init: {password: hunter2}", "cloud_init:\n  user_data: |\n    x\n   hunter2",
        ])
    func showsNoSecret(line: String) {
        let found = problems(in: Self.document(with: line))
        #expect(!found.isEmpty)
        #expect(!"\(found)".contains("hunter2"))
        #expect(
            found.allSatisfy { !$0.violation.remedy.contains("hunter2") && !$0.violation.value.contains("hunter2") })
    }

    @Test("numbers in user data are not shown either", arguments: ["4711", "0x1267", "true"])
    func showsNoSecretNumber(text: String) {
        let found = problems(in: Self.document(with: "cloud_init: {user_data: \(text), network_data: \(text)}"))
        #expect(
            found.map(\.violation) == Array(repeating: violation("text", "this is text", "put it in quotes"), count: 2))
    }

    @Test("the templates are valid", arguments: ["tiny", "cloud"])
    func templates(name: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let bytes = Array(try Data(contentsOf: root.appending(path: "Templates/\(name).yaml")))
        let instance = try InstanceDocument.parse(bytes: bytes)
        #expect(try InstanceDocument.parseStored(InstanceDocument.stored(instance)) == instance)
        switch name {
        case "tiny":
            #expect(
                try instance
                    == Instance(
                        name: InstanceName("tiny-1"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(128)),
                        disks: [.image(ImageName("tiny"), size: DiskSize(.mebibytes(512)))],
                        interfaces: [Interface(network: .user(publish: []))], labels: Labels(["purpose": "trial"])))
        default:
            #expect(instance.disks == [.image(try ImageName("debian-12"), size: try DiskSize(.gibibytes(4)))])
            #expect(
                instance.interfaces == [Interface(network: .user(publish: [try PublishedPort(parsing: "2222:22")]))])
            #expect(instance.cloudInit?.hostname == (try HostName("cloud-1")))
            #expect(instance.cloudInit?.sshKeys.count == 1)
        }
    }
}
