// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainPlanning
import DomainXML
import InstanceModel
import Libvirt
import Storage
import XMLTree

/// What a spawn makes, all decided: the resolved instance, the images below its disks, and its plan.
struct SpawnWork: Sendable {
    let id: InstanceID
    /// The instance with every disk's size and every interface's MAC address filled in.
    let instance: Instance
    let images: [ImageName: StoredImage]
    let plan: DomainPlan
    /// The host's processors and memory that it was planned with.
    let topology: HostTopology?
    /// The domain document as validated text.
    let domainXML: String

    private var subject: String { "instance \(instance.name)" }

    func makeFiles(on host: LibvirtDriver) async throws(ComputeError) {
        try await storing {
            () async throws(StorageError) in
            try host.files.createDirectory(of: id)
            if case .uefi = instance.firmware { try host.files.createFirmwareDirectory(of: id) }
            let media = instance.disks.filter(\.isCDROM).map(\.image)
            let used = ([instance.boot?.kernel, instance.boot?.initrd] + media).compactMap(\.self)
            let kept = Set(used).compactMap { images[$0] }
            if !kept.isEmpty { try host.files.recordBoot(kept, of: id) }
        }
    }

    func makeDisk(_ index: Int, on host: LibvirtDriver) async throws(ComputeError) {
        try await storing { () async throws(StorageError) in
            switch instance.disks[index].source {
            case .image(let name, let size):
                guard let image = images[name] else { throw StorageError.imageNotFound(name) }
                _ = try await host.files.createDisk(index, of: id, on: image, size: size?.size)
            case .blank(let size):
                _ = try await host.files.createDisk(index, of: id, size: size.size)
            case .medium: break
            }
        }
    }

    func makeSeed(on host: LibvirtDriver) async throws(ComputeError) {
        guard let cloudInit = instance.cloudInit else { return }
        try await storing { () async throws(StorageError) in
            _ = try await host.files.createSeed(
                cloudInit, of: id, name: instance.name, interfaces: instance.interfaces.compactMap(\.mac))
        }
    }

    func makeTap(_ index: Int, on host: LibvirtDriver) async throws(ComputeError) {
        try await host.makeTap(index, of: instance, id: id)
    }

    /// Defines the domain, and compares what libvirt made of it with what was meant.
    func define(on host: LibvirtDriver, context: OperationContext) async throws(ComputeError) {
        let kept = try await defined(on: host, context: context)
        let missing: [XMLDifference]
        do {
            missing = plan.document.root.missing(in: try XMLElement.parse(kept))
        } catch {
            throw ComputeError(
                .failed, subject: subject, outcome: .happened,
                message: "libvirt's definition cannot be read back: \(error)")
        }
        guard missing.isEmpty else {
            throw ComputeError(
                .failed, subject: subject, outcome: .happened,
                message: "libvirt did not keep the definition as it was meant",
                details: missing.prefix(5).map { "\($0)" })
        }
    }

    /// Defines the domain, also where the name is that of a definition which should not be any more; gives what libvirt
    /// kept.
    private func defined(on host: LibvirtDriver, context: OperationContext) async throws(ComputeError) -> String {
        let connection = try await host.link.connection(until: context.deadline)
        func define() async throws(LibvirtError) -> String {
            let domain = try await connection.define(domainXML, deadline: context.deadline)
            return try await domain.xml(.inactive, deadline: context.deadline)
        }
        do throws(LibvirtError) {
            return try await define()
        } catch {
            let failure = ComputeError(error, subject: subject, change: true)
            guard error.code == .operationFailed else { throw failure }
            try await host.makeWay(for: instance.name, id, after: failure, context: context)
        }
        return try await host.changing(subject, define)
    }

    private func storing(_ body: () async throws(StorageError) -> Void) async throws(ComputeError) {
        do throws(StorageError) {
            try await body()
        } catch {
            throw ComputeError(error, subject: subject)
        }
    }
}
