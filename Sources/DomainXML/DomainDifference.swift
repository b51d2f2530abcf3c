// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// One thing that a definition says otherwise than another.
public struct DomainDifference: Sendable, Hashable {
    /// Where: an XPath below the root, in which a device is told by what the guest or libvirt tells it by, such as
    /// `/domain/devices/disk[target/@dev='vda']/driver/@cache`; by its position, from 1, where nothing does.
    public let path: String
    /// What differs.
    public let change: Change
    /// When a running guest can come to have what the newer definition says.
    public let timing: ChangeTiming

    /// Makes a difference of its parts.
    public init(path: String, change: Change, timing: ChangeTiming) {
        self.path = path
        self.change = change
        self.timing = timing
    }

    /// What differs between an older and a newer definition.
    public enum Change: Sendable, Hashable {
        /// The newer definition has an element that the older one lacks.
        case added(XMLElement)
        /// The newer definition lacks an element that the older one has.
        case removed(XMLElement)
        /// An attribute or an element's text is another; nil where one of them has none.
        case value(from: String?, to: String?)
        /// The same elements follow one another differently, each told as in a path.
        case order(from: [String], to: [String])
    }
}

/// When a change of a definition can reach a running guest.
public enum ChangeTiming: String, Sendable, Hashable, CaseIterable {
    /// While it runs: libvirt has a call for it.
    case live
    /// When it is started the next time.
    case nextBoot
    /// Never: it would be another domain.
    case never
}

extension DomainDifference: CustomStringConvertible {
    /// Where, what, and when, in words.
    public var description: String {
        "\(path) \(change) (\(timing))"
    }
}

extension DomainDifference.Change: CustomStringConvertible {
    /// What differs, in words that follow the place.
    public var description: String {
        switch self {
        case .added: "is added"
        case .removed: "is removed"
        case .value(nil, let to): "is set to \(Self.quoted(to))"
        case .value(let from, nil): "is no longer set; it was \(Self.quoted(from))"
        case .value(let from, let to): "changes from \(Self.quoted(from)) to \(Self.quoted(to))"
        case .order(let from, let to):
            "changes its order from \(from.joined(separator: ", ")) to \(to.joined(separator: ", "))"
        }
    }

    private static func quoted(_ text: String?) -> String {
        (text ?? "").debugDescription
    }
}

extension ChangeTiming: CustomStringConvertible {
    /// When, in words.
    public var description: String {
        switch self {
        case .live: "live"
        case .nextBoot: "at the next boot"
        case .never: "never: it would be another domain"
        }
    }
}
