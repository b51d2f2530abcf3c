// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import XMLTree

/// What a disk's image stands on (`<backingStore>`).
///
/// libvirt reads the image itself where the chain does not say that it ends: a chain of Roost's always says so.
public enum BackingChain: Sendable, Hashable {
    /// Nothing is said, and libvirt finds out by reading the image.
    case undeclared
    /// These layers and no more, the nearest first; with none, the image stands alone.
    case layers([Layer])
    /// These layers, and what libvirt finds in the last one.
    case open([Layer])

    /// One image that another one stands on.
    public struct Layer: Sendable, Hashable {
        /// The image's absolute path on the host.
        public var file: String
        /// The image's format.
        public var format: Disk.Format

        /// Describes a layer.
        public init(file: String, format: Disk.Format) {
            self.file = file
            self.format = format
        }
    }

    init?(of disk: XMLElement) {
        guard var store = disk.first("backingStore") else {
            self = .undeclared
            return
        }
        var layers: [Layer] = []
        while !store.isTerminator {
            guard store["type"] == "file", let file = store.first("source")?["file"],
                let format = store.first("format")?["type"].flatMap(Disk.Format.init(rawValue:))
            else { return nil }
            layers.append(Layer(file: file, format: format))
            guard let next = store.first("backingStore") else {
                self = .open(layers)
                return
            }
            store = next
        }
        self = .layers(layers)
    }

    /// The element that says it; nil where nothing is said.
    var element: XMLElement? {
        switch self {
        case .undeclared: nil
        case .layers(let layers): Self.element(layers[...], end: XMLElement("backingStore"))
        case .open(let layers): Self.element(layers[...], end: nil)
        }
    }

    private static func element(_ layers: ArraySlice<Layer>, end: XMLElement?) -> XMLElement? {
        guard let layer = layers.first else { return end }
        return XMLElement("backingStore", ["type": "file"]) {
            XMLElement("format", ["type": layer.format.rawValue])
            XMLElement("source", ["file": layer.file])
            element(layers.dropFirst(), end: end)
        }
    }
}

extension XMLElement {
    /// Whether this is the empty `<backingStore/>` that ends a chain.
    fileprivate var isTerminator: Bool {
        self["type"] == nil && elements.isEmpty
    }
}
