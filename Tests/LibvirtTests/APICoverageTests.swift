// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Testing

/// Compares what is wrapped with libvirt's own description of its functions.
@Suite("Coverage of libvirt's API")
struct APICoverageTests {
    @Test("each function is called, or excluded under a reason, and never both")
    func everyFunctionIsAccountedFor() throws {
        let described = try APIDescription.functions()
        let audit = CoverageAudit(
            described: described, called: try calledFunctions(), excluded: APIExclusion.all.flatMap(\.functions))
        #expect(audit.complaints == [])
    }

    @Test("the description holds the functions that a caller knows, of both libraries")
    func descriptionIsRead() throws {
        let described = try APIDescription.functions()
        #expect(described.isSuperset(of: ["virConnectOpen", "virDomainDefineXMLFlags", "virDomainQemuAgentCommand"]))
        #expect(described.count >= 500)
    }

    @Test("a missing description is an error")
    func missingDescription() {
        #expect(throws: APIDescription.Failure.noVariable("libvirt_no_such_api")) {
            try APIDescription.location(variable: "libvirt_no_such_api")
        }
        let path = "/nonexistent/libvirt-api.xml"
        #expect(throws: APIDescription.Failure.noFile(path)) { try APIDescription.functions(inFileAt: path) }
    }

    @Test("the audit finds every kind of mistake")
    func auditFindsMistakes() {
        let audit = CoverageAudit(
            described: ["virA", "virB", "virC", "virD"], called: ["virA", "virB", "virSwiftOnly"],
            excluded: ["virB", "virC", "virC", "virGone"])
        #expect(
            audit.complaints == [
                "virB is excluded, and called", "virC is excluded twice", "virD is neither called nor excluded",
                "virGone is excluded, and libvirt has no such function",
            ])
    }

    @Test("comments and literals do not count as calls")
    func onlyCodeCounts() {
        let code = """
            /// `virDocumented` is named.
            let x = virCalled(y, "virQuoted") // virRemarked
            /* virBlock
               virBlockToo */ virCalledToo()
            """
        #expect(CoverageAudit.identifiers(inCode: code) == ["virCalled", "virCalledToo"])
    }

    /// The functions that the sources of both targets name in code.
    private func calledFunctions() throws -> Set<String> {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources").standardized
        var names: Set<String> = []
        for target in ["Libvirt", "CLibvirt/include"] {
            let folder = sources.appending(path: target)
            for file in try FileManager.default.contentsOfDirectory(atPath: folder.path)
            where file.hasSuffix(".swift") || file.hasSuffix(".h") {
                let code = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
                names.formUnion(CoverageAudit.identifiers(inCode: code))
            }
        }
        return names
    }
}

/// Compares three sets of names.
struct CoverageAudit {
    let complaints: [String]

    init(described: Set<String>, called: Set<String>, excluded: [String]) {
        let once = Set(excluded)
        let doubled = Dictionary(grouping: excluded) { $0 }.filter { $0.value.count > 1 }.keys
        complaints =
            (doubled.map { "\($0) is excluded twice" }
            + once.intersection(called).map { "\($0) is excluded, and called" }
            + once.subtracting(described).map { "\($0) is excluded, and libvirt has no such function" }
            + described.subtracting(once).subtracting(called).map { "\($0) is neither called nor excluded" })
            .sorted()
    }

    /// The identifiers that start with `vir`, outside comments and literals.
    static func identifiers(inCode text: String) -> Set<String> {
        let code = text.replacing(#/(?s)/\*.*?\*//#, with: " ")
            .replacing(#//[^\n]*/#, with: " ")
            .replacing(#/"[^"\n]*"/#, with: " ")
        return Set(code.matches(of: #/\bvir\w+/#).map { String($0.output) })
    }
}

/// libvirt's description of its functions, which its development package brings.
enum APIDescription {
    enum Failure: Error, Equatable {
        case noVariable(String)
        case noFile(String)
    }

    static func functions() throws -> Set<String> {
        try ["libvirt_api", "libvirt_qemu_api"].reduce(into: []) { names, variable in
            names.formUnion(try functions(inFileAt: location(variable: variable)))
        }
    }

    /// Where pkg-config says that the description is.
    static func location(variable: String) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["pkg-config", "--variable=\(variable)", "libvirt"]
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let path = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard process.terminationStatus == 0, !path.isEmpty else { throw Failure.noVariable(variable) }
        return path
    }

    static func functions(inFileAt path: String) throws -> Set<String> {
        guard let data = FileManager.default.contents(atPath: path) else { throw Failure.noFile(path) }
        // A scanner and not a parser: Foundation's needs libxml2, which clashes with other users of that library.
        let text = String(decoding: data, as: UTF8.self)
        return Set(text.matches(of: #/<function name='(\w+)'/#).map { String($0.output.1) })
    }
}
