// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import Libvirt

/// The disks of volumes.
extension InstanceExecutor {
    /// Adds the disk to the definition, unless it is there.
    func add(_ device: VolumeDevice, context: OperationContext) async throws(ComputeError) {
        guard !device.xml.isEmpty else { return }
        let domain = try await host.requireDomain(id)
        guard try await !definition(of: domain).has(device) else { return }
        let deadline = host.deadline(context, within: LibvirtDriver.changeLimit)
        try await host.changing(subject) { () throws(LibvirtError) in
            try await domain.attachDevice(device.xml, scope: .definition, deadline: deadline)
        }
        guard try await definition(of: domain).has(device) else { throw notKept(device) }
    }

    /// Takes the disk out of the definition, unless it is gone.
    func drop(_ device: VolumeDevice, by deadline: ContinuousClock.Instant) async throws(ComputeError) {
        guard let domain = try await host.domain(id) else { return }
        try await awaitAnswers(of: domain)
        guard try await definition(of: domain).has(device) else { return }
        try await host.changing(subject) { () throws(LibvirtError) in
            try await domain.detachDevice(alias: device.alias, scope: .definition, deadline: deadline)
        }
    }

    /// Plugs the disk into the running guest, unless it has it. One that is off by now, or was started since, has it
    /// from its definition.
    func plug(
        _ device: VolumeDevice, inRun run: UInt32, by deadline: ContinuousClock.Instant
    ) async throws(ComputeError) {
        guard !device.xml.isEmpty else { return }
        do throws(ComputeError) {
            guard let domain = try await self.domain(inRun: run) else { return }
            try await awaitAnswers(of: domain)
            guard try await !document(of: domain).has(device) else { return }
            try await host.changing(subject) { () throws(LibvirtError) in
                try await domain.attachDevice(device.xml, scope: .live, deadline: deadline)
            }
            guard try await document(of: domain).has(device) else { throw notKept(device) }
        } catch {
            guard try await self.domain(inRun: run) == nil else { throw error }
        }
    }

    /// How long a guest that was asked for a disk may take to let go of it after all.
    private static let afterthought: Duration = .seconds(2)

    /// Plugs a disk in again that the guest was asked to let go of: it may do so a moment later, too.
    func plugAgain(_ device: VolumeDevice, inRun run: UInt32) async throws(ComputeError) {
        if let domain = try await self.domain(inRun: run) {
            try await awaitGone(device, of: domain, until: .now + Self.afterthought)
        }
        try await plug(device, inRun: run, by: .now + LibvirtDriver.changeLimit)
    }

    /// How often a guest that does not let go of a disk is asked again: while it boots it hears nothing.
    private static let askAgainAfter: Duration = .seconds(5)

    /// Has the running guest let go of the disk, asking it again and again until it did.
    func unplug(
        _ device: VolumeDevice, inRun run: UInt32, within limit: Duration, context: OperationContext
    ) async throws(ComputeError) {
        let end = host.deadline(context, within: limit)
        while let domain = try await self.domain(inRun: run), try await document(of: domain).has(device) {
            guard ContinuousClock.now < end else { throw heldOn(device) }
            do throws(LibvirtError) {
                try await domain.detachDevice(alias: device.alias, scope: .live, deadline: end)
            } catch {
                // Gone meanwhile, with or without its guest; or QEMU says that it is being unplugged already.
                let willBeSeen: Set<ErrorCode?> = [.deviceMissing, .operationInvalid, .operationFailed, .internalError]
                guard willBeSeen.contains(error.code) else {
                    throw ComputeError(error, subject: subject, change: true)
                }
            }
            try await awaitGone(device, of: domain, until: min(end, .now + Self.askAgainAfter))
        }
    }

    /// Waits until the guest let go of the disk, or the time is over.
    private func awaitGone(
        _ device: VolumeDevice, of domain: Domain, until end: ContinuousClock.Instant
    ) async throws(ComputeError) {
        var pause: Duration = .milliseconds(10)
        while ContinuousClock.now < end, try await host.state(of: domain).isActive,
            try await document(of: domain).has(device)
        {
            try await LibvirtDriver.pause(for: pause, subject: subject)
            pause = min(pause * 2, .milliseconds(250))
        }
    }

    private func heldOn(_ device: VolumeDevice) -> ComputeError {
        ComputeError(
            .deadlineExceeded, subject: subject,
            message: "the guest does not let go of the volume \(device.volume)",
            hint: "unmount it in the guest; a guest without ACPI hot-plug lets go when it is off")
    }

    private func notKept(_ device: VolumeDevice) -> ComputeError {
        ComputeError(
            .failed, subject: subject, outcome: .unknown,
            message: "libvirt did not keep the disk of the volume \(device.volume) as it was meant")
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

extension DomainDocument {
    /// Whether it has a volume's disk.
    fileprivate func has(_ device: VolumeDevice) -> Bool {
        disks.contains { $0.alias == device.alias }
    }
}
