// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
public import DomainXML
public import InstanceModel

/// What a volume becomes as a disk of a domain.
public struct VolumeSource: Sendable, Hashable {
    /// The volume's file, as an absolute path.
    public let path: String
    /// The form of its bytes.
    public let format: DomainXML.Disk.Format
    /// The serial number that the guest reads; libvirt's name of the device follows from it.
    public let serial: String
    /// Whether it keeps the room that a guest gives back.
    public let keepsRoom: Bool

    /// A volume.
    public init(path: String, format: DomainXML.Disk.Format, serial: String, keepsRoom: Bool = false) {
        self.path = path
        self.format = format
        self.serial = serial
        self.keepsRoom = keepsRoom
    }

    /// The device's name in libvirt's calls and events.
    public var alias: String { "ua-volume-\(serial)" }
}

extension DomainPlanner {
    /// The disk that a domain gets for a volume: with a target and a place that are free in its definition and in the
    /// guest that runs, so that both have the disk at the same place.
    ///
    /// - Throws: ``PlanError/exhausted(_:)`` where the machine has no free place, ``PlanError/lacks(_:)`` where it has
    ///   none of the kind, or a running guest can be given none.
    public func disk(
        of volume: VolumeSource, on bus: InstanceModel.Disk.Bus, isReadOnly: Bool, in definition: DomainDocument,
        running: DomainDocument?
    ) throws(PlanError) -> DomainXML.Disk {
        let documents = [definition] + [running].compactMap(\.self)
        let cache: DomainXML.Disk.Cache = facts.hasDirectIO ? .bypassed : .writeback
        var disk = DomainXML.Disk(
            file: volume.path,
            driver: DomainXML.Disk.Driver(
                format: volume.format, cache: cache, io: cache == .bypassed ? .native : nil,
                discard: volume.keepsRoom ? .ignore : .unmap),
            backing: .layers([]),
            target: DomainXML.Disk.Target(device: Self.freeTarget(on: bus, documents), bus: bus.domainBus),
            serial: volume.serial)
        disk.isReadOnly = isReadOnly
        disk.alias = volume.alias
        disk.address = try Self.freePlace(on: bus, documents, isRunning: running != nil)
        return disk
    }

    private static func freeTarget(on bus: InstanceModel.Disk.Bus, _ documents: [DomainDocument]) -> String {
        let taken = Set(documents.flatMap { $0.disks.compactMap(\.target?.device) })
        // As many names as there are disks, and one more: one of them is free.
        let names = (0...taken.count).map { DeviceNames.disk($0, on: bus) }
        return names.first { !taken.contains($0) } ?? names[0]
    }

    private static func freePlace(
        on bus: InstanceModel.Disk.Bus, _ documents: [DomainDocument], isRunning: Bool
    ) throws(PlanError) -> DeviceAddress {
        switch bus {
        case .virtio: return try freePort(documents)
        case .scsi:
            return try freeUnit(documents, on: .scsi, of: .scsi, count: 256) {
                .drive(controller: 0, target: $0, unit: 0)
            }
        case .sata:
            guard !isRunning else {
                throw .lacks(
                    problem("bus", "sata", "a running guest is given no disk on SATA", "stop it, or use virtio"))
            }
            return try freeUnit(documents, on: .sata, of: .sata, count: 6) { .drive(controller: 0, unit: $0) }
        }
    }

    /// A root port that nothing is plugged into.
    private static func freePort(_ documents: [DomainDocument]) throws(PlanError) -> DeviceAddress {
        let ports = documents.map { document in
            Set(document.controllers.filter { $0.model == .pcieRootPort }.compactMap(\.index))
        }
        let common = ports.dropFirst().reduce(ports.first ?? []) { $0.intersection($1) }
        guard !common.isEmpty else {
            throw .lacks(
                problem("bus", "virtio", "the machine has no ports that a disk can be plugged into", "use another bus"))
        }
        let taken = Set(documents.flatMap(\.occupiedPCIBuses))
        guard let port = common.subtracting(taken).min() else {
            throw .exhausted(
                problem(
                    "bus", "virtio", "each of the machine's \(common.count) ports has a device plugged in",
                    "detach a volume, or use the bus scsi"))
        }
        return .pci(bus: port, slot: 0)
    }

    private static func freeUnit(
        _ documents: [DomainDocument], on bus: DomainXML.Disk.Bus, of kind: Controller.Kind, count: Int,
        _ place: (Int) -> DeviceAddress
    ) throws(PlanError) -> DeviceAddress {
        guard documents.allSatisfy({ $0.controllers.contains { $0.kind == kind } }) else {
            throw .lacks(
                problem(
                    "bus", bus.rawValue, "the machine has no controller of the kind \(bus.rawValue)",
                    "give the instance a disk on it when it is made, or use virtio"))
        }
        let taken = Set(documents.flatMap { $0.disks.filter { $0.target?.bus == bus }.compactMap(\.address) })
        guard let free = (0..<count).map(place).first(where: { !taken.contains($0) }) else {
            throw .exhausted(
                problem("bus", bus.rawValue, "its controller has \(count) disks, and takes no more", "detach a volume"))
        }
        return free
    }

    private static func problem(_ path: String, _ value: String, _ rule: String, _ remedy: String) -> SpecProblem {
        SpecProblem(path: path, violation: RuleViolation(value: value, rule: rule, remedy: remedy))
    }
}
