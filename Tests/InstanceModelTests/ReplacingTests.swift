// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import InstanceModel
import Testing

@Suite("Bringing an instance to another document")
struct ReplacingTests {
    private static let digest = String(repeating: "ab", count: 32)

    /// An instance as it is kept, with its sizes, addresses and digest.
    private static let present = """
        {"version":1,"name":"web-1","vcpus":2,"maximum_vcpus":4,"memory":"512 MiB","firmware":"uefi","tpm":true,
        "disks":[{"image":"base","size":"4 GiB"},{"size":"1 GiB"}],
        "interfaces":[{"network":"user","mac":"52:54:00:00:00:01"}],
        "cloud_init":{"hostname":"web","user_data_sha256":"\(digest)"},"labels":{"role":"web"}}
        """

    private func present() throws -> Instance { try InstanceDocument.parseStored(Self.present) }

    /// A document of the same instance, as a person writes it, with some of its lines replaced.
    private func document(_ replacements: (String, String)...) throws -> Instance {
        var text = """
            version: 1
            name: web-1
            vcpus: 2
            maximum_vcpus: 4
            memory: 512 MiB
            firmware: uefi
            tpm: true
            disks: [{ image: base }, { size: 1 GiB }]
            interfaces: [{ network: user }]
            cloud_init: { hostname: web }
            labels: { role: web }
            """
        for (line, other) in replacements {
            #expect(text.contains(line))
            text = text.replacing(line, with: other)
        }
        return try InstanceDocument.parse(text)
    }

    private func resolved(_ instance: Instance) throws -> Instance {
        let last = try MACAddress(parsing: "52:54:00:00:00:09")
        return try instance.resolved(replacing: present()) { _ in last }
    }

    @Test("what the document leaves out stays as it is, secrets included")
    func same() throws {
        let newer = try resolved(document())
        #expect(try newer == present())
        #expect(try InstanceDocument.changes(from: present(), to: newer) == [])
        #expect(try present().obstacles(toBecoming: newer) == [])
    }

    @Test("each change is told with its place and both values")
    func changes() throws {
        let newer = try resolved(
            document(
                ("vcpus: 2", "vcpus: 3"), ("{ size: 1 GiB }", "{ size: 1 GiB, limits: { iops: 5 } }"),
                ("[{ network: user }]", "[{ network: user, link: down }, { network: user }]"),
                ("{ role: web }", "{}")))
        let told = try InstanceDocument.changes(from: present(), to: newer).map(\.description)
        #expect(
            Set(told) == [
                #"vcpus changes from "2" to "3""#, #"disks[1].limits.iops is set to "5""#,
                #"interfaces[0].link is set to "down""#, #"interfaces[1].mac is set to "52:54:00:00:00:09""#,
                #"interfaces[1].network is set to "user""#, #"labels.role is no longer set; it was "web""#,
            ])
        #expect(told.count == 6)
        #expect(try present().obstacles(toBecoming: newer) == [])
    }

    @Test("what was made with the instance cannot be changed, and all of it is told at once")
    func obstacles() throws {
        let newer = try resolved(
            document(
                ("name: web-1", "name: web-2"), ("firmware: uefi", "firmware: bios"), ("tpm: true", "tpm: false"),
                ("{ image: base }, { size: 1 GiB }", "{ image: other }, { size: 2 GiB }"),
                ("{ hostname: web }", "{ hostname: other }")))
        let problems = try present().obstacles(toBecoming: newer)
        #expect(problems.map(\.path) == ["name", "firmware", "tpm", "cloud_init", "disks[0]", "disks[1]"])
        #expect(problems.allSatisfy { !$0.violation.rule.isEmpty && !$0.violation.remedy.isEmpty })
    }

    @Test(
        "disks, images to boot from and cloud-init neither come nor go",
        arguments: [
            ("disks: [{ image: base }, { size: 1 GiB }]", "disks: [{ image: base }]", "disks"),
            ("firmware: uefi", "firmware: uefi\nboot: { kernel: k }", "boot"),
            ("cloud_init: { hostname: web }", "", "cloud_init"),
            ("{ hostname: web }", "{ hostname: web, user_data: \"#cloud-config\" }", "cloud_init"),
            (
                "{ hostname: web }", "{ hostname: web, ssh_keys: [ssh-ed25519 AAAAAAAAAAAAAAAAAAAAAAAA a] }",
                "cloud_init"
            ),
        ])
    func coming(line: String, other: String, path: String) throws {
        let newer = try resolved(document((line, other)))
        #expect(try present().obstacles(toBecoming: newer).map(\.path) == [path])
    }

    @Test(
        "the machine and how its memory is kept from the host are made with it",
        arguments: [
            ("profile: fast", ["profile"]), ("launch_security: { type: sev }", ["firmware", "launch_security"]),
        ])
    func machine(line: String, paths: [String]) throws {
        let head = "version: 1\nname: a\nvcpus: 1\nmemory: 1 GiB\nboot: { kernel: k }\n"
        let (plain, other) = (
            try InstanceDocument.parse(head),
            try InstanceDocument.parse(head + (line.hasPrefix("launch") ? "firmware: uefi\n" : "") + line + "\n")
        )
        #expect(plain.obstacles(toBecoming: other).map(\.path) == paths)
        #expect(other.obstacles(toBecoming: plain).map(\.path) == paths)
    }

    @Test("an address that another interface has by now is refused")
    func twice() throws {
        let other = try document(
            ("[{ network: user }]", "[{ network: user }, { network: user, mac: '52:54:00:00:00:01' }]"))
        let error = #expect(throws: InvalidSpec.self) { try resolved(other) }
        #expect(error?.problems.map(\.path) == ["interfaces[1].mac"])
    }

    @Test("processors that the host chose stay, where as many are wanted")
    func processors() throws {
        let text = { (count: Int, dedicated: String) in
            """
            {"version":1,"name":"web-1","vcpus":\(count),"memory":"512 MiB","disks":[{"size":"1 GiB"}],
            "cpu":{"dedicated":\(dedicated)}}
            """
        }
        let present = try InstanceDocument.parseStored(text(2, "[4,6]"))
        let resolved = { (instance: Instance) in
            try instance.resolved(replacing: present) { .derived(for: InstanceID(), index: $0) }
        }
        #expect(try resolved(InstanceDocument.parse(text(2, "true"))) == present)
        #expect(try resolved(InstanceDocument.parse(text(3, "true"))).processor?.tuning.dedicated == .chosen)
        #expect(try resolved(InstanceDocument.parse(text(2, "[1,2]"))).processor?.tuning.dedicated == .fixed([1, 2]))
    }
}
