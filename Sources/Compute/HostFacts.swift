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
    /// The versioned type of a PC without PCI Express, such as `pc-i440fx-7.2`, which starts sooner; nil where there is
    /// none, or it is not known.
    public let fastMachine: String?
    /// What runs the guests' processors.
    public let accelerator: Accelerator
    /// The most virtual processors that the machine takes.
    public let maximumVCPUs: Int
    /// The models of processors that guests can have here, by libvirt's names, in alphabetical order.
    public let processorModels: [String]
    /// The kinds of firmware that libvirt finds here.
    public let firmware: FirmwareFacts
    /// Whether a TPM can be emulated.
    public let emulatesTPM: Bool
    /// Whether the file system of the instances' disks opens files with O_DIRECT.
    public let hasDirectIO: Bool
    /// The version of libvirt, such as `9.0.0`, whose schema domain documents have to fit; nil where it is not known.
    public let libvirtVersion: String?
    /// Whether the libvirt that runs the guests has root's privileges, which limits by control groups, locked memory
    /// and huge pages need.
    public let isPrivileged: Bool
    /// The host's processors and memory; nil where libvirt does not tell them.
    public let topology: HostTopology?
    /// What it can give guests of devices; nil where the facts were recorded without, and then nothing is refused.
    public let devices: DeviceFacts?

    enum CodingKeys: String, CodingKey {
        case architecture, emulator, machine, accelerator, firmware, topology, devices
        case fastMachine = "fast_machine"
        case maximumVCPUs = "maximum_vcpus"
        case processorModels = "processor_models"
        case emulatesTPM = "emulates_tpm"
        case hasDirectIO = "has_direct_io"
        case libvirtVersion = "libvirt_version"
        case isPrivileged = "is_privileged"
    }

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

        enum CodingKeys: String, CodingKey {
            case hasUEFI = "has_uefi"
            case hasSecureBoot = "has_secure_boot"
        }

        /// Facts of firmware.
        public init(hasUEFI: Bool, hasSecureBoot: Bool) {
            self.hasUEFI = hasUEFI
            self.hasSecureBoot = hasSecureBoot
        }
    }

    /// Facts of a host.
    public init(
        architecture: String, emulator: String, machine: String, accelerator: Accelerator, maximumVCPUs: Int,
        processorModels: some Sequence<String>, firmware: FirmwareFacts, emulatesTPM: Bool, hasDirectIO: Bool,
        libvirtVersion: String? = nil, isPrivileged: Bool = true, topology: HostTopology? = nil,
        devices: DeviceFacts? = nil, fastMachine: String? = nil
    ) {
        self.architecture = architecture
        self.emulator = emulator
        self.machine = machine
        self.fastMachine = fastMachine
        self.accelerator = accelerator
        self.maximumVCPUs = maximumVCPUs
        self.processorModels = processorModels.sorted()
        self.firmware = firmware
        self.emulatesTPM = emulatesTPM
        self.hasDirectIO = hasDirectIO
        self.libvirtVersion = libvirtVersion
        self.isPrivileged = isPrivileged
        self.topology = topology
        self.devices = devices
    }

    /// Reads recorded facts; what older ones lack refuses nothing.
    ///
    /// - Throws: `DecodingError` where another fact is missing, or is none that a host can have.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            architecture: values.decode(String.self, forKey: .architecture),
            emulator: values.decode(String.self, forKey: .emulator),
            machine: values.decode(String.self, forKey: .machine),
            accelerator: values.decode(Accelerator.self, forKey: .accelerator),
            maximumVCPUs: values.decode(Int.self, forKey: .maximumVCPUs),
            processorModels: values.decode([String].self, forKey: .processorModels),
            firmware: values.decode(FirmwareFacts.self, forKey: .firmware),
            emulatesTPM: values.decode(Bool.self, forKey: .emulatesTPM),
            hasDirectIO: values.decode(Bool.self, forKey: .hasDirectIO),
            libvirtVersion: values.decodeIfPresent(String.self, forKey: .libvirtVersion),
            isPrivileged: values.decodeIfPresent(Bool.self, forKey: .isPrivileged) ?? true,
            topology: values.decodeIfPresent(HostTopology.self, forKey: .topology),
            devices: values.decodeIfPresent(DeviceFacts.self, forKey: .devices),
            fastMachine: values.decodeIfPresent(String.self, forKey: .fastMachine))
        guard maximumVCPUs > 0 else {
            throw DecodingError.dataCorruptedError(
                forKey: .maximumVCPUs, in: values, debugDescription: "a machine has at least one processor")
        }
    }
}
