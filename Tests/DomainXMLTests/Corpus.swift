// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Testing
import XMLTree

/// libvirt's own test documents, which `hack/corpus` gets.
enum Corpus {
    /// What `hack/test` has put there.
    static func directory() throws -> URL {
        let path = try #require(
            ProcessInfo.processInfo.environment["ROOST_TEST_CORPUS"],
            "ROOST_TEST_CORPUS names the directory that hack/corpus prints; `make test` sets it")
        return URL(fileURLWithPath: path)
    }

    /// The XML files below the directories whose names these begin, in order.
    static func files(in prefixes: String...) throws -> [URL] {
        let root = try directory()
        let paths = try FileManager.default.subpathsOfDirectory(atPath: root.path)
        return paths.filter { path in
            path.hasSuffix(".xml") && prefixes.contains { path.hasPrefix($0) }
        }.sorted().map { root.appendingPathComponent($0) }
    }

    /// The files whose root element is `<domain>`, with their text.
    static func domains(in prefixes: String...) throws -> [(file: URL, text: String)] {
        try prefixes.flatMap { try files(in: $0) }.compactMap { file in
            // One of them holds what is no UTF-8, on purpose.
            guard let text = try? String(contentsOf: file, encoding: .utf8), isDomain(text) else { return nil }
            return (file, text)
        }
    }

    /// All places of documents of domains, of every hypervisor.
    static let everywhere = [
        "qemuxml2argvdata", "qemuxml2xmloutdata", "genericxml2xml", "qemuhotplugtestdomains", "qemumemlockdata",
        "domainschemadata", "bhyve", "lxc", "libxl", "vmx2xmldata", "xml2vmxdata", "xlconfigdata", "xmconfigdata",
        "qemuagentdata", "securityselinuxlabeldata",
    ]

    /// The files of all places.
    static func allDomains() throws -> [(file: URL, text: String)] {
        try everywhere.flatMap { try domains(in: $0) }
    }

    private static func isDomain(_ text: String) -> Bool {
        text.contains("<domain ") || text.contains("<domain>")
    }
}
