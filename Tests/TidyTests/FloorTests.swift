// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Testing

/// The floors of ARCHITECTURE.md: imports point downward only.
@Suite("floors")
struct FloorTests {
    private struct Manifest: Decodable {
        let targets: [Target]

        struct Target: Decodable {
            let name: String
            let path: String?
            let dependencies: [Dependency]
        }

        /// Another target by its name; products of packages have no name here.
        struct Dependency: Decodable {
            let target: String?

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: Keys.self)
                let entries = try container.decodeIfPresent([String?].self, forKey: .byName)
                target = entries?.first ?? nil
            }

            private enum Keys: CodingKey {
                case byName
            }
        }
    }

    /// The manifest's edges between our own targets, as SwiftPM itself reads them.
    private static func edges() throws -> [String: Set<String>] {
        // A folder of its own: that of the build is held by the program that runs the tests.
        let scratch = FileManager.default.temporaryDirectory.appending(path: "roost-tidy-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let dump = try Repository.run("swift", "package", "--scratch-path", scratch.path, "dump-package")
        let manifest = try JSONDecoder().decode(Manifest.self, from: Data(dump.utf8))
        return Dictionary(
            uniqueKeysWithValues: manifest.targets.map { ($0.name, Set($0.dependencies.compactMap(\.target))) })
    }

    /// The floor of each target, out of the table.
    private static func floors() throws -> [String: Int] {
        var floors: [String: Int] = [:]
        for line in try Repository.text("ARCHITECTURE.md").split(separator: "\n") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 3, let floor = Int(cells[0]) else { continue }
            for name in cells[1].split(separator: ",") {
                floors[name.trimmingCharacters(in: CharacterSet(charactersIn: " `"))] = floor
            }
        }
        return floors
    }

    @Test("the table has each target of Sources, and nothing else")
    func table() throws {
        let folders = try Repository.files().filter { $0.path.hasPrefix("Sources/") }
            .compactMap { $0.path.split(separator: "/").dropFirst().first.map(String.init) }
        #expect(try Set(folders) == Set(Self.floors().keys))
    }

    @Test("no edge of the manifest points up or stays on its floor")
    func manifest() throws {
        let floors = try Self.floors()
        let edges = try Self.edges()
        #expect(Set(floors.keys).isSubset(of: edges.keys))
        for (name, floor) in floors {
            for dependency in edges[name] ?? [] {
                let below = try #require(floors[dependency], "\(name) needs \(dependency), which is on no floor")
                #expect(below < floor, "\(name) needs \(dependency)")
            }
        }
    }

    @Test("no file imports what its target does not name")
    func imports() throws {
        let floors = try Self.floors()
        let edges = try Self.edges()
        for file in try Repository.swiftFiles() where file.path.hasPrefix("Sources/") {
            let target = String(file.path.split(separator: "/")[1])
            let imported = file.lines.compactMap(Self.importedModule).filter { floors[$0] != nil }
            #expect(Set(imported).isSubset(of: edges[target] ?? []), "\(file.path)")
        }
    }

    /// The module of a line such as `@_exported public import struct Module.Name`.
    private static func importedModule(_ line: Substring) -> String? {
        let pattern = /^(?:@\w+ +)*(?:(?:public|package|internal|fileprivate|private) +)?import +(?:\w+ +)?(\w+)/
        return line.prefixMatch(of: pattern).map { String($0.1) }
    }
}
