// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What planning needs to know of a host; read once, and the same for every plan until the host changes.
public struct HostFacts: Sendable, Hashable, Codable {
    /// The architecture, such as `x86_64`.
    public let architecture: String
    /// The path of QEMU for that architecture.
    public let emulator: String
    /// The versioned machine type, such as `pc-q35-7.2`: a guest keeps its machine when QEMU is upgraded.
    public let machine: String
    /// What runs the guests' processors.
    public let accelerator: Accelerator
    /// The most virtual processors that the machine takes.
    public let maximumVCPUs: Int
    /// Whether the file system of the instances' disks opens files with O_DIRECT.
    public let hasDirectIO: Bool

    /// What runs the guests' processors.
    public enum Accelerator: String, Sendable, Hashable, Codable {
        /// Hardware virtualization.
        case kvm
        /// QEMU's own translation.
        case emulation
    }

    /// Facts of a host.
    public init(
        architecture: String, emulator: String, machine: String, accelerator: Accelerator, maximumVCPUs: Int,
        hasDirectIO: Bool
    ) {
        self.architecture = architecture
        self.emulator = emulator
        self.machine = machine
        self.accelerator = accelerator
        self.maximumVCPUs = maximumVCPUs
        self.hasDirectIO = hasDirectIO
    }
}
