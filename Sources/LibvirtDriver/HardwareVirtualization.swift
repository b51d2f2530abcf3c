// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Glibc
import HostFiles
import SystemPackage

/// What this host's processor and `/dev/kvm` promise.
///
/// The device alone proves nothing: in many cloud guests and containers it opens, answers, makes a virtual machine,
/// and never runs one. Only the processor's flag with it makes it likely; libvirt's word completes it.
struct HardwareVirtualization: Sendable, Hashable {
    /// The processor's flag, `vmx` or `svm`; nil where it has neither.
    let processorFlag: String?
    /// Whether `/dev/kvm` exists.
    let deviceExists: Bool
    /// Whether the account that guests run as may open it for reading and writing.
    let deviceOpens: Bool

    /// Whether the device offers what the processor does not have.
    var isTrap: Bool { deviceOpens && processorFlag == nil }

    /// Whether processor and device agree that hardware virtualization works.
    var isPlausible: Bool { deviceOpens && processorFlag != nil }

    /// Reads `/proc/cpuinfo` and the device's owner and mode.
    static func read(for account: GuestAccount) -> HardwareVirtualization {
        var status = stat()
        let exists = stat("/dev/kvm", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR
        return HardwareVirtualization(
            processorFlag: processorFlag(), deviceExists: exists,
            deviceOpens: exists && opens(status, for: account))
    }

    private static func processorFlag() -> String? {
        #if !arch(x86_64)
        return "of this architecture is not listed"
        #else
        guard let lines = HostFile.kernelText("/proc/cpuinfo")?.split(separator: "\n") else { return nil }
        guard let flags = lines.first(where: { $0.hasPrefix("flags") || $0.hasPrefix("Features") }) else { return nil }
        return flags.split(separator: " ").first { $0 == "vmx" || $0 == "svm" }.map(String.init)
        #endif
    }

    private static func opens(_ status: stat, for account: GuestAccount) -> Bool {
        if account.isCurrentUser { return access("/dev/kvm", R_OK | W_OK) == 0 }
        let bits: mode_t =
            if status.st_uid == account.userID {
                status.st_mode >> 6
            } else if account.groups.contains(status.st_gid) {
                status.st_mode >> 3
            } else {
                status.st_mode
            }
        return bits & 0o6 == 0o6
    }
}

extension GuestAccount {
    /// The groups that the account belongs to (`getgrouplist`).
    var groups: [gid_t] {
        var count: Int32 = 64
        var groups = [gid_t](repeating: 0, count: Int(count))
        guard getgrouplist(name, groupID, &groups, &count) >= 0 else { return [groupID] }
        return Array(groups.prefix(Int(count)))
    }
}
