// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import TestSupport
import Testing
import XMLTree

@Suite("Reading documents")
struct ParsingTests {
    @Test("namespaces, mixed content, comments, CDATA and instructions are kept")
    func everythingKept() throws {
        let text = """
            <a xmlns="urn:d" xmlns:p="urn:p" p:x="1" xml:lang="en">one <p:b xmlns=""><c/></p:b> two\
            <!-- note --><![CDATA[<raw>&]]><?go now?></a>
            """
        let tree = try XMLElement.parse(text)
        let expected = XMLElement(
            name: XMLName("a", namespace: "urn:d"),
            namespaces: [XMLNamespace(prefix: nil, uri: "urn:d"), XMLNamespace(prefix: "p", uri: "urn:p")],
            attributes: [
                XMLAttribute(XMLName("x", prefix: "p", namespace: "urn:p"), "1"),
                XMLAttribute(XMLName("lang", prefix: "xml", namespace: XMLName.xmlNamespace), "en"),
            ],
            children: [
                .text("one "),
                .element(
                    XMLElement(
                        name: XMLName("b", prefix: "p", namespace: "urn:p"),
                        namespaces: [XMLNamespace(prefix: nil, uri: "")],
                        attributes: [],
                        children: [.element(XMLElement("c"))])),
                .text(" two"), .comment(" note "), .cdata("<raw>&"), .processingInstruction(target: "go", data: "now"),
            ])
        #expect(tree == expected)
        #expect(try tree.serialized() == text)
    }

    @Test("white space is dropped only where it lays out elements")
    func whitespace() throws {
        let text = "<a>\n  <b> </b>\n  <c>x <d/> <d/></c>\n</a>"
        let dropped = XMLElement("a") {
            XMLElement("b", text: " ")
            XMLElement("c") {
                "x "
                XMLElement("d")
                " "
                XMLElement("d")
            }
        }
        #expect(try XMLElement.parse(text) == dropped)
        #expect(try XMLElement.parse(text, whitespace: .kept).serialized() == text)
    }

    @Test(
        "document types are refused before anything in them is read",
        arguments: [
            "<!DOCTYPE a><a/>",
            "<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/x.dtd\"><a/>",
            "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
            "<!DOCTYPE a [<!ENTITY % x SYSTEM \"file:///etc/passwd\"> %x;]><a/>",
            """
            <?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">\
            <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><l>&d;</l>
            """,
        ])
    func documentTypes(text: String) {
        #expect(throws: XMLError.documentTypeRefused) { try XMLElement.parse(text) }
    }

    @Test("an inclusion is an element like any other")
    func inclusions() throws {
        let text = """
            <a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/hostname" parse="text"/></a>
            """
        #expect(try XMLElement.parse(text).serialized() == text)
    }

    @Test("an unknown entity is refused")
    func unknownEntity() {
        #expect(throws: XMLError.malformed(line: 1, column: 7, message: "Entity 'x' not defined")) {
            try XMLElement.parse("<a>&x;</a>")
        }
    }

    @Test("depth, nodes and bytes are bounded while reading")
    func limits() throws {
        let deep = { (count: Int) in
            String(repeating: "<a>", count: count) + String(repeating: "</a>", count: count)
        }
        #expect(try XMLElement.parse(deep(256)).name == "a")
        #expect(throws: XMLError.tooDeep(limit: 256)) { try XMLElement.parse(deep(257)) }
        #expect(throws: XMLError.tooDeep(limit: 256)) { try XMLElement.parse(deep(500_000)) }
        let shallow = XMLLimits(depth: 3)
        #expect(throws: XMLError.tooDeep(limit: 3)) { try XMLElement.parse(deep(4), limits: shallow) }

        let few = XMLLimits(nodes: 4)
        #expect(try XMLElement.parse("<a b=''><c/><d/></a>", limits: few).elements.count == 2)
        #expect(throws: XMLError.tooManyNodes(limit: 4)) {
            try XMLElement.parse("<a b=''><c/><d e=''/></a>", limits: few)
        }
        #expect(throws: XMLError.tooManyNodes(limit: 4)) {
            try XMLElement.parse("<a><!--1--><!--2--><!--3--><!--4--></a>", limits: few)
        }
        let wide = "<a>" + String(repeating: "<b/>", count: 300_000) + "</a>"
        #expect(throws: XMLError.tooManyNodes(limit: 200_000)) { try XMLElement.parse(wide) }
        let namespace = String(repeating: "n", count: 1_001)
        #expect(throws: XMLError.namespaceTooLong(limit: 1_000)) {
            try XMLElement.parse("<a xmlns='\(namespace)'/>")
        }

        let huge = "<a b='" + String(repeating: "x", count: 4 << 20) + "'/>"
        #expect(throws: XMLError.tooLarge(bytes: huge.utf8.count, limit: 4 << 20)) { try XMLElement.parse(huge) }
        let large = String(repeating: "x", count: 4_000_000)
        #expect(try XMLElement.parse("<a b='\(large)'/>")["b"] == large)
    }

    @Test("bytes that are not UTF-8 are refused")
    func notUTF8() {
        let documents: [[UInt8]] = [
            Array("<a>".utf8) + [0xFF] + Array("</a>".utf8),
            Array("<a b='".utf8) + [0xC3] + Array("'/>".utf8),
            Array("<a>".utf8) + [0xED, 0xA0, 0x80] + Array("</a>".utf8),
            Array("<a>".utf8) + [0xC0, 0x80] + Array("</a>".utf8),
            [0xFF, 0xFE] + "<a/>".utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] },
        ]
        for bytes in documents {
            #expect(throws: XMLError.notUTF8) { try XMLElement.parse(bytes: bytes) }
        }
    }

    @Test("other declared encodings are refused", arguments: ["ISO-8859-1", "UTF-16", "UTF-7", "EBCDIC-US", "x"])
    func otherEncodings(encoding: String) {
        for quote in ["'", "\""] {
            let text = "<?xml version='1.0' encoding = \(quote)\(encoding)\(quote) ?><a/>"
            #expect(throws: XMLError.unsupportedEncoding(encoding)) { try XMLElement.parse(text) }
        }
    }

    @Test("UTF-8 may be declared, and a byte order mark may stand before it")
    func declaredUTF8() throws {
        #expect(try XMLElement.parse("<?xml version='1.0' encoding='utf-8'?>\n<a>é</a>").text == "é")
        #expect(try XMLElement.parse(bytes: [0xEF, 0xBB, 0xBF] + Array("<a>é</a>".utf8)).text == "é")
    }

    @Test("a zero byte is refused where it stands")
    func zeroByte() {
        #expect(throws: XMLError.malformed(line: 2, column: 4, message: "a zero byte")) {
            try XMLElement.parse("<a>\n<b>\u{0}</b></a>")
        }
    }

    @Test(
        "what is not well-formed is refused",
        arguments: [
            "", " ", "a", "<", "<a", "<a>", "<a></b>", "<a/><b/>", "<a/>x", "<a b=1/>", "<a b='1' b='2'/>",
            "<a b='<'/>",
            "<p:a/>", "<a p:b=''/>", "<a xmlns:p=''/>", "<a>&#0;</a>", "<a>&#xFFFE;</a>", "<a>]]></a>",
            "<!-- -- --><a/>",
            "<?xml version='1.0'?>", "<a>&amp</a>", "<a>\u{1}</a>", "<1/>",
            "<a xmlns:x='urn:1' xmlns:y='urn:1' x:b='1' y:b='2'/>",
        ])
    func malformed(text: String) throws {
        let error = try #require(throws: XMLError.self) { try XMLElement.parse(text) }
        guard case .malformed = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test("changed bytes of real documents are read or refused, and what is read can be written and read again")
    func mutatedBytes() throws {
        let documents = [
            #"<?xml version="1.0" encoding="UTF-8"?><domain type='qemu'><name>a&amp;b</name><x>é</x></domain>"#,
            "<a xmlns:p='urn:p' p:b='1'><!-- c --><![CDATA[d]]]]><?e f?>g&#10;<h i='&quot;'/></a>",
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        ].map { Array($0.utf8) }
        var generator = SeededRandom(seed: 99)
        var accepted = 0
        for round in 0..<6000 {
            var bytes = documents[round % documents.count]
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0...3, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(UInt8.random(in: 0x20...0x7E, using: &generator), at: index)
                default: bytes.removeSubrange(index..<min(index + 6, bytes.count - 1))
                }
                if bytes.isEmpty { bytes = [0x3C] }
            }
            guard let tree = try? XMLElement.parse(bytes: bytes, whitespace: .kept) else { continue }
            accepted += 1
            do {
                let again = try XMLElement.parse(tree.serialized(), whitespace: .kept)
                #expect(again == tree, "\(String(decoding: bytes, as: UTF8.self))")
            } catch {
                // The one thing that is read and not written: a namespace's URI that needs escaping.
                guard case XMLError.unencodable(.namespace, _) = error else { throw error }
            }
        }
        #expect(accepted > 300)
    }
}
