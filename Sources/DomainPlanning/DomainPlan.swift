// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import DomainXML
public import Foundation
public import InstanceModel

/// What a spawn will make, decided before anything is made.
public struct DomainPlan: Sendable, Hashable {
    /// The domain document.
    public let document: DomainDocument
    /// What the instance takes that nobody else may have.
    public let claims: [Claim]
    /// When the instance was planned, as its metadata says.
    public let createdAt: Date
}

/// Where an instance's resources lie on the host.
public struct InstanceResources: Sendable, Hashable {
    /// The disks, in the instance's order.
    public let disks: [DiskFile]
    /// The cloud-init seed; nil: none.
    public let seed: String?
    /// The kernel of a direct boot; nil: none.
    public let kernel: String?
    /// The initial ramdisk of a direct boot; nil: none.
    public let initrd: String?
    /// Where the console's log goes.
    public let consoleLog: String
    /// Where a UEFI's variables are kept.
    public let firmwareVariables: String
    /// Where the agent's socket goes; nil leaves it to libvirt.
    public let agentSocket: String?
    /// The directory for the sockets of the guest's screen, channels and serial ports; nil leaves them to libvirt.
    public let socketDirectory: String?
    /// The tap device of each interface on a bridge, by the interface's index.
    public let taps: [Int: String]

    /// A disk's file: qcow2, over at most one base image; of a CD-ROM, the base image itself.
    public struct DiskFile: Sendable, Hashable {
        /// The absolute path.
        public let path: String
        /// The image below it; nil: none.
        public let base: BackingChain.Layer?

        /// A disk's file.
        public init(path: String, base: BackingChain.Layer?) {
            self.path = path
            self.base = base
        }
    }

    /// Resources of an instance.
    public init(
        disks: [DiskFile], seed: String?, kernel: String?, initrd: String?, consoleLog: String,
        firmwareVariables: String,
        agentSocket: String?, socketDirectory: String? = nil, taps: [Int: String]
    ) {
        self.disks = disks
        self.seed = seed
        self.kernel = kernel
        self.initrd = initrd
        self.consoleLog = consoleLog
        self.firmwareVariables = firmwareVariables
        self.agentSocket = agentSocket
        self.socketDirectory = socketDirectory
        self.taps = taps
    }

    /// Where a socket of this name goes; nil leaves it to libvirt. At most 14 bytes of a name leave the longest state
    /// directory's socket a path that Linux takes.
    func guestSocket(_ name: String) -> String? {
        socketDirectory.map { "\($0)/\(name)" }
    }
}

/// Why an instance cannot be planned on a host.
public enum PlanError: Error, Sendable, Hashable {
    /// The host lacks what a part of the instance needs.
    case lacks(SpecProblem)
    /// The host has it, and too little of it is left.
    case exhausted(SpecProblem)
    /// Roost plans no guests of this architecture.
    case architecture(String)
}
