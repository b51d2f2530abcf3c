// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing
import XMLTree

@Suite("Writing trees")
struct SerializationTests {
    @Test("a built tree is written in the order in which it was built")
    func builderWritesInOrder() throws {
        let readOnly = true
        let cache: String? = nil
        let disk = XMLElement("disk", ["type": "file", "device": "disk"]) {
            XMLElement("driver", ["name": "qemu", "type": "qcow2", "cache": cache])
            for path in ["/a", "/b"] { XMLElement("source", ["file": path]) }
            if readOnly { XMLElement("readonly") }
            XMLElement("serial", text: "a<b")
        }
        let text = """
            <disk type="file" device="disk"><driver name="qemu" type="qcow2"/><source file="/a"/><source file="/b"/>\
            <readonly/><serial>a&lt;b</serial></disk>
            """
        #expect(try disk.serialized() == text)
        let indented = """
            <disk type="file" device="disk">
              <driver name="qemu" type="qcow2"/>
              <source file="/a"/>
              <source file="/b"/>
              <readonly/>
              <serial>a&lt;b</serial>
            </disk>
            """
        #expect(try disk.serialized(indentation: .twoSpaces) == indented)
    }

    @Test("hostile strings come back exactly, in text, attributes, comments, CDATA and instructions")
    func hostileStringsSurvive() throws {
        var hostile = HostileText(seed: 20_260_101)
        for _ in 0..<10_000 {
            let tree = hostile.element()
            let text = try tree.serialized()
            let again = try XMLElement.parse(text, whitespace: .kept)
            // Strings are equal when they are canonically so; the second comparison sees every scalar.
            guard again == tree, try again.serialized().utf8.elementsEqual(text.utf8) else {
                Issue.record("\(tree) became \(again) by way of \(text)")
                return
            }
        }
    }

    @Test("indentation adds nothing that reading does not drop")
    func indentationIsLayoutOnly() throws {
        var hostile = HostileText(seed: 7)
        for _ in 0..<2000 {
            let flat = try XMLElement.parse(hostile.element().serialized(), whitespace: .dropped)
            let indented = try flat.serialized(indentation: .twoSpaces)
            guard try XMLElement.parse(indented, whitespace: .dropped) == flat else {
                Issue.record("\(flat) changed by way of \(indented)")
                return
            }
        }
    }

    @Test(
        "characters that XML cannot carry are refused where they stand",
        arguments: [
            "\u{0}", "\u{1}", "\u{8}", "\u{B}", "\u{C}", "\u{1B}", "\u{1F}", "\u{FFFE}", "\u{FFFF}",
        ] as [Unicode.Scalar])
    func unencodableCharacters(scalar: Unicode.Scalar) {
        let text = "ok\(scalar)"
        #expect(throws: XMLError.unencodable(.character(scalar), place: "a")) {
            try XMLElement("a", text: text).serialized()
        }
        #expect(throws: XMLError.unencodable(.character(scalar), place: "a/@b")) {
            try XMLElement("a", ["b": text]).serialized()
        }
        #expect(throws: XMLError.unencodable(.character(scalar), place: "a")) {
            try XMLElement("a") { XMLNode.comment(text) }.serialized()
        }
        #expect(throws: XMLError.unencodable(.character(scalar), place: "a")) {
            try XMLElement("a") { XMLNode.cdata(text) }.serialized()
        }
    }

    @Test(
        "names that XML does not allow are refused",
        arguments: [
            "", " ", "1a", "-a", "a b", "a<", "a>", "a\"", "a:b", "a\n", "a=\"1\" b", "/a", "×", ".",
        ])
    func invalidNames(name: String) {
        #expect(throws: XMLError.invalidName(name)) { try XMLElement(XMLName(name)).serialized() }
        #expect(throws: XMLError.invalidName(name)) { try XMLElement("a", [XMLName(name): ""]).serialized() }
        #expect(throws: XMLError.invalidName(name)) {
            try XMLElement("a") { XMLNode.processingInstruction(target: name, data: "") }.serialized()
        }
    }

    @Test("comments and instructions that would end early are refused")
    func earlyEnds() {
        for text in ["--", "a--b", "-", "a-", "--><b/>"] {
            #expect(throws: XMLError.unencodable(.comment, place: "a")) {
                try XMLElement("a") { XMLNode.comment(text) }.serialized()
            }
        }
        for data in ["?>", "a?>b", " a"] {
            #expect(throws: XMLError.unencodable(.processingInstruction, place: "a")) {
                try XMLElement("a") { XMLNode.processingInstruction(target: "t", data: data) }.serialized()
            }
        }
        #expect(throws: XMLError.unencodable(.character("\r"), place: "a")) {
            try XMLElement("a") { XMLNode.cdata("a\rb") }.serialized()
        }
        #expect(throws: XMLError.invalidName("XmL")) {
            try XMLElement("a") { XMLNode.processingInstruction(target: "XmL", data: "") }.serialized()
        }
    }

    @Test("two attributes of one name are refused, few or many")
    func duplicateAttributes() {
        for others in [0, 20] {
            var attributes = (0..<others).map { XMLAttribute(XMLName("n\($0)"), "") }
            attributes += [XMLAttribute("b", "1"), XMLAttribute("b", "2")]
            let element = XMLElement(name: "a", namespaces: [], attributes: attributes, children: [])
            #expect(throws: XMLError.duplicateAttribute(element: "a", attribute: "b")) { try element.serialized() }
        }
    }

    @Test("a tree nested more deeply than a reader accepts is refused")
    func deepTree() throws {
        var tree = XMLElement("a")
        for _ in 1..<256 { tree = XMLElement("a") { tree } }
        #expect(try XMLElement.parse(tree.serialized()) == tree)
        let deeper = XMLElement("a") { tree }
        #expect(throws: XMLError.tooDeep(limit: 256)) { try deeper.serialized() }
    }

    @Test("a name whose prefix is not bound to its namespace is refused")
    func unboundNamespaces() {
        let name = XMLName("b", prefix: "p", namespace: "urn:p")
        #expect(throws: XMLError.unboundNamespace(name: "p:b", namespace: "urn:p")) {
            try XMLElement(name).serialized()
        }
        #expect(throws: XMLError.unboundNamespace(name: "p:b", namespace: "urn:p")) {
            try XMLElement(name, namespaces: [XMLNamespace(prefix: "p", uri: "urn:other")]).serialized()
        }
        #expect(throws: XMLError.unboundNamespace(name: "b", namespace: nil)) {
            try XMLElement(XMLName("a", namespace: "urn:d"), namespaces: [XMLNamespace(prefix: nil, uri: "urn:d")]) {
                XMLElement("b")
            }.serialized()
        }
        #expect(throws: XMLError.unboundNamespace(name: "b", namespace: "urn:d")) {
            try XMLElement("a", [XMLName("b", namespace: "urn:d"): ""]).serialized()
        }
    }

    @Test("namespaces that cannot be declared are refused")
    func badDeclarations() {
        #expect(throws: XMLError.invalidName("p")) {
            try XMLElement("a", namespaces: [XMLNamespace(prefix: "p", uri: "")]).serialized()
        }
        #expect(throws: XMLError.unencodable(.namespace("urn:\"><b/>"), place: "a")) {
            try XMLElement("a", namespaces: [XMLNamespace(prefix: "p", uri: "urn:\"><b/>")]).serialized()
        }
        let twice = [XMLNamespace(prefix: "p", uri: "urn:1"), XMLNamespace(prefix: "p", uri: "urn:2")]
        #expect(throws: XMLError.duplicateAttribute(element: "a", attribute: "xmlns:p")) {
            try XMLElement("a", namespaces: twice).serialized()
        }
    }
}
