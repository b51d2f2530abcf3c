// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// A trusted platform module, emulated by swtpm (`<tpm>`).
public struct TrustedPlatformModule: DomainDevice {
    /// `tpm`.
    public static let elementName: XMLName = "tpm"
    /// The element, with everything in it.
    public var element: XMLElement

    /// Looks at an element; nil where it is no `<tpm>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes an emulated module of version 2.0.
    public init(model: Model) {
        element = XMLElement(Self.elementName, ["model": model.rawValue]) {
            XMLElement("backend", ["type": "emulator", "version": "2.0"])
        }
    }

    /// What the guest sees.
    public enum Model: String, Sendable, Hashable, CaseIterable {
        case crb = "tpm-crb"
        case tis = "tpm-tis"
    }

    /// What the guest sees.
    public var model: Model? {
        get { element.value("model") }
        set { if newValue != model { element["model"] = newValue?.rawValue } }
    }

    /// Whether the module is emulated, with state that outlives the guest's run.
    public var isEmulated: Bool { element.first("backend")?["type"] == "emulator" }
}
