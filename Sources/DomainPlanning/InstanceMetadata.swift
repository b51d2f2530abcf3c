// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Foundation
public import XMLTree

/// What a domain's `<metadata>` says of the instance that it was made for: libvirt's copy is the truth.
public struct InstanceMetadata: Sendable, Hashable {
    /// The instance document in JSON, resolved, without secrets.
    public let document: String
    /// The operation that made the domain: an undo touches no domain of another.
    public let operationID: String
    /// When the instance was made, to the second.
    public let createdAt: Date

    /// Metadata of these parts.
    public init(document: String, operationID: String, createdAt: Date) {
        self.document = document
        self.operationID = operationID
        self.createdAt = createdAt
    }

    /// The namespace of the element.
    public static let namespace = "urn:roost:instance:1"

    static let elementName = XMLName("instance", prefix: "roost", namespace: namespace)

    /// The element below `<metadata>`.
    var element: XMLElement {
        XMLElement(
            name: Self.elementName, namespaces: [XMLNamespace(prefix: "roost", uri: Self.namespace)],
            attributes: [
                XMLAttribute("operation", operationID), XMLAttribute("created", createdAt.ISO8601Format()),
            ],
            children: [.text(document)])
    }

    /// The prefix that the element is written with.
    public static let prefix = "roost"

    /// The same of another document.
    public func replacing(document: String) -> InstanceMetadata {
        InstanceMetadata(document: document, operationID: operationID, createdAt: createdAt)
    }

    /// The element as text, without prefix and namespace, as `virDomainSetMetadata` takes it.
    ///
    /// - Throws: What XML cannot carry.
    public func unprefixedText() throws(XMLError) -> String {
        let element = element
        return try XMLElement(
            name: XMLName(element.name.local), namespaces: [], attributes: element.attributes,
            children: element.children
        ).serialized(indentation: .none)
    }

    /// Reads the metadata out of a domain's XML; nil where Roost did not make the domain, or the XML cannot be read.
    public static func read(fromDomainXML xml: String) -> InstanceMetadata? {
        guard let root = try? XMLElement.parse(xml),
            let element = root.first("metadata")?.first(elementName), let operationID = element["operation"],
            let created = element["created"], let createdAt = try? Date(created, strategy: .iso8601)
        else { return nil }
        return InstanceMetadata(document: element.text, operationID: operationID, createdAt: createdAt)
    }
}
