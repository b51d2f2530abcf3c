// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel
import TestSupport

@testable import DomainPlanning
@testable import InstanceGenerator

/// Changes one field of a document, or one fact of a host, in the ways in which it can be another.
struct FieldPerturbation {
    var generator: InstanceGenerator

    /// The same document with another value at a path, or in what is there; many break a rule.
    mutating func documents(from document: DocumentValue, at path: String) -> [DocumentValue] {
        var steps = DocumentStep.steps(of: path.isEmpty ? "name" : path)[...]
        // What is in something that is not there comes with that.
        while steps.count > 1, document[steps.dropLast()] == nil { steps = steps.dropLast() }
        var changes = [(steps, DocumentValue?.none)]
        if steps.count > 1 { changes.append((steps.prefix(1), nil)) }
        if steps.first == .key("numa") { changes.append((steps.prefix(1), Self.twoCells(of: document))) }
        for _ in 0..<8 { changes.append((steps, generator.value(at: Self.path(of: steps)))) }
        if case .list(let values)? = document[steps] {
            if let another = generator.value(at: Self.path(of: steps + [.index(0)])) {
                changes.append((steps, .list(values + [another])))
            }
            if !values.isEmpty { changes.append((steps, .list(values.dropLast()))) }
        }
        for inner in Self.places(in: document[steps], below: steps).shuffled(using: &generator.random).prefix(6) {
            changes += [(inner, nil), (inner, generator.value(at: Self.path(of: inner)))]
        }
        let changed = changes.map { place, value in
            var copy = document
            copy[place] = value
            return copy
        }
        return (changed + Self.exchanged(document, at: steps)).filter { $0 != document }
    }

    /// Cells that add up to a document's processors and memory, which chance would not hit upon.
    private static func twoCells(of document: DocumentValue) -> DocumentValue? {
        guard case .mapping(let members) = document,
            case .number(let vcpus)? = members["maximum_vcpus"] ?? members["vcpus"], vcpus > 1,
            case .text(let text)? = members["memory"], let memory = try? ByteCount(parsing: text)
        else { return nil }
        let least = ByteCount.mebibytes(32)
        let rest = ByteCount(bytes: memory.bytes - least.bytes)
        return .mapping([
            "nodes": .list([.number(3)]),
            "cells": .list([
                .mapping(["vcpus": .list([.number(0)]), "memory": .text(rest.description)]),
                .mapping(["vcpus": .list((1..<vcpus).map(DocumentValue.number)), "memory": .text(least.description)]),
            ]),
        ])
    }

    /// The same document with the value at a path exchanged with one beside it, which keeps sums and products.
    private static func exchanged(_ document: DocumentValue, at steps: ArraySlice<DocumentStep>) -> [DocumentValue] {
        guard let own = document[steps] else { return [] }
        var others: [ArraySlice<DocumentStep>] = []
        if case .mapping(let members)? = document[steps.dropLast()] {
            others += members.keys.sorted().map { steps.dropLast() + [.key($0)] }
        }
        for place in steps.indices {
            guard case .index(let index) = steps[place] else { continue }
            others.append(steps[..<place] + [.index(index == 0 ? 1 : index - 1)] + steps[(place + 1)...])
        }
        return others.compactMap { other in
            guard let beside = document[other] else { return nil }
            var copy = document
            copy[steps] = beside
            copy[other] = own
            return copy
        }
    }

    /// The places of everything in a value.
    private static func places(
        in value: DocumentValue?, below steps: ArraySlice<DocumentStep>
    ) -> [ArraySlice<DocumentStep>] {
        let inner: [(DocumentStep, DocumentValue)]
        switch value {
        case .mapping(let members): inner = members.sorted { $0.key < $1.key }.map { (.key($0.key), $0.value) }
        case .list(let values): inner = values.enumerated().map { (.index($0.offset), $0.element) }
        default: inner = []
        }
        return inner.flatMap { step, value in [steps + [step]] + places(in: value, below: steps + [step]) }
    }

    private static func path(of steps: ArraySlice<DocumentStep>) -> String {
        steps.reduce("") { path, step in
            switch step {
            case .key(let key): path.isEmpty ? key : "\(path).\(key)"
            case .index(let index): "\(path)[\(index)]"
            }
        }
    }

    /// The same facts with another value of the one with this name.
    static func facts(from facts: HostFacts, at name: String) throws -> [HostFacts] {
        guard case .mapping(let members)? = RecordedValue(facts).value else { return [] }
        let others: [DocumentValue]
        switch (name, members[name]) {
        case ("accelerator", _): others = ["kvm", "emulation"].map(DocumentValue.text)
        case ("architecture", _): others = ["x86_64", "aarch64"].map(DocumentValue.text)
        case ("topology", .mapping(let topology)?):
            guard case .list(let cells)? = topology["cells"] else { return [] }
            others = [Array(cells.dropFirst()), Array(cells.dropLast())].map { .mapping(["cells": .list($0)]) }
        case ("firmware", _):
            others = [.mapping(["has_uefi": .flag(true), "has_secure_boot": .flag(true)])]
        case ("processor_models", .list(let models)?): others = [.list(models + [.text("EPYC")])]
        case ("devices", _): others = [.mapping(["has_vsock": .flag(true)]), .mapping([:])]
        case (_, .flag(let flag)?): others = [.flag(!flag)]
        case (_, .number(let number)?): others = [.number(number + 1)]
        case (_, .text(let text)?): others = [.text(text + "-other")]
        default: others = [.text("9.9.9")]
        }
        return try others.filter { $0 != members[name] }.map { other in
            var changed = members
            changed[name] = other
            return try JSONDecoder().decode(HostFacts.self, from: Data(DocumentValue.mapping(changed).json.utf8))
        }
    }
}
