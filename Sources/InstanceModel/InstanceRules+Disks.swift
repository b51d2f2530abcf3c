// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What a disk can have depends on its bus and on whether it is a CD-ROM, and some of it on other parts of it.
extension InstanceRules {
    /// What is asked of disks that cannot be had together.
    var diskPartProblems: [SpecProblem] {
        disks.enumerated().flatMap { index, disk -> [SpecProblem] in
            guard let disk else { return [] }
            return (disk.isCDROM ? Self.cdromViolations(disk) : handlingViolations(disk)).map { key, violation in
                SpecProblem(path: "disks[\(index)].\(key)", violation: violation)
            }
        }
    }

    private static func cdromViolations(_ disk: Disk) -> [(String, RuleViolation)] {
        let handling = disk.handling
        let given: [(key: String, value: String?)] = [
            ("read_only", disk.isReadOnly ? "true" : nil), ("limits", disk.limits.map { _ in "" }),
            ("io", handling.io?.rawValue), ("discard", handling.discard?.rawValue),
            ("detect_zeroes", handling.detectZeroes?.rawValue), ("queues", handling.queues.map { "\($0.value)" }),
            ("error_policy", handling.errorPolicy?.rawValue),
            ("rotation_rate", handling.rotation.map { "\($0.value)" }),
        ]
        var violations = given.compactMap { key, value in
            value.map { value in
                let rule = "a disk with `type: cdrom` has no `\(key)`: it is read alone"
                return (key, RuleViolation(value: value, rule: rule, remedy: "leave it out"))
            }
        }
        if disk.bus == .virtio {
            let rule = "a disk with `type: cdrom` has `bus: sata` or `bus: scsi`"
            violations.append(("bus", RuleViolation(value: "virtio", rule: rule, remedy: "leave it out")))
        }
        return violations
    }

    private func handlingViolations(_ disk: Disk) -> [(String, RuleViolation)] {
        let handling = disk.handling
        var violations: [(String, RuleViolation)] = []
        func note(_ key: String, _ value: String, _ rule: String, _ remedy: String) {
            violations.append((key, RuleViolation(value: value, rule: rule, remedy: remedy)))
        }
        if handling.io == .native, let cache = disk.cache, ![.bypassed, .directsync].contains(cache) {
            note(
                "io", "native", "`io: native` goes past the host's cache, and `cache` is \(cache.rawValue)",
                "write `cache: none`, or `io: threads`")
        }
        if handling.detectZeroes == .unmap, handling.discard == .ignore {
            note(
                "detect_zeroes", "unmap", "`detect_zeroes: unmap` gives blocks back, and `discard` is ignore",
                "write `discard: unmap`, or `detect_zeroes: on`")
        }
        if let rotation = handling.rotation, disk.bus == .virtio {
            note(
                "rotation_rate", "\(rotation.value)", "`rotation_rate` is for `bus: scsi` and `bus: sata`",
                "leave it out")
        }
        guard let queues = handling.queues else { return violations }
        let most = maximumVCPUs ?? vcpus
        if disk.bus != .virtio {
            note("queues", "\(queues.value)", "`queues` is for `bus: virtio`", "leave it out")
        } else if let most, queues.value > most.value {
            let named = maximumVCPUs == nil ? "vcpus" : "maximum_vcpus"
            note(
                "queues", "\(queues.value)", "`queues` is no more than `\(named)`, which is \(most.value)",
                "ask for fewer queues")
        }
        return violations
    }
}
