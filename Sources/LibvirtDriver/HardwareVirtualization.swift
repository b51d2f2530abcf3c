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
    /// What the processor tells.
    let processor: Processor
    /// Whether `/dev/kvm` exists.
    let deviceExists: Bool
    /// Whether the account that guests run as may open it for reading and writing.
    let deviceOpens: Bool

    /// What a processor tells of hardware virtualization.
    enum Processor: Sendable, Hashable {
        /// It shows this flag, `vmx` or `svm`.
        case shows(String)
        /// It would show a flag, and has none.
        case lacks
        /// Processors of its architecture show no such flag.
        case silent
    }

    /// Whether the device offers what the processor does not have.
    var isTrap: Bool { deviceOpens && processor == .lacks }

    /// Whether nothing speaks against hardware virtualization that works.
    var isPlausible: Bool { deviceOpens && processor != .lacks }

    /// Reads `/proc/cpuinfo` and the device's owner and mode.
    static func read(for account: GuestAccount) -> HardwareVirtualization {
        var status = stat()
        let exists = stat("/dev/kvm", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR
        return HardwareVirtualization(
            processor: .present, deviceExists: exists,
            deviceOpens: exists && account.mayOpen("/dev/kvm"))
    }
}

extension HardwareVirtualization.Processor {
    /// This host's processor.
    static var present: Self {
        #if arch(x86_64)
        return Self(flagsIn: HostFile.kernelText("/proc/cpuinfo") ?? "")
        #else
        return .silent
        #endif
    }

    /// What an x86 processor tells, by the text of `/proc/cpuinfo`.
    init(flagsIn text: String) {
        let flags = text.split(separator: "\n").first { $0.hasPrefix("flags") }?.split(whereSeparator: \.isWhitespace)
        let flag = flags?.first { $0 == "vmx" || $0 == "svm" }
        self = flag.map { .shows(String($0)) } ?? .lacks
    }
}
