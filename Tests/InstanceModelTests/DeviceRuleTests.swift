// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import InstanceModel
import Testing

@Suite("Rules of devices, cloud-init and whole instances")
struct DeviceRuleTests {
    @Test(
        "reads MAC addresses in either case",
        arguments: [("52:54:00:12:34:56", "52:54:00:12:34:56"), ("FE:ff:00:00:0A:0b", "fe:ff:00:00:0a:0b")])
    func readsAddresses(text: String, expected: String) throws {
        #expect(try MACAddress(parsing: text).description == expected)
    }

    @Test(
        "refuses other MAC addresses",
        arguments: [
            "", "00:00:00:00:00:00", "01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "52:54:00:12:34", "52:54:00:12:34:56:78",
            "52-54-00-12-34-56", "52:54:00:12:34:5g", "52:54:00:12:34:+f", "52:54:00:12:34:-0", "5:54:00:12:34:56",
            "52:54:00:12:34:56 ", "52:54:00:12:34:５６", "52:54:00:12:34:5\u{301}",
        ])
    func refusesAddresses(text: String) {
        #expect(
            throws: violation(
                text, "a MAC address is six hexadecimal pairs, unicast, not all zero", "for example 52:54:00:12:34:56")
        ) { try MACAddress(parsing: text) }
    }

    @Test("derives the same addresses for the same instance, others for others")
    func derivesAddresses() throws {
        let first = try #require(InstanceID("6ba7b810-9dad-11d1-80b4-00c04fd430c8"))
        #expect(MACAddress.derived(for: first, index: 0).description == "52:54:00:fd:65:3b")
        #expect(MACAddress.derived(for: first, index: 0) == MACAddress.derived(for: first, index: 0))
        let addresses = (0..<8).map { MACAddress.derived(for: first, index: $0) }
        #expect(Set(addresses).count == 8)
        for address in addresses {
            #expect(try MACAddress(parsing: address.description) == address)
            #expect(address.bytes.prefix(3) == [0x52, 0x54, 0x00])
        }
        // Identities that differ in one bit spread: of 4,096 in 2^24 about one pair meets.
        let spread = Set(
            (0..<4096).map { number -> MACAddress in
                var bytes = first.uuid.uuid
                bytes.15 = UInt8(truncatingIfNeeded: number)
                bytes.14 = UInt8(truncatingIfNeeded: number >> 8)
                return .derived(for: InstanceID(UUID(uuid: bytes)), index: 0)
            })
        #expect(spread.count >= 4090)
    }

    @Test(
        "reads published ports",
        arguments: [
            ("2222:22", "2222:22"), ("127.0.0.1:2222:22", "2222:22"), ("0.0.0.0:1:65535/udp", "0.0.0.0:1:65535/udp"),
            ("2222:22/tcp", "2222:22"), ("10.0.0.255:53:53/udp", "10.0.0.255:53:53/udp"),
        ])
    func readsPorts(text: String, expected: String) throws {
        let port = try PublishedPort(parsing: text)
        #expect(port.description == expected)
        #expect(try PublishedPort(parsing: port.description) == port)
    }

    @Test(
        "refuses other published ports",
        arguments: [
            "", "22", ":22", "2222:", "0:22", "2222:0", "65536:22", "2222:65536", "+22:22", " 2222:22", "2222:22 ",
            "2222:22/", "2222:22/sctp", "2222:22/TCP", "2222:22/tcp/udp", "1.2.3:1:2", "1.2.3.4.5:1:2", "256.0.0.1:1:2",
            "01.2.3.4:1:2", "::1:1:2", "[::1]:1:2", "localhost:1:2", "٢:٢", "2222:22,hostfwd=tcp::1-:1", "1:2\n", "a:b",
        ])
    func refusesPorts(text: String) {
        #expect(
            throws: violation(
                text, "a published port is [ADDRESS:]HOST:GUEST, with /udp where it is not TCP",
                "for example 2222:22 or 0.0.0.0:8080:80")
        ) { try PublishedPort(parsing: text) }
    }

    @Test(
        "ports overlap where both cannot be listened on",
        arguments: [
            ("1:1", "1:2", true), ("1:1", "0.0.0.0:1:1", true), ("0.0.0.0:1:1", "10.0.0.1:1:1", true),
            ("1:1", "10.0.0.1:1:1", false), ("1:1", "1:1/udp", false), ("1:1", "2:1", false),
        ])
    func overlap(left: String, right: String, expected: Bool) throws {
        let left = try PublishedPort(parsing: left).endpoint
        let right = try PublishedPort(parsing: right).endpoint
        #expect(left.overlaps(right) == expected)
        #expect(right.overlaps(left) == expected)
    }

    @Test("reads host names", arguments: ["a", "web-1", "web-1.example.org", String(repeating: "x", count: 63), "1"])
    func readsHostNames(text: String) throws {
        #expect(try HostName(text).description == text)
    }

    @Test(
        "refuses other host names",
        arguments: [
            "", ".", "a.", ".a", "a..b", "-a", "a-", "a_b", "a b", "a\nb", "имя", "a/b", "a:b", "a\u{0}",
            String(repeating: "x", count: 64), Array(repeating: "abcdefg", count: 32).joined(separator: "."),
        ])
    func refusesHostNames(text: String) {
        #expect(
            throws: violation(
                text, "a host name has labels of letters, digits and '-', at most 63 bytes each", "for example web-1")
        ) { try HostName(text) }
    }

    static let key = "AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE"

    @Test(
        "reads public keys",
        arguments: [
            "ssh-ed25519 \(key)", "ssh-ed25519 \(key) ann@example.org", "ssh-rsa \(key)== a comment with ]]> and 名前",
        ])
    func readsKeys(text: String) throws {
        #expect(try SSHPublicKey(text).description == text)
    }

    @Test(
        "refuses other public keys",
        arguments: [
            "", "ssh-ed25519", "ssh-dss \(key)", "ssh-ed25519 short", "ssh-ed25519 \(key)\nssh-rsa \(key)",
            "command=\"x\" ssh-ed25519 \(key)", "ssh-ed25519 \(key) a\u{2028}b", "ssh-ed25519 \(key) a\u{0}",
            "ssh-ed25519 Ключ\(key)", "ssh-rsa " + String(repeating: "A", count: 16_384),
        ])
    func refusesKeys(text: String) {
        #expect(
            throws: violation(
                text, "a public key is one line: its type, base64 and an optional comment",
                "paste the line of a .pub file, such as ssh-ed25519 AAAA… name")
        ) { try SSHPublicKey(text) }
    }

    @Test("refuses a private key without showing it")
    func refusesPrivateKey() {
        #expect(
            throws: violation(
                "a private key", "a guest is given public keys only", "paste the line of the .pub file beside it")
        ) { try SSHPublicKey("-----BEGIN OPENSSH PRIVATE KEY-----\n\(Self.key)\n") }
    }

    @Test("an instance's parts are checked together, all at once")
    func checksParts() throws {
        let mac = try MACAddress(parsing: "52:54:00:00:00:01")
        let ports = try [PublishedPort(parsing: "1:1"), PublishedPort(parsing: "0.0.0.0:1:2")]
        var interfaces = [Interface(network: .user(publish: ports), mac: mac)]
        interfaces += Array(repeating: Interface(network: .bridge(try BridgeName("br0")), mac: mac), count: 8)
        let error = #expect(throws: InvalidSpec.self) {
            try Instance(
                name: InstanceName("a"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(64)), interfaces: interfaces
            )
        }
        let duplicateMACs = (1...8).map { "interfaces[\($0)].mac:-: each interface has its own MAC address" }
        let expected = [
            "disks:-: an instance boots from a disk, a kernel, or an interface with `boot_order`",
            "interfaces:-: at most 8 interfaces",
            "interfaces[0].publish[1]:-: each port of the host is published once",
        ]
        #expect(brief(error?.problems ?? []) == expected + duplicateMACs)
        let disks = Array(repeating: Disk.blank(try DiskSize(.gibibytes(1))), count: 25)
        let second = #expect(throws: InvalidSpec.self) {
            try Instance(
                name: InstanceName("a"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(64)), disks: disks)
        }
        #expect(brief(second?.problems ?? []) == ["disks:-: at most 24 disks"])
    }
}
