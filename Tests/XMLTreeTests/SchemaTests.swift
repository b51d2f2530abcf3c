// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Synchronization
import Testing

@testable import XMLTree

@Suite("Validating against libvirt's schema", .serialized)
struct SchemaTests {
    private static let path = "/usr/share/libvirt/schemas/domain.rng"

    private func domain(disk: XMLElement) -> XMLElement {
        XMLElement("domain", ["type": "qemu"]) {
            XMLElement("name", text: "web-1")
            XMLElement("memory", ["unit": "KiB"], text: "131072")
            XMLElement("vcpu", text: "1")
            XMLElement("os") { XMLElement("type", ["arch": "x86_64", "machine": "pc-q35-7.2"], text: "hvm") }
            XMLElement("devices") {
                XMLElement("disk", ["type": "file"]) { XMLElement("target", ["dev": "vda"]) }
                disk
            }
        }
    }

    private var accepted: XMLElement { domain(disk: XMLElement("disk") { XMLElement("target", ["dev": "vdb"]) }) }
    private var refused: XMLElement { domain(disk: XMLElement("disk", ["colour": "red"])) }

    @Test("a real domain is accepted, and written as without validation")
    func accepts() throws {
        let schema = try XMLSchema(path: Self.path)
        try schema.validate(accepted)
        #expect(try schema.validatedText(of: accepted) == accepted.serialized())
        #expect(
            try schema.validatedText(of: accepted, indentation: .twoSpaces)
                == accepted.serialized(indentation: .twoSpaces))
    }

    @Test("a wrong domain is refused with the path and line of each thing that is wrong")
    func refuses() throws {
        let schema = try XMLSchema(path: Self.path)
        func violations(_ element: XMLElement) throws -> [String] {
            let error = try #require(throws: XMLError.self) { try schema.validate(element) }
            #expect(throws: error) { try schema.validatedText(of: element) }
            guard case .invalid(let violations) = error else { return ["\(error)"] }
            #expect(violations.allSatisfy { !$0.message.isEmpty })
            return violations.map { "\($0.line) \($0.path)" }
        }
        #expect(try violations(refused) == ["12 /domain/devices/disk[2]"])
        #expect(
            try violations(domain(disk: XMLElement("disk", ["type": "x"]) { XMLElement("target", ["dev": "vdb"]) }))
                == ["12 /domain/devices/disk[2]/@type"])
        #expect(
            try violations(domain(disk: XMLElement("dusk"))) == ["12 /domain/devices/dusk"])
        var many = accepted
        many["type"] = nil
        #expect(try violations(many) == ["1 /domain"])
        many = accepted
        many.modifyFirst("vcpu") { $0.text = "two" }
        #expect(try violations(many) == ["4 /domain/vcpu"])
        many = accepted
        many.modifyFirst("devices") { devices in
            devices.append(XMLElement("serial", ["type": "telepathy"]))
            devices.append(
                XMLElement("rng", ["model": "virtio"]) {
                    XMLElement("backend", ["model": "random"], text: "/dev/urandom")
                })
            devices.append(XMLElement("watchdog", ["model": "ib700", "action": "bark"]))
        }
        #expect(
            try violations(many) == ["15 /domain/devices/serial", "19 /domain/devices/watchdog/@action"])
    }

    @Test("what XML cannot carry is refused before the schema is asked")
    func unencodable() throws {
        let schema = try XMLSchema(path: Self.path)
        #expect(throws: XMLError.unencodable(.character("\u{1}"), place: "disk/@type")) {
            try schema.validate(domain(disk: XMLElement("disk", ["type": "\u{1}"])))
        }
    }

    @Test(
        "a schema that is absent or is none is refused",
        arguments: [
            "/nonexistent/schema.rng", "/etc/hostname", "/dev/null",
        ])
    func badSchemas(path: String) throws {
        let error = try #require(throws: XMLError.self) { try XMLSchema(path: path) }
        guard case .schema(path, let message) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(!message.isEmpty)
    }

    @Test("a schema's includes are found beside it, and not fetched from elsewhere")
    func includes() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "schema-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let namespace = XMLNamespace(prefix: nil, uri: "http://relaxng.org/ns/structure/1.0")
        func rng(_ name: String, _ attributes: [String: String], _ children: [XMLElement]) -> XMLElement {
            XMLElement(
                name: XMLName(name, namespace: namespace.uri),
                namespaces: name == "grammar" ? [namespace] : [],
                attributes: attributes.map { XMLAttribute(XMLName($0), $1) },
                children: children.map { .element($0) })
        }
        func write(_ file: String, including address: String) throws -> String {
            let start = rng("start", [:], [rng("ref", ["name": "root"], [])])
            let grammar = rng("grammar", [:], [rng("include", ["href": address], []), start])
            let path = directory.appending(path: file).path
            try grammar.serialized().write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }
        let root = rng("define", ["name": "root"], [rng("element", ["name": "a"], [rng("empty", [:], [])])])
        try rng("grammar", [:], [root]).serialized().write(
            toFile: directory.appending(path: "part.rng").path, atomically: true, encoding: .utf8)

        let local = try XMLSchema(path: write("local.rng", including: "part.rng"))
        try local.validate(XMLElement("a"))
        #expect(throws: XMLError.self) { try local.validate(XMLElement("b")) }

        let remote = try write("remote.rng", including: "http://127.0.0.1:1/part.rng")
        let message = "Attempt to load network entity http://127.0.0.1:1/part.rng"
        #expect(throws: XMLError.schema(path: remote, message: message)) { try XMLSchema(path: remote) }
    }

    @Test("64 tasks validate with one schema at once")
    func concurrency() async throws {
        let schema = try XMLSchema(path: Self.path)
        let (accepted, refused) = (self.accepted, self.refused)
        let expected = try #require(throws: XMLError.self) { try schema.validate(refused) }
        let text = try accepted.serialized()
        let correct = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    (0..<10).allSatisfy { _ in
                        guard let written = try? schema.validatedText(of: accepted), written == text else {
                            return false
                        }
                        do {
                            try schema.validate(refused)
                            return false
                        } catch {
                            return error as? XMLError == expected
                        }
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(correct == 64)
    }

    @Test("every libxml2 document is freed, however the call ended")
    func documentsFreed() throws {
        let schema = try XMLSchema(path: Self.path)
        let ledger = DocumentLedger()
        try DocumentLedger.$current.withValue(ledger) {
            for _ in 0..<100 {
                _ = try schema.validatedText(of: accepted)
                _ = try XMLElement.parse(accepted.serialized())
                _ = try? XMLElement("a", text: "\u{1}").serialized()
                _ = try? XMLElement.parse("<a><b></a>")
                _ = try? XMLElement.parse("<!DOCTYPE a><a/>")
            }
        }
        #expect(ledger.made.load(ordering: .relaxed) == 100 * 5)
        DocumentLedger.$current.withValue(ledger) {
            _ = try? schema.validatedText(of: refused)
        }
        #expect(ledger.made.load(ordering: .relaxed) > 100 * 5 + 2)
        #expect(ledger.freed.load(ordering: .relaxed) == ledger.made.load(ordering: .relaxed))
    }
}
