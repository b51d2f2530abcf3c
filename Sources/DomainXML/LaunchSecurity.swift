// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// How the guest's memory is kept from its host (`<launchSecurity type='sev'>`).
public struct LaunchSecurity: DomainPart {
    /// `launchSecurity`.
    public static let elementName: XMLName = "launchSecurity"
    /// The element, with everything in it.
    public private(set) var element: XMLElement

    /// Looks at an element; nil where it is no `<launchSecurity>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes AMD's Secure Encrypted Virtualization.
    ///
    /// - Parameter policy: What the guest allows, as AMD's API numbers it; 4 asks for encrypted registers (SEV-ES).
    public init(sevPolicy policy: Int) {
        element = XMLElement(Self.elementName, ["type": "sev"])
        sevPolicy = policy
    }

    private static let order: ChildOrder = ["cbitpos", "reducedPhysBits", "policy", "handle", "dhCert", "session"]

    /// What the guest allows; nil where its memory is kept in another way.
    public var sevPolicy: Int? {
        get {
            guard element["type"] == "sev", let policy = element.childText("policy") else { return nil }
            return policy.hasPrefix("0x") ? Int(policy.dropFirst(2), radix: 16) : Int(policy)
        }
        set {
            guard newValue != sevPolicy else { return }
            let text = newValue.map { policy in
                let digits = String(policy, radix: 16)
                return "0x" + String(repeating: "0", count: max(4 - digits.count, 0)) + digits
            }
            element.setChildText("policy", text, in: Self.order)
        }
    }

    /// Whether the kernel, its ramdisk and its command line are measured, too (libvirt 8.0); nil leaves it at no.
    public var measuresKernel: Bool? {
        get { element.yesNo("kernelHashes") }
        set { if newValue != measuresKernel { element["kernelHashes"] = newValue?.yesNo } }
    }
}
