// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
public import InstanceModel

extension FakeHypervisor: VolumeCatalog {
    /// Keeps a volume's name and size.
    ///
    /// - Throws: `conflict` where the name is taken.
    public func createVolume(
        _ request: VolumeRequest, context: OperationContext
    ) async throws(ComputeError) -> VolumeStatus {
        try await admit(.createVolume, request.name.description, needs: .volumes, context)
        guard volumeStore[request.name] == nil else {
            throw ComputeError(.conflict, subject: "volume \(request.name)", message: "the name is taken")
        }
        let volume = VolumeStatus(
            name: request.name, format: request.format, size: request.size.size,
            allocated: request.isPreallocated ? request.size.size : ByteCount(bytes: 0),
            serial: "serial-of-\(request.name)", createdAt: now(), attachedTo: nil)
        volumeStore[request.name] = volume
        return volume
    }

    /// All volumes, by name.
    public func volumes(context: OperationContext) async throws(ComputeError) -> [VolumeStatus] {
        try await admit(.observeVolumes, "", context)
        return volumeStore.values.sorted { $0.name.description < $1.name.description }
    }

    /// The volume of this name.
    public func volume(_ name: VolumeName, context: OperationContext) async throws(ComputeError) -> VolumeStatus {
        try await admit(.observeVolumes, name.description, context)
        return try kept(name)
    }

    /// Deletes a volume.
    ///
    /// - Throws: `notFound`; `conflict` naming the instance that has it.
    public func deleteVolume(_ name: VolumeName, context: OperationContext) async throws(ComputeError) {
        try await admit(.deleteVolume, name.description, needs: .volumes, context)
        try refuseAttached(try kept(name))
        volumeStore[name] = nil
    }

    private func kept(_ name: VolumeName) throws(ComputeError) -> VolumeStatus {
        guard let volume = volumeStore[name] else {
            throw ComputeError(
                .notFound, subject: "volume \(name)", message: "there is no such volume",
                hint: "`roost volume list` shows the volumes")
        }
        return volume
    }

    private func refuseAttached(_ volume: VolumeStatus) throws(ComputeError) {
        guard let holder = volume.attachedTo else { return }
        throw ComputeError(
            .conflict, subject: "volume \(volume.name)", message: "the instance \(self.name(of: holder)) has it",
            hint: "`roost volume detach` takes it away")
    }

    private func set(_ holder: InstanceID?, of volume: VolumeStatus) {
        volumeStore[volume.name] = VolumeStatus(
            name: volume.name, format: volume.format, size: volume.size, allocated: volume.allocated,
            serial: volume.serial, createdAt: volume.createdAt, attachedTo: holder)
    }
}

extension FakeHypervisor: VolumeAttachment {
    /// Gives an instance a volume.
    ///
    /// - Throws: what the port says; what was arranged for ``Action/attachVolume``.
    public func attach(
        _ volume: VolumeName, to id: InstanceID, options: AttachOptions, context: OperationContext
    ) async throws(ComputeError) -> AttachedVolume {
        try await admit(.attachVolume, name(of: id), needs: .volumes, context)
        let machine = try machine(id)
        let found = try kept(volume)
        try refuseAttached(found)
        set(id, of: found)
        let others = volumeStore.values.count { $0.attachedTo == id } - 1
        let index = machine.instance.disks.count + others
        return AttachedVolume(
            volume: volume, instanceID: id,
            target: (options.bus == .virtio ? "vd" : "sd") + String(UnicodeScalar(UInt8(ascii: "a") + UInt8(index))),
            serial: found.serial, isLive: machine.isOn)
    }

    /// Takes a volume away.
    ///
    /// - Throws: what the port says; what was arranged for ``Action/detachVolume``.
    public func detach(
        _ volume: VolumeName, from id: InstanceID, within limit: Duration, context: OperationContext
    ) async throws(ComputeError) {
        try await admit(.detachVolume, name(of: id), needs: .volumes, context)
        let machine = try machine(id)
        let found = try kept(volume)
        guard found.attachedTo == id else {
            throw ComputeError(
                .notFound, subject: "volume \(volume)",
                message: "the instance \(machine.instance.name) does not have it",
                hint: "`roost volume show \(volume)` tells who has it")
        }
        set(nil, of: found)
    }
}
