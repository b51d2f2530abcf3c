// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel

/// Gives instances volumes, and takes them away.
public protocol VolumeAttachment: Sendable {
    /// Gives an instance a volume, in its definition, and at once where it runs; on any failure all is put back.
    ///
    /// - Throws: `conflict` where an instance has the volume, `exhausted` where the machine has no free port.
    func attach(
        _ volume: VolumeName, to id: InstanceID, options: AttachOptions, context: OperationContext
    ) async throws(ComputeError) -> AttachedVolume
    /// Takes a volume away: a running guest is asked, and waited for.
    ///
    /// - Throws: `deadlineExceeded` where the guest does not let go of it; it keeps the volume then.
    func detach(
        _ volume: VolumeName, from id: InstanceID, within limit: Duration, context: OperationContext
    ) async throws(ComputeError)
}

/// How a volume is given to an instance.
public struct AttachOptions: Sendable, Hashable {
    /// The bus that the guest finds it on; a running guest can be given no disk on SATA.
    public let bus: Disk.Bus
    /// Whether the guest may only read.
    public let isReadOnly: Bool

    /// These options.
    public init(bus: Disk.Bus = .virtio, isReadOnly: Bool = false) {
        self.bus = bus
        self.isReadOnly = isReadOnly
    }
}

/// A volume as an instance has it.
public struct AttachedVolume: Sendable, Hashable {
    /// The volume.
    public let volume: VolumeName
    /// The instance.
    public let instanceID: InstanceID
    /// The target, such as `vdb`; the guest may use another name, and the serial number tells.
    public let target: String
    /// The serial number that the guest reads.
    public let serial: String
    /// Whether the running guest has it already.
    public let isLive: Bool

    /// A volume of an instance.
    public init(volume: VolumeName, instanceID: InstanceID, target: String, serial: String, isLive: Bool) {
        self.volume = volume
        self.instanceID = instanceID
        self.target = target
        self.serial = serial
        self.isLive = isLive
    }
}
