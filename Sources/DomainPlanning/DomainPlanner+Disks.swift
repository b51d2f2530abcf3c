// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import InstanceModel

extension DomainPlanner {
    /// The instance's disks and its seed.
    func disks(of instance: Instance, resources: InstanceResources) -> [DomainXML.Disk] {
        var places: [InstanceModel.Disk.Bus: Int] = [:]
        let first = instance.disks.firstIndex { !$0.isEmptyDrive }
        var disks = zip(instance.disks, resources.disks).enumerated().map { index, pair in
            let (disk, file) = pair
            var planned = planned(disk, file, index: index)
            planned.ioThread = ioThread(of: instance, place: places[disk.bus, default: 0], on: disk.bus)
            if index == first, resources.kernel == nil, !instance.hasBootOrder { planned.bootOrder = 1 }
            if let order = disk.bootOrder { planned.bootOrder = order.value }
            planned.address = Self.address(on: disk.bus, place: places[disk.bus, default: 0])
            places[disk.bus, default: 0] += 1
            return planned
        }
        if let seed = resources.seed {
            var disk = DomainXML.Disk(
                file: seed, driver: DomainXML.Disk.Driver(format: .raw, cache: .writeback), backing: .layers([]),
                target: DomainXML.Disk.Target(device: DeviceNames.disk(disks.count), bus: .virtio),
                serial: DiskSerial.ofSeed)
            disk.isReadOnly = true
            disk.alias = "ua-seed"
            disks.append(disk)
        }
        return Self.grouped(disks)
    }

    /// The disks of a bus beside one another, as libvirt puts them, buses in the order of their first disks.
    private static func grouped(_ disks: [DomainXML.Disk]) -> [DomainXML.Disk] {
        var buses: [DomainXML.Disk.Bus?] = []
        for disk in disks where !buses.contains(disk.target?.bus) { buses.append(disk.target?.bus) }
        return buses.flatMap { bus in disks.filter { $0.target?.bus == bus } }
    }

    private func planned(
        _ disk: InstanceModel.Disk, _ file: InstanceResources.DiskFile, index: Int
    ) -> DomainXML.Disk {
        var planned = DomainXML.Disk(
            file: disk.isCDROM && disk.image == nil ? nil : file.path, driver: driver(of: disk, file),
            backing: backing(of: disk, file),
            target: DomainXML.Disk.Target(
                device: DeviceNames.disk(index, on: disk.bus), bus: disk.bus.domainBus,
                rotationRate: disk.handling.rotation?.value),
            device: disk.isCDROM ? .cdrom : .disk,
            serial: disk.serial?.description ?? DiskSerial.ofDisk(index))
        planned.isReadOnly = disk.isReadOnly || disk.isCDROM
        planned.alias = DeviceNames.diskAlias(index)
        if let limits = disk.limits { Self.set(limits, of: &planned) }
        return planned
    }

    /// What is below a disk's file; an image in a drive stands alone, and libvirt keeps nothing of an empty drive.
    private func backing(of disk: InstanceModel.Disk, _ file: InstanceResources.DiskFile) -> BackingChain {
        guard disk.isCDROM else { return .layers(file.base.map { [$0] } ?? []) }
        return disk.image == nil ? .undeclared : .layers([])
    }

    private func driver(
        of disk: InstanceModel.Disk, _ file: InstanceResources.DiskFile
    ) -> DomainXML.Disk.Driver {
        guard !disk.isCDROM else {
            let cache = disk.cache ?? .writeback
            return DomainXML.Disk.Driver(format: file.base?.format ?? .raw, cache: cache.domainCache)
        }
        let cache = disk.cache ?? (facts.hasDirectIO ? .bypassed : .writeback)
        let isDirect = cache == .bypassed || cache == .directsync
        let handling = disk.handling
        return DomainXML.Disk.Driver(
            format: .qcow2, cache: cache.domainCache, io: handling.io?.domainInputOutput ?? (isDirect ? .native : nil),
            discard: handling.discard == .ignore ? .ignore : .unmap,
            detectZeroes: handling.detectZeroes?.domainDetectZeroes,
            errorPolicy: handling.errorPolicy?.domainErrorPolicy, queues: handling.queues?.value)
    }

    /// A place on the bus's one controller, by the disk's place among those on that bus; virtio disks have their own.
    private static func address(on bus: InstanceModel.Disk.Bus, place: Int) -> DeviceAddress? {
        switch bus {
        case .virtio: nil
        case .scsi: .drive(controller: 0, target: place, unit: 0)
        case .sata: .drive(controller: 0, unit: place)
        }
    }

    private static func set(_ limits: DiskLimits, of disk: inout DomainXML.Disk) {
        for (index, quantity) in rates.enumerated() {
            guard let rate = limits.rates.named[index].rate else { continue }
            disk[limit: quantity.rate] = Int(clamping: rate)
            guard let burst = limits.burst, let peak = burst.rates.named[index].rate else { continue }
            disk[limit: quantity.burst] = Int(clamping: peak)
            disk[limit: quantity.seconds] = burst.seconds
        }
    }

    /// libvirt's quantities in the order of ``DiskLimits/Rates/named``.
    private static let rates:
        [(rate: DomainXML.Disk.Limit, burst: DomainXML.Disk.Limit, seconds: DomainXML.Disk.Limit)] =
            [
                (.bytes, .burstBytes, .burstBytesSeconds), (.readBytes, .burstReadBytes, .burstReadBytesSeconds),
                (.writeBytes, .burstWriteBytes, .burstWriteBytesSeconds),
                (.operations, .burstOperations, .burstOperationsSeconds),
                (.readOperations, .burstReadOperations, .burstReadOperationsSeconds),
                (.writeOperations, .burstWriteOperations, .burstWriteOperationsSeconds),
            ]
}

extension InstanceModel.Disk.Bus {
    /// The bus as libvirt has it.
    var domainBus: DomainXML.Disk.Bus {
        switch self {
        case .virtio: .virtio
        case .scsi: .scsi
        case .sata: .sata
        }
    }
}

extension InstanceModel.Disk.Cache {
    fileprivate var domainCache: DomainXML.Disk.Cache {
        switch self {
        case .bypassed: .bypassed
        case .writeback: .writeback
        case .writethrough: .writethrough
        case .directsync: .directsync
        }
    }
}

extension InstanceModel.Disk.InputOutput {
    fileprivate var domainInputOutput: DomainXML.Disk.InputOutput {
        switch self {
        case .native: .native
        case .threads: .threads
        case .ioUring: .ioUring
        }
    }
}

extension InstanceModel.Disk.DetectZeroes {
    fileprivate var domainDetectZeroes: DomainXML.Disk.DetectZeroes {
        switch self {
        case .off: .off
        case .on: .on
        case .unmap: .unmap
        }
    }
}

extension InstanceModel.Disk.ErrorPolicy {
    fileprivate var domainErrorPolicy: DomainXML.Disk.ErrorPolicy {
        switch self {
        case .stop: .stop
        case .report: .report
        case .ignore: .ignore
        case .enospace: .enospace
        }
    }
}

extension WatchdogAction {
    /// The action as libvirt has it.
    var domainAction: DomainXML.Watchdog.Action {
        switch self {
        case .reset: .reset
        case .poweroff: .poweroff
        case .pause: .pause
        case .injectNMI: .injectNMI
        case .nothing: .nothing
        }
    }
}
