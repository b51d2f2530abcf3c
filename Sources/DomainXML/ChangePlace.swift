// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import XMLTree

/// The place of a change in a definition.
struct ChangePlace {
    /// How a path names each element on the way, the root first.
    private var steps: [String]
    /// The names of the elements below the root, with prefixes, long ones cut.
    private(set) var names: [String] = []
    /// The attribute; nil for an element or its text.
    private(set) var attribute: XMLName?
    /// The device that the place is in or at; nil outside of `<devices>`.
    private(set) var device: XMLElement?

    init(root: XMLElement) {
        steps = [root.name.shown]
    }

    /// The place as an XPath; made only where it is told, since a document may be deep and wide. Of one that is deeper
    /// than any format of libvirt's the middle is left out.
    var xpath: String {
        let shown = steps.count <= Self.deepest ? steps : steps.prefix(Self.deepest - 2) + ["…"] + steps.suffix(1)
        return "/" + shown.joined(separator: "/") + (attribute.map { "/@" + $0.shown } ?? "")
    }

    /// The place among those whose timing is known: the names below the root, and the attribute.
    var known: String {
        names.prefix(Self.deepest).joined(separator: "/") + (attribute.map { "@" + $0.local } ?? "")
    }

    private static let deepest = 16

    /// Whether the place is a device, and not in one.
    var isWholeDevice: Bool {
        device != nil && names.count == 2 && attribute == nil
    }

    func entering(_ child: Sibling) -> ChangePlace {
        var inner = self
        inner.steps.append(child.step)
        inner.names.append(child.element.name.shown)
        if names == ["devices"] { inner.device = child.element }
        return inner
    }

    /// The place of all children of a name, none of which comes or goes.
    func entering(all name: XMLName) -> ChangePlace {
        var inner = self
        inner.steps.append(name.shown)
        inner.names.append(name.shown)
        return inner
    }

    func entering(attribute name: XMLName) -> ChangePlace {
        var inner = self
        inner.attribute = name
        return inner
    }
}
