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
        do {
            return try JSONDecoder().decode(HostFacts.self, from: Data(text.utf8))
        } catch let error as DecodingError {
            throw UsageFailure("document \(path): \(error.words)", hint: hint)
        }
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
