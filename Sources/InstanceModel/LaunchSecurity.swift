// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// How a guest's memory is kept from its host (`<launchSecurity>`): neither debugged nor shared with another guest.
public struct LaunchSecurity: Sendable, Hashable {
    /// What the processor does.
    public let kind: Kind
    /// Whether the kernel of a direct boot, its ramdisk and its command line are measured, too.
    public let measuresKernel: Bool

    /// A way to keep a guest's memory.
    public init(kind: Kind, measuresKernel: Bool = false) {
        self.kind = kind
        self.measuresKernel = measuresKernel
    }

    /// What the processor does.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// AMD's Secure Encrypted Virtualization: memory is encrypted.
        case sev
        /// SEV with Encrypted State: registers are encrypted, too.
        case sevES = "sev-es"
    }
}
