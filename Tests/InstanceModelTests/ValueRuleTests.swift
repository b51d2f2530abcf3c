// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import InstanceModel
import TestSupport
import Testing

@Suite("Rules of the model's values")
struct ValueRuleTests {
    static let nameRule = "has 1 to 63 of a-z A-Z 0-9 . _ - and starts with a letter or digit"

    @Test("reads names", arguments: ["a", "0", "web-1", "A.b_c-", String(repeating: "x", count: 63)])
    func readsNames(text: String) throws {
        #expect(try InstanceName(text).description == text)
        #expect(try ImageName(text).description == text)
    }

    @Test(
        "refuses names with anything else",
        arguments: hostileTexts.filter { !["null", "true", "123", "1e3", "0x1F"].contains($0) } + [
            "_a", String(repeating: "x", count: 64), "name\u{0}", "ａ",
        ])
    func refusesNames(text: String) {
        #expect(throws: violation(text, "an instance's name \(Self.nameRule)", "for example web-1")) {
            try InstanceName(text)
        }
        #expect(throws: violation(text, "an image's name \(Self.nameRule)", "for example web-1")) {
            try ImageName(text)
        }
    }

    @Test(
        "refuses an instance's name that reads as a UUID",
        arguments: ["6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6BA7B810-9DAD-11D1-80B4-00C04FD430C8"])
    func refusesUUIDName(text: String) throws {
        #expect(
            throws: violation(text, "an instance's name does not look like a UUID", "choose another name")
        ) { try InstanceName(text) }
        #expect(try ImageName(text).description == text)
    }

    static let identities: [(String, String?)] = [
        ("6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
        ("6ba7b8109dad11d180b400c04fd430c8", nil), ("{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", nil), ("", nil),
        ("6ba7b810-9dad-11d1-80b4-00c04fd430c8\n", nil),
    ]

    @Test(
        "reads an identity in its usual form only",
        arguments: identities)
    func readsIdentity(text: String, expected: String?) {
        #expect(InstanceID(text)?.description == expected)
    }

    @Test("reads bridge names", arguments: ["br0", "a", "123456789012345", "br.0_x-1"])
    func readsBridges(text: String) throws {
        #expect(try BridgeName(text).description == text)
    }

    @Test(
        "refuses what the kernel takes for no interface",
        arguments: ["", ".", "..", "-br", "1234567890123456", "br 0", "br/0", "br:0", "br%d", "мост", "br\u{0}"])
    func refusesBridges(text: String) {
        #expect(
            throws: violation(
                text, "a bridge's name has 1 to 15 letters, digits, '.', '_' or '-'",
                "name a bridge that `ip link` lists")
        ) { try BridgeName(text) }
    }

    static let sizes: [(String, UInt64)] = [
        ("1 B", 1), ("512 MiB", 512 << 20), ("2GiB", 2 << 30), ("2   GiB", 2 << 30), ("10 GB", 10_000_000_000),
        ("1 KiB", 1024), ("1 KB", 1000), ("1 MB", 1_000_000), ("1 TB", 1_000_000_000_000), ("16 TiB", 16 << 40),
        ("0 B", 0), ("9223372036854775807 B", UInt64(Int64.max)),
    ]

    @Test(
        "reads sizes with their unit",
        arguments: sizes)
    func readsSizes(text: String, bytes: UInt64) throws {
        let size = try ByteCount(parsing: text)
        #expect(size.bytes == bytes)
        #expect(try ByteCount(parsing: size.description) == size)
    }

    @Test("a size needs a unit", arguments: ["512", "0", "18446744073709551615"])
    func sizeNeedsUnit(text: String) {
        #expect(
            throws: violation(text, "a size needs a unit", "write \(text) MiB or \(text) GiB, whichever is meant")
        ) { try ByteCount(parsing: text) }
    }

    @Test(
        "refuses other sizes",
        arguments: [
            "", "MiB", "1.5 GiB", "-1 GiB", "+1 GiB", " 1 GiB", "1 gib", "1 G", "1 GiB ", "1\tGiB", "1 GiB\n",
            "1e3 MiB",
            "1_000 MiB", "٣ MiB", "1 \u{212A}iB", "18446744073709551616 B",
        ])
    func refusesSizes(text: String) {
        #expect(
            throws: violation(
                text, "a size is a whole number and a unit: B, KiB, MiB, GiB, TiB, KB, MB, GB or TB",
                "for example 512 MiB")
        ) { try ByteCount(parsing: text) }
    }

    @Test("refuses sizes beyond 2^63 - 1", arguments: ["9223372036854775808 B", "8388608 TiB", "99999999999 TiB"])
    func refusesHugeSizes(text: String) {
        #expect(throws: violation(text, "a size is at most 2^63 - 1 bytes", "ask for less")) {
            try ByteCount(parsing: text)
        }
    }

    static let processorCounts: [(Int, Bool)] = [(1, true), (512, true), (0, false), (-1, false), (513, false)]

    @Test(
        "counts processors from 1 to 512", arguments: processorCounts)
    func countsProcessors(count: Int, isAllowed: Bool) throws {
        if isAllowed {
            #expect(try VCPUCount(count).value == count)
        } else {
            #expect(throws: violation("\(count)", "1 to 512 virtual processors", "for example 2")) {
                try VCPUCount(count)
            }
        }
    }

    static let memorySizes: [(UInt64, Bool)] = [
        (32 << 20, true), (33 << 20, true), (16 << 40, true), ((32 << 20) - 1, false), ((32 << 20) + 1, false),
        ((16 << 40) + (1 << 20), false), (0, false), (UInt64.max, false),
    ]

    @Test(
        "memory is 32 MiB to 16 TiB in whole MiB",
        arguments: memorySizes)
    func memory(bytes: UInt64, isAllowed: Bool) throws {
        let size = ByteCount(bytes: bytes)
        if isAllowed {
            #expect(try MemorySize(size).size == size)
        } else {
            #expect(
                throws: violation(
                    size.description, "memory is 32 MiB to 16 TiB, in whole MiB", "for example 2 GiB")
            ) { try MemorySize(size) }
        }
    }

    static let diskSizes: [(UInt64, Bool)] = [
        (1 << 20, true), ((1 << 20) + 512, true), (64 << 40, true), ((1 << 20) - 512, false),
        ((1 << 20) + 1, false), ((64 << 40) + 512, false), (0, false),
    ]

    @Test(
        "a disk is 1 MiB to 64 TiB in whole sectors",
        arguments: diskSizes)
    func diskSize(bytes: UInt64, isAllowed: Bool) throws {
        let size = ByteCount(bytes: bytes)
        if isAllowed {
            #expect(try DiskSize(size).size == size)
        } else {
            #expect(
                throws: violation(
                    size.description, "a disk is 1 MiB to 64 TiB, in whole sectors of 512 bytes", "for example 20 GiB")
            ) { try DiskSize(size) }
        }
    }

    @Test("keeps a kernel's command line as it is", arguments: ["", "console=ttyS0", "a=\"]]>\" b='$(x)' ю", ","])
    func commandLine(text: String) throws {
        #expect(try DirectBoot(kernel: ImageName("k"), commandLine: text).commandLine == text)
    }

    @Test(
        "refuses control characters and more than 2,000 bytes in a command line",
        arguments: ["a\nb", "a\u{0}", "\t", "\u{85}", "a\u{FFFE}", "\u{FFFF}", String(repeating: "x", count: 2001)])
    func refusesCommandLine(text: String) {
        #expect(
            throws: violation(
                text, "a command line has at most 2,000 bytes, without control characters, U+FFFE and U+FFFF",
                "for example console=ttyS0")
        ) { try DirectBoot(kernel: ImageName("k"), commandLine: text) }
    }

    @Test("accepts labels with any text", arguments: hostileTexts.filter { $0.utf8.count <= 1024 })
    func labels(text: String) throws {
        #expect(Array(try #require(Labels(["k": text]).pairs["k"]).unicodeScalars) == Array(text.unicodeScalars))
    }

    @Test(
        "refuses label keys with anything else",
        arguments: ["", "a b", "a\nb", "ключ", "a=b", "a:b", String(repeating: "x", count: 64), "é"])
    func refusesLabelKeys(key: String) {
        #expect(
            throws: violation(key, "a label's key has 1 to 63 of a-z A-Z 0-9 . _ - /", "for example role")
        ) { try Labels([key: ""]) }
    }

    @Test("refuses long label values and more than 64 labels")
    func refusesManyLabels() throws {
        let long = String(repeating: "x", count: 1025)
        #expect(throws: violation(long, "a label's value has at most 1,024 bytes", "shorten it")) {
            try Labels(["k": long])
        }
        let pairs = Dictionary(uniqueKeysWithValues: (0..<65).map { ("k\($0)", "") })
        #expect(throws: violation("65", "at most 64 labels", "remove some")) { try Labels(pairs) }
        #expect(try Labels(pairs.filter { $0.key != "k0" }).pairs.count == 64)
    }

    @Test("a violation shows no control characters and at most 80 characters")
    func violationIsDisplayable() {
        let shown = RuleViolation(value: "a\u{1B}[31m\u{202E}\n\u{2028}é", rule: "", remedy: "").value
        #expect(shown == #"a\u{1B}[31m\u{202E}\n\u{2028}é"#)
        #expect(RuleViolation(value: String(repeating: "x", count: 81), rule: "", remedy: "").value.count == 81)
        #expect(RuleViolation(value: String(repeating: "x", count: 81), rule: "", remedy: "").value.last == "…")
    }

    @Test("a secret shows nothing of itself")
    func secretIsRedacted() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        let all =
            "\(secret) \(String(reflecting: secret)) \(dumped) \(String(reflecting: CloudInit(networkData: secret)))"
        #expect(!all.contains("hunter2"))
        #expect(secret.expose { $0 } == "hunter2")
    }
}
