// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension XMLElement {
    /// Whether the order of differently named children counts when trees are compared.
    public enum OrderRule: Sendable, Hashable {
        /// Only the order among children of one name counts, as in libvirt's formats.
        case amongNamesakes
        /// The order of all children counts.
        case amongAll
    }

    /// In what this tree differs from another; empty where they mean the same.
    ///
    /// The order of attributes, white space that lays out elements, comments, processing instructions, prefixes, and
    /// whether text is written as CDATA do not count.
    ///
    /// - Parameters:
    ///   - expected: The tree that this one is held against.
    ///   - order: Which order of children counts.
    /// - Returns: The differences, in the expected tree's order.
    public func differences(from expected: XMLElement, order: OrderRule = .amongNamesakes) -> [XMLDifference] {
        var comparison = TreeComparison(extras: .reported, order: order)
        comparison.compareRoots(expected: expected, actual: self)
        return comparison.differences
    }

    /// What of this tree another one lacks or has with another value; empty where all of it is there.
    ///
    /// The other tree may hold more: elements, attributes, and text where this tree has none. Children of one name are
    /// matched in order, each with the first that holds all of it, so that one which was added in between does no harm.
    public func missing(in actual: XMLElement) -> [XMLDifference] {
        var comparison = TreeComparison(extras: .allowed, order: .amongNamesakes)
        comparison.compareRoots(expected: self, actual: actual)
        return comparison.differences
    }
}
