// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Bringing an instance that exists to another document.
extension Instance {
    /// The same instance with what it leaves out, and what is kept of `present`, which it is to replace: the size of a
    /// disk over the same image, the MAC address of the interface of the same index, the host's processors that were
    /// chosen, and what cloud-init was given that the stored form does not have or only has a digest of.
    ///
    /// - Parameters:
    ///   - present: The instance as it is, resolved.
    ///   - macAddress: Gives the address of an interface that `present` has none for.
    /// - Returns: The resolved instance.
    /// - Throws: ``InvalidSpec`` where a MAC address is then there twice.
    public func resolved(
        replacing present: Instance, macAddress: (_ index: Int) -> MACAddress
    ) throws(InvalidSpec) -> Instance {
        var copy = self
        copy.disks = disks.enumerated().map { index, disk in
            guard case .image(let name, nil) = disk.source, present.disks.indices.contains(index),
                case .image(name, let size) = present.disks[index].source
            else { return disk }
            return disk.replacing(source: .image(name, size: size))
        }
        copy.cloudInit = cloudInit?.filled(from: present.cloudInit)
        copy.keepProcessors(of: present)
        return try copy.resolved(diskSize: { _ in nil }) { index in
            let known = present.interfaces.indices.contains(index) ? present.interfaces[index].mac : nil
            return known ?? macAddress(index)
        }
    }

    /// Processors that the host is to choose stay those that it chose, where as many are wanted.
    private mutating func keepProcessors(of present: Instance) {
        guard let tuning = processor?.tuning, let before = present.processor?.tuning, tuning.dedicated == .chosen,
            case .fixed(let cpus)? = before.dedicated, cpus.count == mostVCPUs
        else { return }
        switch (tuning.emulatorThreads, before.emulatorThreads) {
        case (.isolated(.chosen), .isolated(.fixed(let others))): self = placed(on: cpus, emulator: others)
        case (.shared, .shared): self = placed(on: cpus, emulator: [])
        default: break
        }
    }

    /// What keeps this instance from becoming `newer`, all of it: what was made with it and stays as long as it does.
    /// Both are resolved.
    public func obstacles(toBecoming newer: Instance) -> [SpecProblem] {
        var problems: [SpecProblem] = []
        func refuse(_ path: String, _ value: String, _ rule: String, _ remedy: String) {
            problems.append(
                SpecProblem(path: path, violation: RuleViolation(value: value, rule: rule, remedy: remedy)))
        }
        if name != newer.name {
            refuse("name", "\(newer.name)", "an instance keeps its name, \(name)", "write name: \(name)")
        }
        if firmware != newer.firmware {
            refuse(
                "firmware", "", "the firmware and its variables are made with the instance",
                "leave it as it was, or make another instance")
        }
        if platform.isFast != newer.platform.isFast {
            refuse(
                "profile", "", "the machine is made with the instance", "leave it as it was, or make another instance")
        }
        if platform.launchSecurity?.kind != newer.platform.launchSecurity?.kind {
            refuse(
                "launch_security", "", "how memory is kept from the host is decided when the instance is made",
                "leave it as it was, or make another instance")
        }
        if hasTPM, !newer.hasTPM {
            refuse("tpm", "false", "the state of a TPM lives as long as the instance", "leave it as it was")
        }
        if boot?.kernel != newer.boot?.kernel || boot?.initrd != newer.boot?.initrd {
            refuse(
                "boot", "", "the kernel and the ramdisk that an instance boots are those that it was made with",
                "leave them as they were, or make another instance")
        }
        if cloudInit != newer.cloudInit?.filled(from: cloudInit).stored {
            refuse(
                "cloud_init", "", "cloud-init reads at the first boot alone what the instance was made with",
                "leave it as it was; what is secret in it may be left out")
        }
        problems += diskObstacles(toBecoming: newer)
        return problems
    }

    private func diskObstacles(toBecoming newer: Instance) -> [SpecProblem] {
        guard disks.count == newer.disks.count else {
            let rule = "an instance keeps its disks: it has \(disks.count)"
            let violation = RuleViolation(
                value: "\(newer.disks.count) disks", rule: rule, remedy: "name as many, in the same order")
            return [SpecProblem(path: "disks", violation: violation)]
        }
        return zip(disks, newer.disks).enumerated().compactMap { index, pair in
            guard pair.0.source != pair.1.source else { return nil }
            let violation = RuleViolation(
                value: pair.1.size?.size.description ?? pair.1.image?.description ?? "",
                rule: "a disk keeps its image and its size", remedy: "leave them as they were, in the same order")
            return SpecProblem(path: "disks[\(index)]", violation: violation)
        }
    }
}

extension CloudInit {
    /// With the user data of `present` where this one has none: it may hold secrets, which nobody has to repeat.
    fileprivate func filled(from present: CloudInit?) -> CloudInit {
        CloudInit(
            hostname: hostname, sshKeys: sshKeys, userData: userData ?? present?.userData, networkData: networkData)
    }

    /// What the stored form has of it.
    fileprivate var stored: CloudInit {
        CloudInit(
            hostname: hostname, sshKeys: sshKeys, userData: userData.map { .digest($0.sha256) }, networkData: nil)
    }
}
