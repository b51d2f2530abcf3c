// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What a guest whose memory is encrypted needs, and what it cannot have.
extension InstanceRules {
    /// What is asked for beside `launch_security` that cannot be.
    var launchSecurityProblems: [SpecProblem] {
        guard let security = platform.launchSecurity else { return [] }
        return firmwareProblems(under: security) + unreachedProblems
            + (security.kind.encryptsRegisters ? resetProblems(under: security.kind) : [])
    }

    private func firmwareProblems(under security: LaunchSecurity) -> [SpecProblem] {
        let kind = security.kind
        var problems: [SpecProblem] = []
        switch firmware {
        case .uefi(secureBoot: true) where kind.encryptsRegisters:
            problems.append(
                problem(
                    "firmware.secure_boot", value: "true",
                    rule: "secure boot needs system management mode, which `launch_security.type: \(kind.rawValue)` "
                        + "has not", remedy: "leave one of the two out"))
        case .uefi: break
        case .bios, nil:
            problems.append(
                problem(
                    "launch_security", value: kind.rawValue, rule: "`launch_security` needs `firmware: uefi`",
                    remedy: "write firmware: uefi"))
        }
        if security.measuresKernel, !bootsKernel {
            problems.append(
                problem(
                    "launch_security.kernel_hashes", value: "true",
                    rule: "`kernel_hashes` measures the kernel of `boot`, which is absent", remedy: "leave it out"))
        }
        if security.measuresKernel, kind == .tdx {
            problems.append(
                problem(
                    "launch_security.kernel_hashes", value: "true",
                    rule: "`kernel_hashes` is AMD's, and `launch_security.type` is tdx, which measures all it starts",
                    remedy: "leave it out"))
        }
        if kind == .tdx, let model = processorModel, model != .hostPassthrough {
            problems.append(
                problem(
                    "cpu.model", value: model.name,
                    rule: "`launch_security.type: tdx` shows the host's own processor, and `cpu.model` is another",
                    remedy: "write host-passthrough, or leave it out"))
        }
        return problems
    }

    /// What would have to reach encrypted memory.
    private var unreachedProblems: [SpecProblem] {
        var problems: [SpecProblem] = []
        let rule = "a device of the host cannot reach memory that `launch_security` encrypts"
        for (index, device) in peripherals.hostDevices.enumerated() {
            if case .usb = device { continue }
            problems.append(
                problem("devices[\(index)]", value: device.identity, rule: rule, remedy: "leave one of the two out"))
        }
        for (index, claims) in interfaces.enumerated() {
            switch claims.interface?.network {
            case .hostDevice(let address, _):
                problems.append(
                    problem(
                        "interfaces[\(index)].network.hostdev", value: address.description, rule: rule,
                        remedy: "leave one of the two out"))
            case .vhostUser(let socket):
                problems.append(
                    problem(
                        "interfaces[\(index)].network.vhostuser", value: socket.description,
                        rule: "a switch behind `vhostuser` cannot reach memory that `launch_security` encrypts",
                        remedy: "leave one of the two out"))
            default: break
            }
        }
        if !peripherals.shares.isEmpty {
            problems.append(
                problem(
                    "shares", value: "\(peripherals.shares.count)",
                    rule: "what serves `shares` cannot reach memory that `launch_security` encrypts",
                    remedy: "leave one of the two out"))
        }
        return problems
    }

    /// What would have to reset a machine that nobody can reset.
    private func resetProblems(under kind: LaunchSecurity.Kind) -> [SpecProblem] {
        let asked: [(path: String, value: String?, remedy: String)] = [
            ("watchdog.action", watchdog == .reset ? "reset" : nil, "write action: poweroff"),
            ("on_crash", platform.onCrash == .restart ? "restart" : nil, "write destroy or preserve"),
            ("on_reboot", platform.onReboot == .restart ? "restart" : nil, "write destroy, or leave it out"),
            ("on_poweroff", platform.onPowerOff == .restart ? "restart" : nil, "write destroy, or leave it out"),
        ]
        return asked.compactMap { path, value, remedy in
            value.map { value in
                problem(
                    path, value: value,
                    rule: "a machine whose registers `launch_security.type: \(kind.rawValue)` encrypts cannot be "
                        + "reset, and `\(path)` is \(value)", remedy: remedy)
            }
        }
    }
}
