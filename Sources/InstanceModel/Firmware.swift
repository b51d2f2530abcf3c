// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What the machine starts with before the guest's own boot loader.
public enum Firmware: Sendable, Hashable {
    /// A PC's BIOS.
    case bios
    /// UEFI; with secure boot it starts only what is signed by the vendors' keys, which are enrolled.
    case uefi(secureBoot: Bool)

    /// The kinds as a document names them.
    enum Kind: String, CaseIterable {
        case bios, uefi
    }

    /// The firmware of a kind.
    ///
    /// - Throws: ``RuleViolation`` for secure boot with a BIOS.
    init(kind: Kind, secureBoot: Bool) throws(RuleViolation) {
        switch kind {
        case .uefi: self = .uefi(secureBoot: secureBoot)
        case .bios:
            guard !secureBoot else {
                throw RuleViolation(
                    value: "true", rule: "`firmware.secure_boot` needs `firmware.type` to be uefi",
                    remedy: "write type: uefi, or remove secure_boot")
            }
            self = .bios
        }
    }
}

/// What a watchdog (i6300esb) does to a guest that does not feed it in time.
public enum WatchdogAction: String, Sendable, Hashable, CaseIterable {
    /// The machine is reset.
    case reset
    /// The machine is turned off.
    case poweroff
    /// The processors are halted.
    case pause
    /// The guest gets a non-maskable interrupt, and may write down where it hangs.
    case injectNMI = "inject-nmi"
    /// Nothing but an event.
    case nothing = "none"
}
