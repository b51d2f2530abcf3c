// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

@testable import InstanceModel

/// Documents that are wrong in one place, told with that place and the rule.
@Suite("Invalid documents")
struct InvalidSpecTests {
    /// A line, in a document that is else right, and the path and rule of what is wrong.
    typealias Mistake = (line: String, path: String, rule: String)

    private static let aName = "1 to 63 of a-z A-Z 0-9 . _ - and starts with a letter or digit"
    private static let aPort = "a published port is [ADDRESS:]HOST:GUEST, with /udp where it is not TCP"
    private static let anAddress = "a MAC address is six hexadecimal pairs, unicast, not all zero"
    private static let aHost = "a host name has labels of letters, digits and '-', at most 63 bytes each"
    private static let aKey = "a public key is one line: its type, base64 and an optional comment"
    private static let aSize = "a size is a whole number and a unit: B, KiB, MiB, GiB, TiB, KB, MB, GB or TB"
    private static let aDisk = "a disk is 1 MiB to 64 TiB, in whole sectors of 512 bytes"
    private static let aBridge = "a bridge's name has 1 to 15 letters, digits, '.', '_' or '-'"
    private static let aWholeNumber = "this is a whole number, in decimal and without quotes"

    static let names: [Mistake] = [
        ("name: ''", "name", "an instance's name has \(aName)"),
        ("name: .a", "name", "an instance's name has \(aName)"),
        ("name: _a", "name", "an instance's name has \(aName)"),
        ("name: a/b", "name", "an instance's name has \(aName)"),
        ("name: web 1", "name", "an instance's name has \(aName)"),
        ("name: ключ", "name", "an instance's name has \(aName)"),
        ("name: a\(String(repeating: "b", count: 63))", "name", "an instance's name has \(aName)"),
        (
            "name: 5d1d7a7e-6b1c-4a3d-9d6a-3f0f3a1c2b4d", "name", "an instance's name does not look like a UUID"
        ),
        ("boot: {kernel: ../k}", "boot.kernel", "an image's name has \(aName)"),
        ("boot: {kernel: k, initrd: -i}", "boot.initrd", "an image's name has \(aName)"),
        ("boot: {}", "boot.kernel", "`kernel` is required"),
        ("boot: vmlinuz", "boot", "this is a mapping of keys and values"),
        ("boot: {kernel: k, append: quiet}", "boot.append", "this key is not known here"),
        ("disks: [{image: /var/lib/a.qcow2}]", "disks[0].image", "an image's name has \(aName)"),
        ("disks: [{image: debian:12}]", "disks[0].image", "an image's name has \(aName)"),
    ]

    static let sizes: [Mistake] = [
        ("vcpus: 513", "vcpus", "1 to 512 virtual processors"),
        ("vcpus: +2", "vcpus", aWholeNumber),
        ("vcpus: 1_000", "vcpus", aWholeNumber),
        ("vcpus: true", "vcpus", aWholeNumber),
        ("memory: 2 gigabytes", "memory", aSize),
        ("memory: 2 gib", "memory", aSize),
        ("memory: 1.5 GiB", "memory", aSize),
        ("memory: -2 GiB", "memory", aSize),
        ("memory: GiB", "memory", aSize),
        ("memory: 17 TiB", "memory", "memory is 32 MiB to 16 TiB, in whole MiB"),
        ("memory: 65537 KiB", "memory", "memory is 32 MiB to 16 TiB, in whole MiB"),
        ("memory: 9223372036854775808 B", "memory", "a size is at most 2^63 - 1 bytes"),
        ("memory: 99999999 TiB", "memory", "a size is at most 2^63 - 1 bytes"),
        ("disks: [{size: 1 KiB}]", "disks[0].size", aDisk),
        ("disks: [{size: 65 TiB}]", "disks[0].size", aDisk),
        ("disks: [{size: 1048577 B}]", "disks[0].size", aDisk),
        ("disks: [{size: 1073741824}]", "disks[0].size", "a size needs a unit"),
        ("disks: [{}]", "disks[0]", "a disk has an image, a size, or both"),
        ("disks: [{serial: a}]", "disks[0]", "a disk has an image, a size, or both"),
        ("disks: [[]]", "disks[0]", "this is a mapping of keys and values"),
        ("disks: 1", "disks", "this is a list"),
    ]

    static let networks: [Mistake] = [
        ("interfaces: user", "interfaces", "this is a list"),
        ("interfaces: [user]", "interfaces[0]", "this is a mapping of keys and values"),
        ("interfaces: [{network: nat}]", "interfaces[0].network", "a network is user or { bridge: NAME }"),
        ("interfaces: [{network: [user]}]", "interfaces[0].network", "this is text"),
        (
            "interfaces: [{network: {}}]", "interfaces[0].network",
            "a network is one of bridge, openvswitch, macvtap, libvirt, hostdev, vhostuser"
        ),
        ("interfaces: [{network: {bridge: ''}}]", "interfaces[0].network.bridge", aBridge),
        ("interfaces: [{network: {bridge: ..}}]", "interfaces[0].network.bridge", aBridge),
        ("interfaces: [{network: {bridge: a/b}}]", "interfaces[0].network.bridge", aBridge),
        ("interfaces: [{network: {bridge: abcdefghijklmnop}}]", "interfaces[0].network.bridge", aBridge),
        ("interfaces: [{network: user, mac: 52:54:00}]", "interfaces[0].mac", anAddress),
        ("interfaces: [{network: user, mac: \"53:54:00:00:00:01\"}]", "interfaces[0].mac", anAddress),
        ("interfaces: [{network: user, mac: \"00:00:00:00:00:00\"}]", "interfaces[0].mac", anAddress),
        ("interfaces: [{network: user, mac: \"52-54-00-00-00-01\"}]", "interfaces[0].mac", anAddress),
        ("interfaces: [{network: user, publish: \"1:1\"}]", "interfaces[0].publish", "this is a list"),
        ("interfaces: [{network: user, publish: [22]}]", "interfaces[0].publish[0]", "this is text"),
        ("interfaces: [{network: user, publish: [\"0:22\"]}]", "interfaces[0].publish[0]", aPort),
        ("interfaces: [{network: user, publish: [\"65536:22\"]}]", "interfaces[0].publish[0]", aPort),
        ("interfaces: [{network: user, publish: [\"1:2:3:4\"]}]", "interfaces[0].publish[0]", aPort),
        ("interfaces: [{network: user, publish: [\"256.0.0.1:1:1\"]}]", "interfaces[0].publish[0]", aPort),
        ("interfaces: [{network: user, publish: [\"1:1/sctp\"]}]", "interfaces[0].publish[0]", aPort),
        (
            "interfaces: [{network: user, publish: [\"1:1\", \"1:2\"]}]", "interfaces[0].publish[1]",
            "each port of the host is published once"
        ),
        ("interfaces: [{network: user, model: e1000}]", "interfaces[0].model", "one of virtio, e1000e"),
    ]

    static let others: [Mistake] = [
        ("cloud_init: [a]", "cloud_init", "this is a mapping of keys and values"),
        ("cloud_init: {hostname: -a}", "cloud_init.hostname", aHost),
        ("cloud_init: {hostname: a..b}", "cloud_init.hostname", aHost),
        ("cloud_init: {hostname: a_b}", "cloud_init.hostname", aHost),
        ("cloud_init: {ssh_keys: ssh-rsa}", "cloud_init.ssh_keys", "this is a list"),
        ("cloud_init: {ssh_keys: [ssh-rsa]}", "cloud_init.ssh_keys[0]", aKey),
        ("cloud_init: {ssh_keys: [ssh-dss AAAAB3NzaC1kc3MAAACBAKZp]}", "cloud_init.ssh_keys[0]", aKey),
        ("cloud_init: {ssh_keys: ['no-pty ssh-rsa AAAAB3NzaC1yc2EAAAAD']}", "cloud_init.ssh_keys[0]", aKey),
        (
            "cloud_init: {ssh_keys: ['-----BEGIN OPENSSH PRIVATE KEY-----']}", "cloud_init.ssh_keys[0]",
            "a guest is given public keys only"
        ),
        ("agent: 1", "agent", "this is true or false, without quotes"),
        ("agent: [true]", "agent", "this is true or false, without quotes"),
        ("labels: [a]", "labels", "this is a mapping of keys and values"),
        ("labels: {'': a}", "labels.", "a label's key has 1 to 63 of a-z A-Z 0-9 . _ - /"),
        ("labels: {a b: c}", "labels.a b", "a label's key has 1 to 63 of a-z A-Z 0-9 . _ - /"),
        ("labels: {a: [b]}", "labels.a", "this is text"),
        ("labels: {a: true}", "labels.a", "this is text"),
        (
            "labels: {a: \(String(repeating: "x", count: 1_025))}", "labels.a",
            "a label's value has at most 1,024 bytes"
        ),
        ("version: 1.0", "version", aWholeNumber),
        ("version: 0", "version", "the supported versions are: 1"),
        ("nested: {a: 1}", "nested", "this key is not known here"),
    ]

    @Test("each is told with its path and its rule, and nothing else", arguments: names + sizes + networks + others)
    func mistake(line: String, path: String, rule: String) {
        let found = problems(in: InstanceDocumentTests.document(with: line))
        #expect(found.map(\.path) == [path])
        #expect(found.map(\.violation.rule) == [rule])
        // It takes the place of a line, or is one more.
        #expect(found.allSatisfy { !$0.violation.remedy.isEmpty && [5, 6].contains($0.line) })
    }

    @Test("too many disks, interfaces and labels are one problem each")
    func tooMany() {
        let list = { (item: String, count: Int) in
            "[" + Array(repeating: item, count: count).joined(separator: ", ") + "]"
        }
        let labels = (0..<65).map { "k\($0): v" }.joined(separator: ", ")
        let cases = [
            ("disks: " + list("{size: 1 GiB}", 25), "disks: at most 24 disks"),
            ("interfaces: " + list("{network: user}", 9), "interfaces: at most 8 interfaces"),
            ("labels: {\(labels)}", "labels: at most 64 labels"),
        ]
        for (line, expected) in cases {
            let found = problems(in: InstanceDocumentTests.document(with: line))
            #expect(found.map { "\($0.path): \($0.violation.rule)" } == [expected])
        }
    }
}
