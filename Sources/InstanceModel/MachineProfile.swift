// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What a machine is made for.
public enum MachineProfile: String, Sendable, Hashable, CaseIterable {
    /// A machine that lasts: PCI Express with ports for hot-plug, ACPI, and a kernel that protects itself.
    case standard
    /// A throw-away machine that starts its kernel as soon as may be: a PC with plain PCI and without ACPI.
    ///
    /// It gives up what ACPI is needed for: powering itself off (it ends where it would restart, and is asked to by its
    /// agent alone), restarting, a second processor, plugging in devices and memory, UEFI, TPM, the panic device and
    /// NUMA cells. Its kernel gives up what ``kernelArguments`` turn off.
    case fast

    /// What stands before the kernel's own arguments, which come later and prevail; nil: nothing.
    ///
    /// Neither the kernel's place nor the processor's flaws are hidden from programs in the guest, nothing is audited
    /// and AppArmor is off; clocks are believed as they are, self-tests left out, one serial port looked for; and a
    /// kernel that panics restarts at once, where the machine ends.
    public var kernelArguments: String? {
        switch self {
        case .standard: nil
        case .fast:
            "nokaslr mitigations=off audit=0 apparmor=0 tsc=reliable no_timer_check cryptomgr.notests "
                + "8250.nr_uarts=1 rcupdate.rcu_expedited=1 panic=-1"
        }
    }

    /// What a kernel is given whose own arguments are `line`.
    public func commandLine(_ line: String) -> String {
        [kernelArguments, line.isEmpty ? nil : line].compactMap(\.self).joined(separator: " ")
    }
}
