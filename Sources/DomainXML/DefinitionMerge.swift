// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import XMLTree

extension DomainDocument {
    /// This definition with what `newer` says otherwise than `older`, and nothing else of it changed: what libvirt
    /// filled in, what the host decided, and what others added stays; where others changed the same, `newer` counts.
    ///
    /// `older` is what this definition was made from, as it was planned. No controller is taken away, since devices
    /// that others added may be on it, and a place of a device on a bus is left to libvirt again where another model
    /// may not fit it.
    public func merging(from older: DomainDocument, to newer: DomainDocument) -> DomainDocument {
        var merged = self
        DefinitionMerge.merge(&merged.root, from: older.root, to: newer.root)
        // libvirt lists each virtual processor beside their number, and takes that list for the truth.
        let isCounted = root.first("vcpu") == merged.root.first("vcpu")
        if !isCounted, newer.root.first("vcpus") == nil { merged.root.removeAll("vcpus") }
        // It also leads sound through a screen of SPICE, and refuses that without one.
        if merged.hasSpice != hasSpice, newer.hasSpice == false {
            merged.root.modifyFirst("devices") { devices in
                _ = devices.removeAll("audio") { $0["type"] == "spice" }
            }
        }
        // And it names what to boot from where no device has a place in the boot order, and takes one of both alone.
        let devices = newer.root.first("devices")?.elements ?? []
        if devices.contains(where: { $0.first("boot") != nil }), newer.root.first("os")?.first("boot") == nil {
            merged.root.modifyFirst("os") { system in _ = system.removeAll("boot") }
        }
        return merged
    }

    private var hasSpice: Bool {
        root.descendants("devices", "graphics").contains { $0["type"] == "spice" }
    }
}

/// A three-way merge of elements.
enum DefinitionMerge {
    static func merge(_ current: inout XMLElement, from older: XMLElement, to newer: XMLElement) {
        guard older != newer else { return }
        mergeAttributes(&current, from: older, to: newer)
        let hasParts = [current, older, newer].contains { !$0.elements.isEmpty }
        guard hasParts else {
            if older.text != newer.text { current.text = newer.text }
            return
        }
        mergeChildren(&current, from: older, to: newer)
    }

    private static func mergeAttributes(_ current: inout XMLElement, from older: XMLElement, to newer: XMLElement) {
        for attribute in older.attributes + newer.attributes where older[attribute.name] != newer[attribute.name] {
            current[attribute.name] = newer[attribute.name]
        }
    }

    private static func mergeChildren(_ current: inout XMLElement, from older: XMLElement, to newer: XMLElement) {
        let (before, after) = (older.elements, newer.elements)
        let kept = ElementMatch.match(after, in: before)
        // Where each element of the newer definition is among the children, and what goes.
        var nodes = current.children
        var places = [Int?](repeating: nil, count: after.count)
        var isGone: Set<Int> = []
        let there = nodes.indices.filter { nodes[$0].element != nil }
        let present = ElementMatch.match(before, in: there.compactMap { nodes[$0].element }).map { index in
            index.map { there[$0] }
        }
        for (index, element) in before.enumerated() where !kept.contains(index) {
            guard let place = present[index], var child = nodes[place].element, !isLasting(element) else { continue }
            if leaves(&child, without: element, in: current) {
                nodes[place] = .element(child)
            } else {
                isGone.insert(place)
            }
        }
        var isAbsent: Set<Int> = []
        for (index, element) in after.enumerated() {
            guard let old = kept[index] else { continue }
            guard let place = present[old], var child = nodes[place].element else {
                // What others took away, and nobody changes, stays away.
                if before[old] == element { isAbsent.insert(index) }
                continue
            }
            if element.name.denotes("model"), before[old]["type"] != element["type"] {
                // What libvirt filled in for one model, such as a card's memory, is none of another's.
                child = element
            } else {
                merge(&child, from: before[old], to: element)
            }
            dropFilledIn(&child, from: before[old], to: element)
            nodes[place] = .element(child)
            places[index] = place
        }
        let taken = Set(present.compactMap(\.self))
        let free = there.filter { !taken.contains($0) && !isGone.contains($0) }
        overlay(after, on: free, of: &nodes, within: current, &places)
        let wanted = after.indices.filter { !isAbsent.contains($0) }
        current.children = arranged(nodes, wanted.map { places[$0] }, isGone, wanted.map { after[$0] })
    }

    /// Whether something that others added is left of an element that is taken away. A device goes as a whole, and so
    /// does what is told by more than its name, such as a NUMA cell: without that, libvirt would refuse what is left.
    private static func leaves(_ child: inout XMLElement, without element: XMLElement, in parent: XMLElement) -> Bool {
        guard !parent.name.denotes("devices"), ElementMatch.identity(of: element) == nil else { return false }
        merge(&child, from: element, to: XMLElement(name: element.name, namespaces: [], attributes: [], children: []))
        return !child.elements.isEmpty
    }

    /// Takes away what libvirt filled in beside a value that is another now, and what does not fit that.
    private static func dropFilledIn(_ child: inout XMLElement, from older: XMLElement, to newer: XMLElement) {
        if older["model"] != newer["model"], newer.first("address") == nil { child.removeAll("address") }
        guard newer.name.denotes("graphics"), older.first("listen") != newer.first("listen") else { return }
        for name: XMLName in ["port", "autoport", "listen", "socket"] where newer[name] == nil { child[name] = nil }
    }

    /// Whether the element stays once it is there.
    private static func isLasting(_ element: XMLElement) -> Bool { element.name.denotes("controller") }

    /// Puts what is new over what others put in the same place before: a device of the same identity, or the only
    /// element of its name.
    private static func overlay(
        _ after: [XMLElement], on free: [Int], of nodes: inout [XMLNode], within parent: XMLElement,
        _ places: inout [Int?]
    ) {
        var free = free
        for (index, element) in after.enumerated() where places[index] == nil {
            let found = free.first { place in
                guard let other = nodes[place].element, other.name.denotes(element.name) else { return false }
                let identity = ElementMatch.identity(of: element)
                if identity != nil || parent.name.denotes("devices") {
                    return identity != nil && identity == ElementMatch.identity(of: other)
                }
                return after.count { $0.name.denotes(element.name) } == 1
            }
            guard let found, var child = nodes[found].element else { continue }
            free.removeAll { $0 == found }
            places[index] = found
            // A controller of that number serves as well as the planned one.
            guard !isLasting(element) else { continue }
            merge(
                &child, from: XMLElement(name: element.name, namespaces: [], attributes: [], children: []), to: element)
            nodes[found] = .element(child)
        }
    }

    /// The children, with those of the newer definition in its order among their namesakes, and new ones after those
    /// that come before them there.
    private static func arranged(
        _ nodes: [XMLNode], _ places: [Int?], _ isGone: Set<Int>, _ after: [XMLElement]
    ) -> [XMLNode] {
        var (nodes, places) = (nodes, places)
        var names: [XMLName] = []
        for name in after.map(\.name) where !names.contains(where: { $0.denotes(name) }) { names.append(name) }
        for name in names {
            let ours = after.indices.filter { after[$0].name.denotes(name) && places[$0] != nil }
            let moved = ours.compactMap { places[$0] }.map { nodes[$0] }
            for (index, (place, node)) in zip(ours, zip(ours.compactMap { places[$0] }.sorted(), moved)) {
                nodes[place] = node
                places[index] = place
            }
        }
        // A new element follows those of its namesakes that come before it, and comes before all others.
        var (leaders, followers): ([Int: [XMLNode]], [Int: [XMLNode]]) = ([:], [:])
        var last: [XMLNode] = []
        for (index, element) in after.enumerated() where places[index] == nil {
            let earlier = after.indices.filter { $0 < index && after[$0].name.denotes(element.name) }
            let namesake = nodes.indices.first { nodes[$0].element?.name.denotes(element.name) ?? false }
            if let place = earlier.compactMap({ places[$0] }).max() {
                followers[place, default: []].append(.element(element))
            } else if let namesake {
                leaders[namesake, default: []].append(.element(element))
            } else {
                last.append(.element(element))
            }
        }
        return nodes.indices.flatMap { index in
            (leaders[index] ?? []) + (isGone.contains(index) ? [] : [nodes[index]]) + (followers[index] ?? [])
        } + last
    }
}

/// Tells which elements are the same in two lists.
enum ElementMatch {
    /// For each of `wanted` the index of the element in `there` that it is: one of its identity, or, for those that
    /// only their place tells, the first that holds all of it, and else the next one; nil where there is none.
    static func match(_ wanted: [XMLElement], in there: [XMLElement]) -> [Int?] {
        var found = [Int?](repeating: nil, count: wanted.count)
        var isFree = [Bool](repeating: true, count: there.count)
        let identities = there.map(identity(of:))
        func take(_ index: Int, where isSame: (Int) -> Bool) {
            guard found[index] == nil else { return }
            let place = there.indices.first {
                isFree[$0] && there[$0].name.denotes(wanted[index].name) && isSame($0)
            }
            guard let place else { return }
            found[index] = place
            isFree[place] = false
        }
        let known = wanted.map(identity(of:))
        for index in wanted.indices where known[index] != nil { take(index) { identities[$0] == known[index] } }
        for index in wanted.indices where known[index] == nil {
            take(index) { identities[$0] == nil && wanted[index].missing(in: there[$0]).isEmpty }
        }
        for index in wanted.indices where known[index] == nil { take(index) { identities[$0] == nil } }
        return found
    }

    /// What an element is known by. A controller without a number gets 0 from libvirt.
    static func identity(of element: XMLElement) -> String? {
        guard element.name.denotes("controller"), element["index"] == nil else {
            return ElementIdentity.predicate(of: element)
        }
        var numbered = element
        numbered["index"] = "0"
        return ElementIdentity.predicate(of: numbered)
    }
}
