// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
public import InstanceModel
public import TestSupport

/// Makes valid instances at random, by the JSON Schema of their documents: a field that the model gets is in them
/// without a word here.
///
/// Documents are made of what the schema allows; what the reader has against one, it names by path, and that is made
/// anew, or left out where that does not help.
public struct InstanceGenerator {
    /// What chooses.
    public var random: SeededRandom
    /// What stands at a path in place of what the schema alone would suggest, which nobody hits upon by chance.
    public var samples: [String: [DocumentValue]] = [
        "cloud_init.ssh_keys[]": [
            .text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGQw a@b"), .text("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ ]]>"),
        ],
        "memory_devices[].size": ["128 MiB", "1 GiB"].map(DocumentValue.text),
        "memory_devices[].requested": ["0 B", "64 MiB"].map(DocumentValue.text),
        "memory_devices[].block": ["2 MiB", "32 MiB"].map(DocumentValue.text),
        "interfaces[].network.vhostuser": ["/run/ovs/vhu-1", "/srv/a@b/c"].map(DocumentValue.text),
        "shares[].source": ["/srv/data", "/srv/data/a+b@c", "/mnt/.x"].map(DocumentValue.text),
        "cpu.model": ["host-model", "host-passthrough", "maximum", "qemu64", "Skylake-Server"].map(DocumentValue.text),
    ]
    /// The paths that no document has.
    public var excluded: Set<String> = []

    private let schema: DocumentSchema

    /// A document, and the instance that it describes.
    public struct Generated: Sendable {
        /// The document.
        public let document: DocumentValue
        /// The instance.
        public let instance: Instance
    }

    /// What has become of the attempts.
    public struct Exhausted: Error, CustomStringConvertible {
        /// What the reader said of the last document.
        public let description: String
    }

    /// Fields of which nothing, or nothing but a digest, is kept with the instance.
    public static let secrets: Set<String> = [
        "cloud_init.user_data", "cloud_init.user_data_file", "cloud_init.network_data",
    ]

    /// The instances of a seed.
    public init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        schema = try JSONDecoder().decode(DocumentSchema.self, from: Data(InstanceDocument.schema.utf8))
    }

    /// The paths of all fields that a document may have, such as `disks[].size`, with the words that may stand there.
    public var fields: [String: Set<String>] {
        var fields: [String: Set<String>] = [:]
        schema.visit { path, schema in
            guard !path.isEmpty else { return }
            fields[path, default: []].formUnion(schema.choices)
        }
        return fields
    }

    /// The next instance.
    public mutating func next() throws -> Generated {
        var said = ""
        for _ in 0..<20 {
            var document = value(of: schema, at: "")
            divide(&document)
            var attempts: [String: Int] = [:]
            for _ in 0..<80 {
                do {
                    let instance = try InstanceDocument.parse(document.json) { name throws(RuleViolation) in
                        "# \(name)"
                    }
                    return Generated(document: document, instance: instance)
                } catch {
                    said = error.problems.map { "\($0.path): \($0.violation.rule)" }.joined(separator: "; ")
                    for problem in error.problems { mend(&document, at: problem.path, &attempts) }
                }
            }
        }
        throw Exhausted(description: said)
    }

    /// A value for the field of a path, such as `disks[1].size`, as the schema allows; nil where no document has it.
    public mutating func value(at path: String) -> DocumentValue? {
        let steps = DocumentStep.steps(of: path)[...]
        return schema.schema(at: steps).map { value(of: $0, at: Self.schemaPath(of: steps)) }
    }

    /// Gives the NUMA cells of a document, where it has any, all of its processors and memory: chance hardly would.
    private mutating func divide(_ document: inout DocumentValue) {
        guard case .mapping(var members) = document, case .mapping(var numa)? = members["numa"],
            case .number(let vcpus)? = members["maximum_vcpus"] ?? members["vcpus"]
        else { return }
        let count = min(Int.random(in: 1...3, using: &random), vcpus)
        let memory = Int.random(in: 1...4, using: &random) * 32
        let cells = (0..<count).map { cell in
            var fields: [String: DocumentValue] = [
                "vcpus": .list((cell * vcpus / count..<(cell + 1) * vcpus / count).map(DocumentValue.number)),
                "memory": .text("\(memory) MiB"), "nodes": .list([.number(Int.random(in: 0...3, using: &random))]),
                "distances": .list((0..<count).map { .number($0 == cell ? 10 : 20) }),
                "shared": .flag(Bool.random(using: &random)),
            ]
            for key in ["nodes", "distances", "shared"] where Bool.random(using: &random) { fields[key] = nil }
            return DocumentValue.mapping(fields)
        }
        numa["cells"] = .list(cells)
        members["numa"] = .mapping(numa)
        members["memory"] = .text("\(memory * count) MiB")
        document = .mapping(members)
    }

    /// Makes what stands at a path anew, or leaves it out.
    private mutating func mend(_ document: inout DocumentValue, at path: String, _ attempts: inout [String: Int]) {
        let steps = DocumentStep.steps(of: path)[...]
        attempts[path, default: 0] += 1
        guard attempts[path, default: 0] > 12 else {
            guard let schema = schema.schema(at: steps) else { return }
            document[steps] = value(of: schema, at: Self.schemaPath(of: steps))
            return
        }
        var place = steps
        while case .key(let key)? = place.last, schema.schema(at: place.dropLast())?.requires(key) ?? false {
            place = place.dropLast()
        }
        if place.isEmpty {
            document = value(of: schema, at: "")
        } else {
            document[place] = nil
        }
    }

    private static func schemaPath(of steps: ArraySlice<DocumentStep>) -> String {
        steps.reduce("") { path, step in
            switch step {
            case .key(let key): path.isEmpty ? key : "\(path).\(key)"
            case .index: path + "[]"
            }
        }
    }

    private mutating func value(of schema: DocumentSchema, at path: String) -> DocumentValue {
        if let samples = samples[path], let sample = samples.randomElement(using: &random) { return sample }
        if let kind = schema.alternatives.randomElement(using: &random) { return value(of: kind, at: path) }
        if let choice = schema.choices.randomElement(using: &random) { return .text(choice) }
        switch schema.type {
        case "object": return mapping(of: schema, at: path)
        case "array":
            let count = Int.random(in: 0...3, using: &random)
            return .list((0..<count).compactMap { _ in schema.items.first.map { value(of: $0, at: path + "[]") } })
        case "integer": return .number(number(in: schema.range ?? 0...1_000))
        case "boolean": return .flag(Bool.random(using: &random))
        default:
            guard let pattern = schema.pattern else { return .text(random.hostileText(limit: 12)) }
            guard let text = PatternText.matching(pattern, using: &random) else {
                preconditionFailure("the pattern \(pattern) at \(path) needs more than PatternText can do")
            }
            return .text(text)
        }
    }

    private mutating func mapping(of schema: DocumentSchema, at path: String) -> DocumentValue {
        var members: [String: DocumentValue] = [:]
        // Some have few fields, and some nearly all.
        let share = [0.1, 0.3, 0.8].randomElement(using: &random) ?? 0.3
        for key in schema.properties.keys.sorted() {
            let inner = path.isEmpty ? key : "\(path).\(key)"
            let isWanted = schema.required.contains(key) || Double.random(in: 0..<1, using: &random) < share
            guard isWanted, !excluded.contains(inner), let kind = schema.properties[key] else { continue }
            members[key] = value(of: kind, at: inner)
        }
        for kind in schema.freeValues {
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let key = ["role", "a/b", "X_1", "0"].randomElement(using: &random) ?? "role"
                members[key] = value(of: kind, at: "\(path).*")
            }
        }
        return .mapping(members)
    }

    /// Mostly a small number, as most numbers are.
    private mutating func number(in range: ClosedRange<Int>) -> Int {
        guard Int.random(in: 0..<4, using: &random) > 0 else { return Int.random(in: range, using: &random) }
        let most = Int.random(in: 0...8, using: &random)
        return min(range.upperBound, range.lowerBound + Int.random(in: 0...most, using: &random))
    }
}

extension DocumentSchema {
    /// Whether a mapping needs this key.
    fileprivate func requires(_ key: String) -> Bool {
        required.contains(key) || alternatives.contains { $0.required.contains(key) }
    }
}
