// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing
import XMLTree

@Suite("Finding and changing nodes")
struct EditingTests {
    private let domain = XMLElement("domain", ["type": "qemu"]) {
        XMLElement("devices") {
            XMLElement("disk", ["n": "1"])
            XMLElement("interface")
            XMLElement("disk", ["n": "2"])
        }
        XMLElement("name") {
            "a"
            XMLNode.comment("c")
            XMLNode.cdata("b")
        }
    }

    @Test("elements, attributes and text are found")
    func lookup() {
        #expect(domain["type"] == "qemu")
        #expect(domain["none"] == nil)
        #expect(domain.first("name")?.text == "ab")
        #expect(domain.first("devices")?.all("disk").map { $0["n"] } == ["1", "2"])
        #expect(domain.descendant("devices", "disk")?["n"] == "1")
        #expect(domain.descendant("devices", "none", "disk") == nil)
        #expect(domain.descendants("devices", "disk").count == 2)
        #expect(domain.descendant() == domain)
    }

    @Test("a namespaced name is found whatever its prefix, and not without its namespace")
    func namespacedLookup() throws {
        let tree = try XMLElement.parse("<a xmlns:p='urn:p'><p:b p:c='1'/></a>")
        let name = XMLName("b", prefix: "other", namespace: "urn:p")
        #expect(tree.first(name)?[XMLName("c", namespace: "urn:p")] == "1")
        #expect(tree.first("b") == nil)
    }

    @Test("setting an attribute keeps its place, and nil removes it")
    func attributes() {
        var element = XMLElement("a", ["x": "1", "y": "2"])
        element["x"] = "3"
        element["z"] = "4"
        #expect(element == XMLElement("a", ["x": "3", "y": "2", "z": "4"]))
        element["y"] = nil
        #expect(element == XMLElement("a", ["x": "3", "z": "4"]))
    }

    @Test("children are replaced in place, removed and appended")
    func children() {
        var devices = domain.first("devices") ?? XMLElement("none")
        devices.replaceFirst(with: XMLElement("interface", ["new": "yes"]))
        devices.replaceFirst(with: XMLElement("rng"))
        #expect(devices.elements.map(\.name) == ["disk", "interface", "disk", "rng"])
        #expect(devices.first("interface")?["new"] == "yes")
        #expect(devices.removeAll("disk") { $0["n"] == "2" } == 1)
        #expect(devices.removeAll("disk") == 1)
        #expect(devices.elements.map(\.name) == ["interface", "rng"])
        let changed = devices.modifyFirst("rng") { $0["model"] = "virtio" }
        #expect(changed)
        let absent = devices.modifyFirst("none") { $0["model"] = "virtio" }
        #expect(!absent)
        #expect(
            devices
                == XMLElement("devices") {
                    XMLElement("interface", ["new": "yes"])
                    XMLElement("rng", ["model": "virtio"])
                })
    }

    @Test("text is always in the form that a parser gives back")
    func normalForm() {
        var element = XMLElement("a") {
            ""
            "x"
            "y"
        }
        #expect(element.children == [.text("xy")])
        element.append(.text("z"))
        #expect(element.children == [.text("xyz")])
        element.children += [.cdata("1"), .cdata("2"), .text("")]
        #expect(element.children == [.text("xyz"), .cdata("12")])
        element.text = ""
        #expect(element.children.isEmpty)
    }
}
