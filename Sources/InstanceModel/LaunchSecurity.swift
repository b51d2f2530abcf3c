// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// How a guest's memory is kept from its host (`<launchSecurity>`): neither debugged nor shared with another guest.
public struct LaunchSecurity: Sendable, Hashable {
    /// What the processor does.
    public let kind: Kind
    /// Whether the kernel of a direct boot, its ramdisk and its command line are measured, too; TDX always does that.
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
        /// SEV with Secure Nested Paging: the host cannot replace or move what is encrypted, either (libvirt 10.5).
        case sevSNP = "sev-snp"
        /// Intel's Trust Domain Extensions: memory and registers are encrypted and kept whole.
        case tdx

        /// Whether registers are encrypted, too, so that nobody can reset the machine.
        public var encryptsRegisters: Bool { self != .sev }
        /// Whether the guest is told by what it started with alone: its firmware keeps no variables.
        public var isStateless: Bool { [.sevSNP, .tdx].contains(self) }
    }
}
