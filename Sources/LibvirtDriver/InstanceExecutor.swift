// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainPlanning
import DomainXML
import InstanceModel
import Libvirt
import Networking
import Storage

/// Carries out and undoes the steps of an operation on one instance.
///
/// A spawn that a dead process left is undone without its plan: an undo needs the instance's identity alone.
struct InstanceExecutor: OperationExecutor {
    let host: LibvirtDriver
    let id: InstanceID
    let name: String
    let operationID: OperationID
    /// What a spawn makes; nil where only undoing and deleting is left to do.
    var work: SpawnWork?
    /// What an instance is brought to; nil where only undoing is left to do.
    var application: ApplyWork?

    func perform(_ step: InstanceStep, context: OperationContext) async throws(ComputeError) {
        switch step {
        case .turnOff: try await turnOff()
        case .undefine: try await undefine()
        case .removeTap(let index): try await removeTap(index)
        case .removeFiles: try await removeFiles()
        case .powerOn, .powerOff, .askShutdown, .askReboot, .reset, .pause, .resume:
            try await changePower(step, context: context)
        case .redefine: try await redefine(context: context)
        case .live(let change, let run): try await make(change, inRun: run, context: context)
        case .addDisk, .plugDisk, .unplugDisk, .dropDisk: try await changeDisks(step, context: context)
        default:
            guard let work else {
                preconditionFailure("step \(step.name) of \(operationID) makes something, and there is no plan")
            }
            try await make(step, of: work, context: context)
        }
    }

    func undo(_ step: InstanceStep, context: OperationContext) async throws(ComputeError) {
        switch step {
        case .files, .disk, .seed: try await removeFiles()
        case .tap(let index): try await removeTap(index)
        case .define:
            guard let domain = try await ownDomain() else { return }
            try await turnOffForGood(domain)
            try await undefine(domain)
        case .start:
            guard let domain = try await ownDomain() else { return }
            try await turnOffForGood(domain)
        case .waitUntilRunning, .waitForAgent: break
        case .turnOff, .undefine, .removeTap, .removeFiles: break
        case .powerOn: try await undoPowerOn()
        case .powerOff, .askShutdown, .askReboot, .reset, .pause, .resume: break
        case .redefine(let definition): try await restore(definition)
        case .live(let change, let run): try await undo(change, inRun: run)
        case .addDisk, .plugDisk, .unplugDisk, .dropDisk: try await undoDiskChange(step)
        }
    }

    private func changeDisks(_ step: InstanceStep, context: OperationContext) async throws(ComputeError) {
        let deadline = host.deadline(context, within: LibvirtDriver.changeLimit)
        switch step {
        case .addDisk(let device): try await add(device, to: try await host.requireDomain(id), by: deadline)
        case .plugDisk(let device, let run): try await plug(device, inRun: run, by: deadline)
        case .unplugDisk(let device, let run, let seconds):
            try await unplug(device, inRun: run, until: host.deadline(context, within: .seconds(seconds)))
        case .dropDisk(let device): try await drop(device, from: try await host.requireDomain(id), by: deadline)
        default: preconditionFailure("step \(step.name) is no change of disks")
        }
    }

    var subject: String { "instance \(name)" }

    private func make(
        _ step: InstanceStep, of work: SpawnWork, context: OperationContext
    ) async throws(ComputeError) {
        switch step {
        case .files: try await work.makeFiles(on: host)
        case .disk(let index): try await work.makeDisk(index, on: host)
        case .seed: try await work.makeSeed(on: host)
        case .tap(let index): try await work.makeTap(index, on: host)
        case .define: try await work.define(on: host, context: context)
        case .start: try await start(work, context: context)
        case .waitUntilRunning:
            try await host.waitUntilRunning(id, subject: subject, deadline: context.deadline)
        case .waitForAgent(let seconds):
            try await host.waitForAgent(id, subject: subject, within: .seconds(seconds), deadline: context.deadline)
        default: preconditionFailure("step \(step.name) is no part of a spawn")
        }
    }

    private func start(_ work: SpawnWork, context: OperationContext) async throws(ComputeError) {
        guard let domain = try await ownDomain() else {
            throw ComputeError(.conflict, subject: subject, message: "its domain vanished before it was started")
        }
        try await host.start(domain, instance: work.instance, deadline: context.deadline)
        // A part of the step, so that no crash leaves a guest that ran and counts as one that never did.
        try host.journals.writable().markStarted(id)
    }

    /// The instance's domain, where it exists and carries this operation's id: an undo touches no other.
    private func ownDomain() async throws(ComputeError) -> Domain? {
        guard let domain = try await host.domain(id) else { return nil }
        let xml = try await host.translating(subject) { () throws(LibvirtError) in
            try await domain.xml(.inactive, deadline: .now + LibvirtDriver.readLimit)
        }
        return InstanceMetadata.read(fromDomainXML: xml)?.operationID == operationID.description ? domain : nil
    }

    private func turnOff() async throws(ComputeError) {
        if let domain = try await host.domain(id) { try await turnOffForGood(domain) }
        try await awaitProcessEnd()
    }

    /// Waits for the end of the guest's process: libvirt calls a guest off that shut itself down once its monitor is
    /// closed, while it may be writing its disks still.
    private func awaitProcessEnd() async throws(ComputeError) {
        let deadline = ContinuousClock.now + LibvirtDriver.changeLimit
        for process in GuestProcess.all() where process.instanceID == id {
            guard try await process.awaitEnd(until: deadline) else {
                throw ComputeError(
                    .deadlineExceeded, subject: subject, outcome: .unknown,
                    message: "libvirt calls it off, and its process \(process.processID) does not end",
                    hint: "`roost host sweep` shows it, too")
            }
        }
    }

    /// How long calls that hang may take to return once their guest was ended.
    private static let returnPatience: Duration = .seconds(5)

    /// Turns the guest off, also where a start that nobody waits for any more is on its way still.
    private func turnOffForGood(_ domain: Domain) async throws(ComputeError) {
        try await turnOff(domain)
        let patience = ContinuousClock.now + Self.returnPatience
        while true {
            do throws(LibvirtError) {
                try await domain.awaitAnswers(deadline: .now + LibvirtDriver.changeLimit)
                break
            } catch {
                if error.code == .noDomain { return }
                guard case .domainHung = error, .now < patience else {
                    throw ComputeError(error, subject: subject, change: true)
                }
                try await LibvirtDriver.pause(for: .milliseconds(50), subject: subject)
            }
        }
        try await turnOff(domain)
    }

    func turnOff(_ domain: Domain) async throws(ComputeError) {
        do throws(LibvirtError) {
            guard try await domain.isActive(deadline: .now + LibvirtDriver.readLimit) else { return }
        } catch {
            if error.code == .noDomain { return }
            throw ComputeError(error, subject: subject, change: false)
        }
        do throws(LibvirtError) {
            try await domain.destroy(deadline: .now + LibvirtDriver.changeLimit)
        } catch {
            // Here it means that it is off.
            if error.code == .noDomain || error.code == .operationInvalid { return }
            throw ComputeError(error, subject: subject, change: true)
        }
    }

    private func undefine() async throws(ComputeError) {
        if let domain = try await host.domain(id) { try await undefine(domain) }
    }

    private func undefine(_ domain: Domain) async throws(ComputeError) {
        do throws(LibvirtError) {
            try await domain.undefine(deadline: .now + LibvirtDriver.changeLimit)
        } catch {
            if error.code == .noDomain { return }
            throw ComputeError(error, subject: subject, change: true)
        }
    }

    private func removeTap(_ index: Int) async throws(ComputeError) {
        do throws(NetworkingError) {
            try await host.taps.delete(TapDevice(instance: id, index: index))
        } catch {
            throw ComputeError(error, subject: subject)
        }
    }

    private func removeFiles() async throws(ComputeError) {
        do throws(StorageError) {
            try host.files.remove(id)
        } catch {
            throw ComputeError(error, subject: subject)
        }
    }
}
