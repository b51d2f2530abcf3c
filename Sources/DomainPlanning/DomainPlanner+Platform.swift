// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import InstanceModel

extension DomainPlanner {
    /// The machine's versioned type; a host that has none for a profile is refused before.
    func machine(of instance: Instance) -> String {
        instance.platform.isFast ? facts.fastMachine ?? facts.machine : facts.machine
    }

    /// Refuses a profile that the host has no machine for.
    func refuseProfile(of instance: Instance) throws(PlanError) {
        guard instance.platform.isFast, facts.fastMachine == nil else { return }
        throw lacks(
            "profile", "fast", "libvirt there tells of no machine of type pc, which `profile: fast` needs",
            "leave it out, or use a host with qemu-system-x86")
    }

    /// What depends on the guest's operating system, and what the machine tells of itself.
    func setPlatform(of instance: Instance, in document: inout DomainDocument) {
        document.clock = clock(of: instance)
        if offersHyperV(to: instance) {
            for feature in Self.enlightenments { document.features?[hyperV: feature] = true }
            document.features?.hyperVSpinlockRetries = Self.spinlockRetries
        }
        if let smbios = instance.platform.smbios {
            var information = DomainXML.SystemInformation()
            for entry in InstanceModel.SystemInformation.Entry.allCases {
                information[system: entry.domainEntry] = smbios.entries[entry]?.description
            }
            document.systemInformation = information
            document.operatingSystem?.smbios = .sysinfo
        }
        if let security = instance.platform.launchSecurity { Self.set(security, in: &document) }
        document.onCrash = instance.platform.onCrash?.domainAction ?? .destroy
        // A machine with encrypted registers ends where another one is reset.
        let cannotReset = instance.platform.launchSecurity?.kind.encryptsRegisters ?? false
        let ends = cannotReset || instance.platform.isFast
        document.onReboot = instance.platform.onReboot?.domainAction ?? (ends ? .destroy : .restart)
        document.onPoweroff = instance.platform.onPowerOff?.domainAction ?? .destroy
    }

    private static func set(_ security: InstanceModel.LaunchSecurity, in document: inout DomainDocument) {
        var planned = DomainXML.LaunchSecurity(security.kind.domainKind, policy: security.kind.policy)
        if security.measuresKernel { planned.measuresKernel = true }
        document.launchSecurity = planned
        guard !security.kind.isStateless else {
            document.operatingSystem?.isStateless = true
            document.operatingSystem?.variablesFile = nil
            return
        }
        // All memory is pinned, and libvirt's own limit has no room for what firmware and devices pin, too.
        document.memoryLimitKiB = document.memoryLimitKiB ?? document.memoryKiB.map { $0 + encryptedSurplusKiB }
    }

    /// What libvirt's guide to SEV adds to a guest's memory: 256 MiB.
    private static let encryptedSurplusKiB = 256 << 10

    private func clock(of instance: Instance) -> Clock {
        let timers = isPC ? Self.x86Timers : []
        let enlightened = offersHyperV(to: instance) ? [Clock.Timer(.hypervclock, isPresent: true)] : []
        switch instance.platform.clock ?? (instance.platform.family == .windows ? .localTime : .utc) {
        case .utc: return Clock(offset: .utc, timers: timers + enlightened)
        case .localTime: return Clock(offset: .localTime, timers: timers + enlightened)
        case .zone(let name):
            var clock = Clock(offset: .timeZone, timers: timers + enlightened)
            clock.timeZone = name.description
            return clock
        }
    }

    /// QEMU has Microsoft's interfaces under KVM alone.
    private func offersHyperV(to instance: Instance) -> Bool {
        let isWanted = instance.platform.hasHyperV ?? (instance.platform.family == .windows)
        return isWanted && isPC && facts.accelerator == .kvm
    }

    /// What Windows gains by and every processor can do: what virt-install and Nova give it.
    private static let enlightenments: [Features.HyperV] = [
        .relaxed, .vapic, .spinlocks, .vpindex, .runtime, .synic, .stimer, .frequencies, .tlbflush, .ipi,
    ]

    /// What Microsoft recommends for spinning before the hypervisor is told.
    private static let spinlockRetries = 8191
}

extension InstanceModel.SystemInformation.Entry {
    fileprivate var domainEntry: DomainXML.SystemInformation.Entry {
        switch self {
        case .manufacturer: .manufacturer
        case .product: .product
        case .version: .version
        case .serial: .serial
        case .sku: .sku
        case .family: .family
        }
    }
}

extension InstanceModel.LaunchSecurity.Kind {
    fileprivate var domainKind: DomainXML.LaunchSecurity.Kind {
        switch self {
        case .sev, .sevES: .sev
        case .sevSNP: .sevSNP
        case .tdx: .tdx
        }
    }

    /// What the guest allows: never to be debugged, nor for SEV to share its key.
    fileprivate var policy: Int {
        switch self {
        case .sev: 0b11
        case .sevES: 0b111
        // Sibling threads may run, and a bit that has to be set.
        case .sevSNP: 0x3_0000
        // No exceptions where pages are missing, which Linux requires.
        case .tdx: 0x1000_0000
        }
    }
}

extension PowerAction {
    fileprivate var domainAction: LifecycleAction {
        switch self {
        case .destroy: .destroy
        case .restart: .restart
        }
    }
}

extension CrashAction {
    fileprivate var domainAction: LifecycleAction {
        switch self {
        case .destroy: .destroy
        case .restart: .restart
        case .preserve: .preserve
        }
    }
}
