// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import SystemPackage
import Testing

@testable import Commands

@Suite("domain documents")
struct XMLTests {
    private let minimal = "<domain type='kvm'><name>a</name><memory>1</memory><os><type>hvm</type></os></domain>"

    @Test("a document is written with all that Roost does not know, and nothing is opened")
    func normalize() async {
        let text = "<?xml version='1.0'?>\n<domain type='x' a=\"1\"><!-- c --><new b='&lt;'>\n<c/></new>\n</domain>"
        let roost = CommandLineRun(input: ScriptedInput([text]))
        let outcome = await roost("xml", "normalize", "-")
        #expect(outcome.status == 0)
        #expect(
            outcome.output == """
                <domain type="x" a="1">
                  <!-- c -->
                  <new b="&lt;">
                    <c/>
                  </new>
                </domain>

                """)
        #expect(roost.requests.values.isEmpty)
    }

    @Test("a document is held against libvirt's schema where that is asked for")
    func validate() async {
        let good = await CommandLineRun(input: ScriptedInput([minimal]))("xml", "normalize", "-", "--validate")
        #expect(good.status == 0)
        let text = minimal.replacing("<os>", with: "<vcpu>x</vcpu><os>")
        let bad = await CommandLineRun(input: ScriptedInput([text]))("xml", "normalize", "-", "--validate")
        #expect(bad.status == 2)
        #expect(bad.output.isEmpty)
        #expect(bad.errorOutput.contains("document -: libvirt's schema refuses it"))
        #expect(bad.errorOutput.contains("/domain/vcpu"))
    }

    @Test(
        "what is no domain document is refused",
        arguments: [
            ("", "line 1"), ("<domain>", "line 1"), ("<network/>", "a network, not a domain"), ("<a/><b/>", "line 1"),
            ("<!DOCTYPE domain><domain/>", "document type"), ("<domain a='1' a='2'/>", "line 1"),
        ])
    func refused(text: String, part: String) async {
        let outcome = await CommandLineRun(input: ScriptedInput([text]))("xml", "normalize", "-")
        #expect(outcome.status == 2)
        #expect(outcome.errorOutput.contains(part), "\(outcome.errorOutput)")
    }

    @Test("two documents are compared in words and for programs, and the status tells whether they differ")
    func diff() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("roost-xml-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        try minimal.write(to: directory.appendingPathComponent("a.xml"), atomically: false, encoding: .utf8)
        let titled = minimal.replacing("<os>", with: "<title>t</title><os>")
        var roost = CommandLineRun(input: ScriptedInput([titled]))
        roost.directory = FilePath(directory.path)
        let same = await roost("xml", "diff", "a.xml", "a.xml")
        #expect(same.status == 0)
        #expect(same.output.isEmpty)
        let words = await roost("xml", "diff", "a.xml", "-")
        #expect(words.status == 1)
        #expect(words.output == "/domain/title is added (live)\n")
        #expect(words.errorOutput.isEmpty)
        roost.input = ScriptedInput([minimal.replacing(">1<", with: ">2<")])
        let json = await roost("xml", "diff", "a.xml", "-", "-o", "json")
        #expect(json.status == 1)
        let parsed = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: String]]
        #expect(
            parsed == [
                [
                    "path": "/domain/memory", "change": "value", "from": "1", "to": "2", "takes_effect": "next_boot",
                ]
            ])
        #expect(await roost("xml", "diff", "-", "-").status == 2)
        #expect(await roost("xml", "diff", "a.xml", "absent.xml").status == 2)
    }
}
