// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import XMLTree

extension DomainDocument {
    /// What a newer definition says otherwise than this one, in this one's order; empty where they mean the same.
    ///
    /// Elements are matched by what libvirt or the guest tells them by, such as a disk's target, and else by their
    /// place. White space that lays out elements, the order of attributes, comments, prefixes, the unit of a domain's
    /// amounts of memory, and whether an address is written in hexadecimal do not count. The passwords of
    /// graphics are not shown. Takes time and memory linear in the documents' size.
    public func changes(to newer: DomainDocument) -> [DomainDifference] {
        var comparison = DomainComparison()
        comparison.compare(root, newer.root, at: ChangePlace(root: root))
        return comparison.differences
    }
}

/// One comparison of two definitions, collecting what differs.
private struct DomainComparison {
    private(set) var differences: [DomainDifference] = []

    mutating func compare(_ older: XMLElement, _ newer: XMLElement, at place: ChangePlace) {
        if !Meaning.isSame(older, newer) {
            compareAttributes(older, newer, at: place)
            let texts = (older.ownText, newer.ownText)
            if texts.0 != texts.1 { note(.value(from: texts.0, to: texts.1), at: place) }
        }
        compareChildren(older, newer, at: place)
    }

    private mutating func note(_ change: DomainDifference.Change, at place: ChangePlace) {
        differences.append(DomainDifference(path: place.xpath, change: change, timing: ChangeTiming(of: place)))
    }

    private mutating func compareAttributes(_ older: XMLElement, _ newer: XMLElement, at place: ChangePlace) {
        guard older.attributes != newer.attributes else { return }
        let values = (Self.values(of: older), Self.values(of: newer))
        var names = older.attributes.map(\.name)
        names += newer.attributes.map(\.name).filter { values.0[$0.key] == nil }
        for name in names {
            let (from, to) = (values.0[name.key], values.1[name.key])
            guard from != to, !Meaning.isSame(from, to, attributeOf: older) else { continue }
            let isSecret = older.name.denotes("graphics") && name.denotes("passwd")
            let shown = { (value: String?) in isSecret ? value.map { _ in "(not shown)" } : value }
            note(.value(from: shown(from), to: shown(to)), at: place.entering(attribute: name))
        }
    }

    private static func values(of element: XMLElement) -> [NameKey: String] {
        Dictionary(element.attributes.map { ($0.name.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    private mutating func compareChildren(_ older: XMLElement, _ newer: XMLElement, at place: ChangePlace) {
        let crowded = older.crowdedNames.union(newer.crowdedNames)
        let (before, after) = (Sibling.all(in: older, crowded: crowded), Sibling.all(in: newer, crowded: crowded))
        let matches = Dictionary(after.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        let known = Set(before.map(\.key))
        for sibling in before {
            let inner = place.entering(sibling)
            if let match = matches[sibling.key] {
                compare(sibling.element, match.element, at: inner)
            } else {
                note(.removed(sibling.element), at: inner)
            }
        }
        for sibling in after where !known.contains(sibling.key) {
            note(.added(sibling.element), at: place.entering(sibling))
        }
        compareOrder(before.filter { matches[$0.key] != nil }, after.filter { known.contains($0.key) }, at: place)
    }

    /// Elements of one name may follow one another differently; among different names libvirt sees to the order.
    private mutating func compareOrder(_ before: [Sibling], _ after: [Sibling], at place: ChangePlace) {
        guard before.map(\.key) != after.map(\.key) else { return }
        let older = Dictionary(grouping: before, by: \.key.name)
        let newer = Dictionary(grouping: after, by: \.key.name)
        var isSeen: Set<NameKey> = []
        for first in before where isSeen.insert(first.key.name).inserted {
            let (from, to) = (older[first.key.name] ?? [], newer[first.key.name] ?? [])
            guard from.map(\.key) != to.map(\.key) else { continue }
            note(.order(from: from.map(\.step), to: to.map(\.step)), at: place.entering(all: first.element.name))
        }
    }
}

/// A child element among its siblings.
struct Sibling {
    let element: XMLElement
    /// How a path names it.
    let step: String
    /// What it is matched by.
    let key: Key
    /// Its place among those of its name, from 1.
    let position: Int

    /// What tells a child from its siblings.
    struct Key: Hashable {
        /// The name, without its prefix.
        let name: NameKey
        /// What it is known by; nil where only its place tells.
        let identity: String?
        /// Its place among those of its name, from 1; 0 where it is known by something else.
        let place: Int
    }

    /// The child elements; those of names that are crowded are told by their position where nothing else tells them.
    static func all(in parent: XMLElement, crowded: Set<NameKey>) -> [Sibling] {
        var places: [NameKey: Int] = [:]
        var isSeen: Set<Key> = []
        return parent.elements.map { element in
            let name = element.name.key
            let place = places[name, default: 0] + 1
            places[name] = place
            let shown = element.name.shown
            if let identity = ElementIdentity.predicate(of: element) {
                let key = Key(name: name, identity: identity, place: 0)
                if isSeen.insert(key).inserted {
                    return Sibling(element: element, step: "\(shown)[\(identity)]", key: key, position: place)
                }
            }
            return Sibling(
                element: element, step: crowded.contains(name) ? "\(shown)[\(place)]" : shown,
                key: Key(name: name, identity: nil, place: place), position: place)
        }
    }
}

/// What values mean to libvirt, however they are written.
private enum Meaning {
    /// What of a domain's memory is an amount in KiB unless another unit is given.
    private static let kibibytes: Set<String> = [
        "memory", "currentMemory", "maxMemory", "hard_limit", "soft_limit", "swap_hard_limit", "min_guarantee",
    ]

    /// Whether both are the same amount of memory, in whatever units.
    static func isSame(_ older: XMLElement, _ newer: XMLElement) -> Bool {
        let hasUnits = older["unit"] != nil && newer["unit"] != nil
        guard older.name.namespace == nil, hasUnits || kibibytes.contains(older.name.local),
            older["unit"] != newer["unit"] || older.text != newer.text,
            let amount = older.byteCount, amount == newer.byteCount
        else { return false }
        return older.attributes.filter { $0.name != "unit" } == newer.attributes.filter { $0.name != "unit" }
    }

    /// Whether both are the same number in an address.
    static func isSame(_ older: String?, _ newer: String?, attributeOf element: XMLElement) -> Bool {
        guard element.name.denotes("address"), let older, let newer, let number = number(older) else { return false }
        return number == self.number(newer)
    }

    private static func number(_ text: String) -> UInt64? {
        text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
    }
}

/// A name by what it denotes, whatever its prefix.
struct NameKey: Hashable {
    fileprivate let name: XMLName

    static func == (left: NameKey, right: NameKey) -> Bool {
        left.name.denotes(right.name)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(name.local)
        hasher.combine(name.namespace)
    }
}

extension XMLName {
    fileprivate var key: NameKey { NameKey(name: self) }

    /// The name as a path shows it; one that no format has is cut, so that a path stays short.
    var shown: String {
        qualified.utf8.count <= ElementIdentity.longest ? qualified : String(qualified.prefix(40)) + "…"
    }
}

extension XMLElement {
    /// The names that more than one child has.
    var crowdedNames: Set<NameKey> {
        var isSeen: Set<NameKey> = []
        return Set(elements.map(\.name.key).filter { !isSeen.insert($0).inserted })
    }

    /// The text directly inside, without what only lays out children; nil where there is none.
    var ownText: String? {
        let text = text
        let isLayout = text.utf8.allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 || $0 == 0x0D }
        return text.isEmpty || isLayout && children.contains { $0.element != nil } ? nil : text
    }
}
