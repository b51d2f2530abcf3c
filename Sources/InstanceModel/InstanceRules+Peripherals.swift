// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What is seen and operated belongs together, and a device of the host is given once.
extension InstanceRules {
    /// What is asked of peripherals that cannot be had together.
    var peripheralProblems: [SpecProblem] {
        var problems: [SpecProblem] = []
        func note(_ path: String, _ value: String, _ rule: String, _ remedy: String) {
            problems.append(
                SpecProblem(path: path, violation: RuleViolation(value: value, rule: rule, remedy: remedy)))
        }
        if peripherals.graphics != nil, peripherals.video == .absent {
            note("video", "none", "`graphics` shows a graphics card, and `video` is none", "leave one of the two out")
        }
        if let tablet = peripherals.tablet, tablet != .absent, peripherals.graphics == nil {
            note("tablet", tablet.rawValue, "`tablet` is for a machine with `graphics`", "leave it out")
        }
        let devices = peripherals.hostDevices
        if devices.count > Peripherals.maximumHostDevices {
            note("devices", "\(devices.count)", "at most \(Peripherals.maximumHostDevices) devices", "remove some")
        }
        for (index, device) in devices.enumerated() {
            guard let first = devices.firstIndex(of: device), first < index else { continue }
            note(
                "devices[\(index)]", device.identity,
                "a device of the host is there once, and `devices[\(first)]` is it",
                "remove one of the two")
        }
        var holders = devices.enumerated().reduce(into: [HostDevice: String]()) { holders, item in
            holders[item.element] = "devices[\(item.offset)]"
        }
        for (index, claims) in interfaces.enumerated() {
            guard case .hostDevice(let address, _)? = claims.interface?.network else { continue }
            let path = "interfaces[\(index)].network.hostdev"
            guard let holder = holders.updateValue(path, forKey: .pci(address)) else { continue }
            note(
                path, address.description, "a device of the host is there once, and `\(holder)` is it",
                "remove one of the two")
        }
        return problems
    }
}

extension HostDevice {
    /// What tells it from other devices of its kind, as a document writes it.
    public var identity: String {
        switch self {
        case .pci(let address): address.description
        case .pciKind(let identity): identity.description
        case .mediated(let device): device.description
        case .usb(let identity): identity.description
        }
    }
}
