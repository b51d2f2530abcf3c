// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import Libvirt

/// The disks of volumes.
extension InstanceExecutor {
    /// Adds the disk to the definition, unless it is there.
    func add(
        _ device: VolumeDevice, to domain: Domain, by deadline: ContinuousClock.Instant
    ) async throws(ComputeError) {
        guard !device.xml.isEmpty, try await definition(of: domain).disk(of: device) == nil else { return }
        try await host.changing(subject) { () throws(LibvirtError) in
            try await domain.attachDevice(device.xml, scope: .definition, deadline: deadline)
        }
        guard try await definition(of: domain).disk(of: device) != nil else { throw notKept(device) }
    }

    /// Takes the disk out of the definition, unless it is gone.
    func drop(
        _ device: VolumeDevice, from domain: Domain, by deadline: ContinuousClock.Instant
    ) async throws(ComputeError) {
        guard let disk = try await definition(of: domain).disk(of: device) else { return }
        let alias = try alias(of: disk, device)
        try await host.changing(subject) { () throws(LibvirtError) in
            try await domain.detachDevice(alias: alias, scope: .definition, deadline: deadline)
        }
        guard try await definition(of: domain).disk(of: device) == nil else { throw notKept(device) }
    }

    /// Plugs the disk into the running guest, unless it has it. One that is off by now, or was started since, has it
    /// from its definition.
    func plug(
        _ device: VolumeDevice, inRun run: UInt32, by deadline: ContinuousClock.Instant
    ) async throws(ComputeError) {
        guard !device.xml.isEmpty else { return }
        do throws(ComputeError) {
            guard let domain = try await self.domain(inRun: run),
                try await document(of: domain).disk(of: device) == nil
            else { return }
            try await host.changing(subject) { () throws(LibvirtError) in
                try await domain.attachDevice(device.xml, scope: .live, deadline: deadline)
            }
            guard try await document(of: domain).disk(of: device) != nil else { throw notKept(device) }
        } catch {
            guard try await self.domain(inRun: run) == nil else { throw error }
        }
    }

    /// How often a guest that does not let go of a disk is asked again: while it boots it hears nothing.
    private static let askAgainAfter: Duration = .seconds(5)

    /// Has the running guest let go of the disk, asking it again and again until it did.
    func unplug(
        _ device: VolumeDevice, inRun run: UInt32, until end: ContinuousClock.Instant
    ) async throws(ComputeError) {
        var isAsked = false
        var refusal: LibvirtError?
        while let domain = try await self.domain(inRun: run),
            let disk = try await document(of: domain).disk(of: device)
        {
            guard !isAsked || ContinuousClock.now < end else { throw heldOn(device, refusal) }
            let alias = try alias(of: disk, device)
            do throws(LibvirtError) {
                try await domain.detachDevice(alias: alias, scope: .live, deadline: max(end, .now + .seconds(1)))
                refusal = nil
            } catch {
                // Gone meanwhile, with or without its guest; or QEMU says that it is being unplugged already.
                let willBeSeen: Set<ErrorCode?> = [.deviceMissing, .operationInvalid, .operationFailed, .internalError]
                guard willBeSeen.contains(error.code) else {
                    throw ComputeError(error, subject: subject, change: true)
                }
                refusal = error
            }
            isAsked = true
            try await awaitGone(device, of: domain, until: min(end, .now + Self.askAgainAfter))
        }
    }

    /// Waits until the guest let go of the disk, or the time is over.
    private func awaitGone(
        _ device: VolumeDevice, of domain: Domain, until end: ContinuousClock.Instant
    ) async throws(ComputeError) {
        var pause: Duration = .milliseconds(10)
        while ContinuousClock.now < end, try await host.state(of: domain).isActive,
            try await document(of: domain).disk(of: device) != nil
        {
            try await LibvirtDriver.pause(for: pause, subject: subject)
            pause = min(pause * 2, .milliseconds(250))
        }
    }

    private func heldOn(_ device: VolumeDevice, _ refusal: LibvirtError?) -> ComputeError {
        let report = refusal.map { ComputeError($0, subject: subject, change: true) }
        return ComputeError(
            .deadlineExceeded, subject: subject,
            message: "the guest does not let go of the volume \(device.volume)",
            hint: "unmount it in the guest; a guest without ACPI hot-plug lets go when it is off",
            libvirt: report?.libvirt, details: [report?.message].compactMap(\.self))
    }

    private func notKept(_ device: VolumeDevice) -> ComputeError {
        ComputeError(
            .failed, subject: subject, outcome: .unknown,
            message: "libvirt did not keep the disk of the volume \(device.volume) as it was meant")
    }

    /// By what libvirt's calls mean the disk; refuses one that another program put there in its place.
    private func alias(of disk: Disk, _ device: VolumeDevice) throws(ComputeError) -> String {
        guard let alias = disk.alias else {
            throw ComputeError(
                .conflict, subject: subject,
                message: "another program put the disk of the volume \(device.volume) into its definition",
                hint: "take it out with that program (`virsh detach-disk`) first")
        }
        return alias
    }

    private func definition(of domain: Domain) async throws(ComputeError) -> DomainDocument {
        let xml = try await host.translating(subject) { () throws(LibvirtError) in
            try await domain.xml(.inactive, deadline: .now + LibvirtDriver.readLimit)
        }
        guard let document = try? DomainDocument(parsing: xml) else {
            throw ComputeError(.failed, subject: subject, message: "libvirt's definition cannot be read")
        }
        return document
    }
}

/// Taking back what was done to the disks of volumes, or may yet be: a call that this process gave up on, or that a
/// process which died had made, may be in the daemon still.
extension InstanceExecutor {
    /// How long a guest may take to let go of a disk that is taken back; the next command asks again.
    private static let unplugPatience: Duration = .seconds(5)
    /// How long a guest that was asked for a disk may take to let go of it after all.
    private static let afterthought: Duration = .seconds(2)

    func undoDiskChange(_ step: InstanceStep) async throws(ComputeError) {
        // One that was removed since stays removed.
        guard let domain = try await host.domain(id) else { return }
        try await awaitRequests(to: domain)
        let deadline = ContinuousClock.now + LibvirtDriver.changeLimit
        switch step {
        case .addDisk(let device):
            try await drop(device, from: domain, by: deadline)
            // Nobody else may have the volume while this guest does.
            guard try await host.state(of: domain).isActive, try await document(of: domain).disk(of: device) != nil
            else { return }
            throw heldOn(device, nil)
        case .plugDisk(let device, let run):
            try await unplug(device, inRun: run, until: .now + Self.unplugPatience)
        case .unplugDisk(let device, let run, _):
            if let domain = try await self.domain(inRun: run) {
                try await awaitGone(device, of: domain, until: .now + Self.afterthought)
            }
            try await plug(device, inRun: run, by: deadline)
        case .dropDisk(let device):
            try await add(device, to: domain, by: deadline)
        default: preconditionFailure("step \(step.name) is no change of disks")
        }
    }

    /// Waits for what was asked of the domain before: libvirt and QEMU take one request after the other.
    private func awaitRequests(to domain: Domain) async throws(ComputeError) {
        try await awaitAnswers(of: domain)
        if try await host.state(of: domain).isActive { try await awaitAnswer(of: domain) }
    }
}

extension DomainDocument {
    /// The disk of a volume; nil where it has none.
    fileprivate func disk(of device: VolumeDevice) -> Disk? {
        disk(inAnyOf: [device.path])
    }

    /// The disk whose bytes are in one of these files; nil where there is none.
    func disk(inAnyOf paths: Set<String>) -> Disk? {
        disks.first { $0.file.map(paths.contains) ?? false }
    }
}
