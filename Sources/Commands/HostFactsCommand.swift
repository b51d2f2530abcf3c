// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import Foundation

/// `roost host facts`: what plans are made of.
struct HostFactsCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "facts",
        abstract: "Show what planning needs to know of this host.",
        discussion: """
            Kept as JSON, they stand for the host elsewhere: `roost plan --facts` plans for it without asking it.

            Examples:
              roost host facts
              roost host facts -o json >big-host.json
              roost plan web.yaml --facts big-host.json
            """)
    static let effect = CommandEffect.reads

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let session = try await Session.open(global)
        let facts = try await session.driver.facts(context: session.operation())
        let value = try OutputValue(encoding: facts)
        let text = try value.yaml()
        try session.presenter.result(value) { text }
    }
}

/// A file that `roost host facts -o json` has written.
struct HostFactsFile: Sendable, Hashable {
    let path: String

    private static let limit = 4 << 20

    /// Reads the facts.
    ///
    /// - Throws: ``UsageFailure`` where the file cannot be read, or holds no facts of a host.
    func facts(in surroundings: Surroundings) async throws -> HostFacts {
        let hint = "`roost host facts -o json` writes such a file"
        let text = try await TextFile.document(at: path, limit: Self.limit, hint: hint, in: surroundings)
        let data = Data(text.utf8)
        let facts: HostFacts
        do {
            facts = try JSONDecoder().decode(HostFacts.self, from: data)
        } catch let error as DecodingError {
            throw UsageFailure("document \(path): \(error.words)", hint: hint)
        }
        let known = try JSONSerialization.jsonObject(with: JSONEncoder().encode(facts))
        if let stray = Self.stray(in: try JSONSerialization.jsonObject(with: data), beside: known) {
            throw UsageFailure("document \(path): \(stray) is no fact that is known here", hint: hint)
        }
        return facts
    }

    /// The path of a key that was not read, by what the facts are written as: one that is misspelt would count as a
    /// fact that nobody knows, and refuse nothing.
    private static func stray(in given: Any, beside known: Any?) -> String? {
        if let given = given as? [String: Any] {
            let known = known as? [String: Any] ?? [:]
            for (key, value) in given.sorted(by: { $0.key < $1.key }) where !(value is NSNull) {
                guard let kept = known[key] else { return key }
                if let below = stray(in: value, beside: kept) { return "\(key).\(below)" }
            }
        } else if let given = given as? [Any], let known = known as? [Any] {
            for (value, kept) in zip(given, known) {
                if let below = stray(in: value, beside: kept) { return below }
            }
        }
        return nil
    }
}

extension DecodingError {
    /// What is wrong, and where.
    fileprivate var words: String {
        switch self {
        case .keyNotFound(let key, let context):
            "\(Self.path(context.codingPath + [key])) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "it is no JSON of a host's facts" : "\(Self.path(context.codingPath)) is not what it should be"
        @unknown default: "it is no JSON of a host's facts"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce("") { path, key in
            if let index = key.intValue { return path + "[\(index)]" }
            return path.isEmpty ? key.stringValue : path + "." + key.stringValue
        }
    }
}
