// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What a host's libvirt can give guests of devices and networks.
public struct DeviceFacts: Sendable, Hashable, Codable {
    /// Whether libvirt there has the host's privileges, which its session mode has not.
    public let isPrivileged: Bool

    /// Facts of devices.
    public init(isPrivileged: Bool) {
        self.isPrivileged = isPrivileged
    }
}
