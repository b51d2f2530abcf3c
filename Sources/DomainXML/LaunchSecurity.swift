// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// How the guest's memory is kept from its host (`<launchSecurity>`).
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

    /// Describes a way to keep memory.
    ///
    /// - Parameters:
    ///   - kind: What the processor does.
    ///   - policy: What the guest allows, as the processor's maker numbers it; for SEV, 4 asks for encrypted registers
    ///     (SEV-ES).
    public init(_ kind: Kind, policy: Int) {
        element = XMLElement(Self.elementName, ["type": kind.rawValue])
        self.policy = policy
    }

    /// What the processor does.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// AMD's Secure Encrypted Virtualization.
        case sev
        /// The same with Secure Nested Paging (libvirt 10.5).
        case sevSNP = "sev-snp"
        /// Intel's Trust Domain Extensions.
        case tdx
        /// IBM's Secure Execution.
        case secureExecution = "s390-pv"
    }

    private static let order: ChildOrder = [
        "cbitpos", "reducedPhysBits", "policy", "handle", "dhCert", "session", "guestVisibleWorkarounds", "idBlock",
        "idAuth", "hostData", "mrConfigId", "mrOwner", "mrOwnerConfig", "quoteGenerationService",
    ]

    /// What the processor does; nil where it is none that Roost knows.
    public var kind: Kind? { element.value("type") }

    /// What the guest allows; nil where that is not said.
    public var policy: Int? {
        get {
            guard let policy = element.childText("policy") else { return nil }
            return policy.hasPrefix("0x") ? Int(policy.dropFirst(2), radix: 16) : Int(policy)
        }
        set {
            guard newValue != policy else { return }
            let width = kind == .sev ? 4 : 8
            let text = newValue.map { policy in
                let digits = String(policy, radix: 16)
                return "0x" + String(repeating: "0", count: max(width - digits.count, 0)) + digits
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
