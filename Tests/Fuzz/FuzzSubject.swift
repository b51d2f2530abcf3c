// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import InstanceModel
import XMLTree

/// What is asked about an input.
enum FuzzSubject: String, Sendable, CaseIterable {
    /// Whether a tree is written as it was read.
    case tree
    /// Whether a domain's document is written as it was read, and is like itself.
    case domain
    /// Whether two domains' documents, with a zero byte between them, differ as much in one direction as in the other.
    case difference
    /// Whether an instance's document is stored as it was read, and its problems can be shown.
    case instance

    /// Whether the inputs are XML.
    var isXML: Bool { self != .instance }

    /// Reads an input, and says whether there was anything to read in it.
    ///
    /// - Throws: ``UntrueAnswer``.
    func read(_ input: [UInt8]) throws(UntrueAnswer) -> Bool {
        switch self {
        case .tree: try Self.tree(input)
        case .domain: try Self.domain(input)
        case .difference: try Self.difference(input)
        case .instance: try Self.instance(input)
        }
    }

    private static func tree(_ input: [UInt8]) throws(UntrueAnswer) -> Bool {
        guard let root = try? XMLElement.parse(bytes: input, whitespace: .kept),
            let text = try written(root)
        else { return false }
        guard let again = try? XMLElement.parse(text, whitespace: .kept), again == root else {
            throw UntrueAnswer("the tree is another one when it is written and read again")
        }
        return true
    }

    /// The tree as text; nil where it has a namespace that nobody writes.
    private static func written(_ root: XMLElement) throws(UntrueAnswer) -> String? {
        do {
            return try root.serialized()
        } catch .unencodable(.namespace, _) {
            return nil
        } catch {
            throw UntrueAnswer("what was read cannot be written: \(error)")
        }
    }

    private static func domain(_ input: [UInt8]) throws(UntrueAnswer) -> Bool {
        guard let document = document(input[...]), let text = try written(document.root) else { return false }
        guard let again = try? DomainDocument(parsing: text), again == document else {
            throw UntrueAnswer("the definition is another one when it is written and read again")
        }
        guard document.changes(to: again).isEmpty, document.missing(in: again).isEmpty else {
            throw UntrueAnswer("a definition differs from itself")
        }
        // Only that they end.
        _ = (document.consoleLog, document.consolePTY, document.guestAgentState, document.memoryKiB)
        _ = document.disks.map { ($0.driver, $0.backing, $0.target, $0.address) }
        return true
    }

    private static func difference(_ input: [UInt8]) throws(UntrueAnswer) -> Bool {
        guard let end = input.firstIndex(of: 0), let older = document(input[..<end]),
            let newer = document(input[(end + 1)...])
        else { return false }
        let changes = older.changes(to: newer)
        guard changes.count == newer.changes(to: older).count else {
            throw UntrueAnswer("the definitions differ more in one direction than in the other")
        }
        guard changes.allSatisfy({ !$0.description.isEmpty && $0.path.hasPrefix("/") }) else {
            throw UntrueAnswer("a difference cannot be told")
        }
        return true
    }

    private static func document(_ bytes: ArraySlice<UInt8>) -> DomainDocument? {
        guard let root = try? XMLElement.parse(bytes: Array(bytes)) else { return nil }
        return try? DomainDocument(root)
    }

    private static func instance(_ input: [UInt8]) throws(UntrueAnswer) -> Bool {
        let instance: Instance
        do {
            instance = try InstanceDocument.parse(bytes: input) { name throws(RuleViolation) in name }
        } catch {
            let isShown = error.problems.allSatisfy { problem in
                !problem.violation.rule.isEmpty && isLine(problem.violation.value) && isLine(problem.path)
            }
            guard isShown else { throw UntrueAnswer("a problem cannot be shown: \(error.problems)") }
            return false
        }
        let stored = InstanceDocument.stored(instance)
        guard let again = try? InstanceDocument.parseStored(stored), InstanceDocument.stored(again) == stored else {
            throw UntrueAnswer("the instance is another one when it is stored and read again: \(stored)")
        }
        return true
    }

    private static func isLine(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}

/// An answer that cannot be true.
struct UntrueAnswer: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
