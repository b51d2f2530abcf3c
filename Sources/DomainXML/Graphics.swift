// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// A way to see the guest's screen (`<graphics>`).
public struct Graphics: DomainDevice {
    /// `graphics`.
    public static let elementName: XMLName = "graphics"
    /// The element, with everything in it.
    public var element: XMLElement

    /// Looks at an element; nil where it is no `<graphics>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a server whose port, where it has one, libvirt chooses when the guest starts.
    public init(kind: Kind, listener: Listener) {
        element = XMLElement(Self.elementName, ["type": kind.rawValue])
        self.listener = listener
    }

    /// How the screen is seen.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case vnc, spice
    }

    /// Where the server listens.
    public enum Listener: Sendable, Hashable {
        /// An address of the host.
        case address(String)
        /// A unix socket; without a path, libvirt chooses one.
        case socket(path: String?)
    }

    /// How the screen is seen; nil where it is neither.
    public var kind: Kind? { element.value("type") }

    /// Where the server listens; nil where nothing, or something else, is said of it.
    public var listener: Listener? {
        get {
            guard let listen = element.first("listen") else { return nil }
            switch listen["type"] {
            case "address": return listen["address"].map { .address($0) }
            case "socket": return .socket(path: listen["socket"])
            default: return nil
            }
        }
        set {
            guard newValue != listener else { return }
            let listen: XMLElement?
            switch newValue {
            case .address(let address):
                element["autoport"] = true.yesNo
                listen = XMLElement("listen", ["type": "address", "address": address])
            case .socket(let path):
                for name: XMLName in ["autoport", "port", "listen"] { element[name] = nil }
                listen = XMLElement("listen", ["type": "socket", "socket": path])
            case nil: listen = nil
            }
            element.setChild("listen", to: listen, in: ["listen"])
        }
    }

    /// The port that the server of a running guest listens on.
    public var port: Int? { element.number("port").flatMap { $0 > 0 ? $0 : nil } }
}
