// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import XMLTree

extension DomainDocument {
    /// What a newer definition says otherwise than this one, in this one's order; empty where they mean the same.
    ///
    /// Elements are matched by what libvirt or the guest tells them by, such as a disk's target, and else by their
    /// place. White space that lays out elements, the order of attributes, comments, prefixes, the unit of an amount of
    /// memory, and whether an address is written in hexadecimal do not count. Takes time and memory linear in the
    /// documents' size.
    public func changes(to newer: DomainDocument) -> [DomainDifference] {
        var comparison = DomainComparison()
        comparison.compare(root, newer.root, path: "/domain", place: ChangePlace())
        return comparison.differences
    }
}

/// One comparison of two definitions, collecting what differs.
private struct DomainComparison {
    private(set) var differences: [DomainDifference] = []

    mutating func compare(_ older: XMLElement, _ newer: XMLElement, path: String, place: ChangePlace) {
        if !Meaning.isSame(older, newer) {
            compareAttributes(older, newer, path: path, place: place)
            let texts = (older.ownText, newer.ownText)
            if texts.0 != texts.1 { note(path, .value(from: texts.0, to: texts.1), place) }
        }
        compareChildren(older, newer, path: path, place: place)
    }

    private mutating func note(_ path: String, _ change: DomainDifference.Change, _ place: ChangePlace) {
        differences.append(DomainDifference(path: path, change: change, timing: ChangeTiming(of: place)))
    }

    private mutating func compareAttributes(
        _ older: XMLElement, _ newer: XMLElement, path: String, place: ChangePlace
    ) {
        guard older.attributes != newer.attributes else { return }
        let values = (Self.values(of: older), Self.values(of: newer))
        var names = older.attributes.map(\.name)
        names += newer.attributes.map(\.name).filter { values.0[$0.key] == nil }
        for name in names {
            let (from, to) = (values.0[name.key], values.1[name.key])
            guard from != to, !Meaning.isSame(from, to, attributeOf: older) else { continue }
            var place = place
            place.attribute = name.local
            note("\(path)/@\(name.qualified)", .value(from: from, to: to), place)
        }
    }

    private static func values(of element: XMLElement) -> [String: String] {
        Dictionary(element.attributes.map { ($0.name.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    private mutating func compareChildren(
        _ older: XMLElement, _ newer: XMLElement, path: String, place: ChangePlace
    ) {
        let crowded = older.crowdedNames.union(newer.crowdedNames)
        let (before, after) = (Sibling.all(in: older, crowded: crowded), Sibling.all(in: newer, crowded: crowded))
        let matches = Dictionary(after.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        let known = Set(before.map(\.key))
        for sibling in before {
            let inner = place.entering(sibling.element)
            let path = "\(path)/\(sibling.step)"
            if let match = matches[sibling.key] {
                compare(sibling.element, match.element, path: path, place: inner)
            } else {
                note(path, .removed(sibling.element), inner)
            }
        }
        for sibling in after where !known.contains(sibling.key) {
            note("\(path)/\(sibling.step)", .added(sibling.element), place.entering(sibling.element))
        }
        compareOrder(before.filter { matches[$0.key] != nil }, after.filter { known.contains($0.key) }, path, place)
    }

    /// Names of one kind may follow one another differently; among different kinds libvirt sees to the order.
    private mutating func compareOrder(
        _ before: [Sibling], _ after: [Sibling], _ path: String, _ place: ChangePlace
    ) {
        guard before.map(\.step) != after.map(\.step) else { return }
        let newer = Dictionary(grouping: after, by: \.element.name.key)
        var isSeen: Set<String> = []
        for first in before where isSeen.insert(first.element.name.key).inserted {
            let name = first.element.name
            let (from, to) = (
                before.filter { $0.element.name.key == name.key }.map(\.step), newer[name.key, default: []].map(\.step)
            )
            guard from != to else { continue }
            var inner = place.entering(first.element)
            // No device comes or goes.
            inner.device = nil
            note("\(path)/\(name.qualified)", .order(from: from, to: to), inner)
        }
    }
}

/// A child element among its siblings.
private struct Sibling {
    let element: XMLElement
    /// How a path names it.
    let step: String
    /// What it is matched by.
    let key: String

    /// The child elements; those of names that are crowded are told by their position where nothing else tells them.
    static func all(in parent: XMLElement, crowded: Set<String>) -> [Sibling] {
        var places: [String: Int] = [:]
        var isSeen: Set<String> = []
        return parent.elements.map { element in
            let name = element.name
            let place = places[name.key, default: 0] + 1
            places[name.key] = place
            if let predicate = ElementIdentity.predicate(of: element),
                isSeen.insert("\(name.key) \(predicate)").inserted
            {
                let step = "\(name.qualified)[\(predicate)]"
                return Sibling(element: element, step: step, key: "\(name.key)[\(predicate)]")
            }
            let step = crowded.contains(name.key) ? "\(name.qualified)[\(place)]" : name.qualified
            return Sibling(element: element, step: step, key: "\(name.key)[\(place)]")
        }
    }
}

/// What values mean to libvirt, however they are written.
private enum Meaning {
    /// Whether both are the same amount of memory, in whatever units.
    static func isSame(_ older: XMLElement, _ newer: XMLElement) -> Bool {
        guard older["unit"] != newer["unit"] || older.text != newer.text, let amount = older.byteCount else {
            return false
        }
        let (others, otherOthers) = (older.attributes, newer.attributes)
        return amount == newer.byteCount
            && others.filter { $0.name != "unit" } == otherOthers.filter { $0.name != "unit" }
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

extension ChangePlace {
    fileprivate func entering(_ element: XMLElement) -> ChangePlace {
        var inner = self
        inner.names.append(element.name.local)
        inner.attribute = nil
        if names == ["devices"] { inner.device = element }
        return inner
    }
}

extension XMLName {
    /// The same for names that denote the same.
    fileprivate var key: String { namespace.map { "{\($0)}\(local)" } ?? local }
}

extension XMLElement {
    /// The names that more than one child has.
    fileprivate var crowdedNames: Set<String> {
        var isSeen: Set<String> = []
        return Set(elements.map(\.name.key).filter { !isSeen.insert($0).inserted })
    }

    /// The text directly inside, without what only lays out children; nil where there is none.
    fileprivate var ownText: String? {
        let text = text
        let isLayout = text.utf8.allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 || $0 == 0x0D }
        return text.isEmpty || isLayout && children.contains { $0.element != nil } ? nil : text
    }
}
