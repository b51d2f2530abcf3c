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
    /// The models of processors that guests can have here, by libvirt's names.
    public let processorModels: Set<String>
    /// The kinds of firmware that libvirt finds here.
    public let firmware: FirmwareFacts
    /// Whether a TPM can be emulated.
    public let emulatesTPM: Bool
    /// Whether the file system of the instances' disks opens files with O_DIRECT.
    public let hasDirectIO: Bool
    /// What it can give guests of devices; nil where the facts were recorded without, and then nothing is refused.
    public let devices: DeviceFacts?

    /// What runs the guests' processors.
    public enum Accelerator: String, Sendable, Hashable, Codable {
        /// Hardware virtualization.
        case kvm
        /// QEMU's own translation.
        case emulation
    }

    /// What libvirt can start machines with, beside a PC's BIOS.
    public struct FirmwareFacts: Sendable, Hashable, Codable {
        /// Whether there is a UEFI.
        public let hasUEFI: Bool
        /// Whether one of them can do secure boot.
        public let hasSecureBoot: Bool

        /// Facts of firmware.
        public init(hasUEFI: Bool, hasSecureBoot: Bool) {
            self.hasUEFI = hasUEFI
            self.hasSecureBoot = hasSecureBoot
        }
    }

    /// Facts of a host.
    public init(
        architecture: String, emulator: String, machine: String, accelerator: Accelerator, maximumVCPUs: Int,
        processorModels: Set<String>, firmware: FirmwareFacts, emulatesTPM: Bool, hasDirectIO: Bool,
        devices: DeviceFacts? = nil
    ) {
        self.architecture = architecture
        self.emulator = emulator
        self.machine = machine
        self.accelerator = accelerator
        self.maximumVCPUs = maximumVCPUs
        self.processorModels = processorModels
        self.firmware = firmware
        self.emulatesTPM = emulatesTPM
        self.hasDirectIO = hasDirectIO
        self.devices = devices
    }
}
