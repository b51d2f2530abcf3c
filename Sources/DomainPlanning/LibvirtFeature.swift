// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

/// What libvirt does only from a version on that is newer than the oldest one which Roost supports, by its NEWS.
enum LibvirtFeature {
    /// virtio-fs whose helper runs without root's privileges.
    case unprivilegedVirtioFS
    /// virtio-fs by which a guest may only read.
    case readOnlyVirtioFS

    /// The version that brought it.
    var since: (major: Int, minor: Int) {
        switch self {
        case .unprivilegedVirtioFS: (10, 0)
        case .readOnlyVirtioFS: (11, 0)
        }
    }
}

extension HostFacts {
    /// Whether libvirt there does something, as far as is known: facts without a version refuse nothing.
    func hasLibvirt(_ feature: LibvirtFeature) -> Bool {
        let numbers = libvirtVersion?.split(separator: ".").map { Int($0) } ?? []
        guard numbers.count > 1, let major = numbers[0], let minor = numbers[1] else { return true }
        return (major, minor) >= feature.since
    }
}
