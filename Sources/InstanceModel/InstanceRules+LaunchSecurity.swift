// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What a guest whose memory is encrypted needs, and what it cannot have.
extension InstanceRules {
    /// What is asked for beside `launch_security` that cannot be.
    var launchSecurityProblems: [SpecProblem] {
        guard let security = platform.launchSecurity else { return [] }
        var problems: [SpecProblem] = []
        func note(_ path: String, _ value: String, _ rule: String, _ remedy: String) {
            problems.append(
                SpecProblem(path: path, violation: RuleViolation(value: value, rule: rule, remedy: remedy)))
        }
        switch firmware {
        case .uefi(secureBoot: true) where security.kind == .sevES:
            note(
                "firmware.secure_boot", "true",
                "secure boot needs system management mode, which `launch_security.type: sev-es` has not",
                "leave one of the two out")
        case .uefi: break
        case .bios, nil:
            note(
                "launch_security", security.kind.rawValue, "`launch_security` needs `firmware: uefi`",
                "write firmware: uefi")
        }
        if security.measuresKernel, !bootsKernel {
            note(
                "launch_security.kernel_hashes", "true",
                "`kernel_hashes` measures the kernel of `boot`, which is absent",
                "leave it out")
        }
        for (index, device) in peripherals.hostDevices.enumerated() {
            if case .usb = device { continue }
            note(
                "devices[\(index)]", device.identity,
                "a device of the host cannot reach memory that `launch_security` encrypts", "leave one of the two out")
        }
        for (index, claims) in interfaces.enumerated() {
            guard case .hostDevice(let address, _)? = claims.interface?.network else { continue }
            note(
                "interfaces[\(index)].network.hostdev", address.description,
                "a device of the host cannot reach memory that `launch_security` encrypts", "leave one of the two out")
        }
        return problems
    }
}
