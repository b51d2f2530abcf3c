// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What a machine with `profile: fast` needs, and what it cannot have without ACPI and PCI Express.
struct FastProfileRules {
    var platform: Platform
    /// Whether there is a kernel to start.
    var bootsKernel: Bool
    /// The kernel's own arguments.
    var commandLine: String?
    var vcpus: VCPUCount?
    var maximumVCPUs: VCPUCount?
    var details: MemoryDetails?
    var firmware: Firmware?
    var hasTPM: Bool
    var hasPanicDevice: Bool
    var watchdog: WatchdogAction?
    /// The disks; nil stands for one that is none.
    var disks: [Disk?]
    var interfaceCount: Int
    var peripherals: Peripherals

    /// The disks on virtio, interfaces, devices and directories of the host that have a slot of the machine's one PCI
    /// bus. It has 30; seed, SCSI, channels, balloon, entropy, vsock, watchdog, USB, screen and tablet take one each.
    static let maximumSlots = 20

    /// Every rule that is broken.
    var problems: [SpecProblem] {
        guard platform.isFast else { return [] }
        return bootProblems + growthProblems + partProblems + diskProblems
    }

    private var bootProblems: [SpecProblem] {
        guard bootsKernel else {
            return [
                problem(
                    "profile", "fast", "`profile: fast` starts a kernel directly, and `boot` is absent",
                    "give `boot` a kernel, or leave `profile` out")
            ]
        }
        guard let commandLine else { return [] }
        let length = MachineProfile.fast.commandLine(commandLine).utf8.count
        guard length > DirectBoot.maximumLineBytes else { return [] }
        let room = DirectBoot.maximumLineBytes - (length - commandLine.utf8.count)
        return [
            problem(
                "boot.command_line", commandLine,
                "`boot.command_line` has at most \(room) bytes behind what `profile: fast` puts there",
                "shorten it, or leave `profile` out")
        ]
    }

    /// What is found and plugged in through ACPI.
    private var growthProblems: [SpecProblem] {
        var problems: [SpecProblem] = []
        // The firmware's older tables tell of more, but distributions build kernels that do not read them
        // (CONFIG_X86_MPPARSE).
        if let vcpus, vcpus.value > 1 {
            problems.append(
                problem(
                    "profile", "fast",
                    "`profile: fast` has one processor, since kernels find no other without ACPI, and `vcpus` is "
                        + "\(vcpus.value)",
                    "write `vcpus: 1`, or leave `profile` out"))
        }
        if let vcpus, let maximumVCPUs, maximumVCPUs.value > vcpus.value {
            problems.append(withoutACPI("maximum_vcpus", "\(maximumVCPUs.value)"))
        }
        if let maximum = details?.maximum {
            problems.append(withoutACPI("maximum_memory", maximum.size.size.description))
        }
        if let numa = details?.numa { problems.append(withoutACPI("numa", "\(numa.cells.count) cells")) }
        return problems
    }

    private var partProblems: [SpecProblem] {
        var problems: [SpecProblem] = []
        if case .uefi? = firmware { problems.append(withoutACPI("firmware", "uefi")) }
        if let security = platform.launchSecurity {
            problems.append(withoutACPI("launch_security", security.kind.rawValue))
        }
        if hasTPM { problems.append(withoutACPI("tpm", "true")) }
        if hasPanicDevice { problems.append(withoutACPI("panic_device", "true")) }
        if watchdog == .reset {
            problems.append(
                problem(
                    "watchdog.action", "reset",
                    "a machine with `profile: fast` ends where it is reset, and `watchdog.action` is reset",
                    "write poweroff, or leave `profile` out"))
        }
        for (path, action) in [("on_reboot", platform.onReboot), ("on_poweroff", platform.onPowerOff)]
        where action == .restart {
            problems.append(
                problem(
                    path, "restart",
                    "a machine with `profile: fast` ends where others restart, and `\(path)` is restart",
                    "leave one of the two out"))
        }
        return problems
    }

    private var diskProblems: [SpecProblem] {
        var problems = disks.enumerated().filter { $1?.bus == .sata }.map { index, _ in
            problem(
                "disks[\(index)].bus", "sata", "a machine with `profile: fast` has no `bus: sata`",
                "write scsi, or virtio where it is no CD-ROM")
        }
        let others = peripherals.hostDevices.count + peripherals.shares.count
        let count = disks.count { $0?.bus == .virtio } + interfaceCount + others
        if count > Self.maximumSlots {
            problems.append(
                problem(
                    "profile", "fast",
                    "`profile: fast` has room for \(Self.maximumSlots) of `disks` on virtio, `interfaces`, "
                        + "`devices` and `shares`, and there are \(count)",
                    "put disks on scsi, or leave `profile` out"))
        }
        return problems
    }

    private func withoutACPI(_ path: String, _ value: String) -> SpecProblem {
        problem(
            path, value, "`\(path)` needs ACPI, which a machine with `profile: fast` has not",
            "leave one of the two out")
    }

    private func problem(_ path: String, _ value: String, _ rule: String, _ remedy: String) -> SpecProblem {
        SpecProblem(path: path, violation: RuleViolation(value: value, rule: rule, remedy: remedy))
    }
}
