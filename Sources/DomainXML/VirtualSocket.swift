// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// A socket between the host and the guest without a network (`<vsock>`).
public struct VirtualSocket: DomainDevice {
    /// `vsock`.
    public static let elementName: XMLName = "vsock"
    /// The element, with everything in it.
    public var element: XMLElement

    /// Looks at an element; nil where it is no `<vsock>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a virtio socket; without a number, libvirt chooses one when the guest starts.
    public init(contextID: Int?) {
        element = XMLElement(Self.elementName, ["model": "virtio"])
        self.contextID = contextID
    }

    /// The guest's number on the host, from 3 on; nil where libvirt chooses one.
    public var contextID: Int? {
        get {
            guard let cid = element.first("cid"), cid.yesNo("auto") != true else { return nil }
            return cid.number("address")
        }
        set {
            element.editChild("cid", in: ["cid"]) { cid in
                cid["auto"] = (newValue == nil).yesNo
                cid["address"] = newValue.map(String.init)
            }
        }
    }
}
