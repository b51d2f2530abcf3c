// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import DomainPlanning
import DomainXML
import Foundation
public import InstanceModel
import Storage
import SystemPackage
import XMLTree

extension LibvirtDriver: InstancePlanning {
    /// What a spawn would do; makes nothing of the instance. The private daemon is asked, and started where none runs.
    public func plan(_ instance: Instance, context: OperationContext) async throws(ComputeError) -> SpawnPreview {
        try authorizer.authorize(.plan, subject: "instance \(instance.name)", context: context)
        try await requireCapabilities(for: instance, subject: "instance \(instance.name)", context: context)
        let stored = try await storedImages(for: instance)
        let work = try await choosingIdentity(for: instance) { id throws(ComputeError) in
            let work = try await spawnWork(
                for: instance, id: id, operationID: OperationID(), images: stored, context: context)
            try journals.existing()?.ensureFree(work.plan.claims, for: id, on: work.topology)
            return work
        }
        try refuseTakenPorts(of: work.instance)
        return work.preview(of: instance, on: try await facts.facts(until: context.deadline), isValidated: true)
    }

    /// Decides everything that a spawn makes.
    func spawnWork(
        for instance: Instance, id: InstanceID, operationID: OperationID, images: [ImageName: StoredImage],
        context: OperationContext
    ) async throws(ComputeError) -> SpawnWork {
        let subject = "instance \(instance.name)"
        try refuseWrongImages(of: instance, images: images)
        try refuseHostPaths(of: instance)
        var resolved = try resolve(instance, id: id, images: images)
        let facts = try await facts.facts(until: context.deadline)
        let held = try heldClaims(for: instance)
        let plan: DomainPlan
        do throws(PlanError) {
            let seconds = Date().timeIntervalSince1970.rounded(.down)
            let planner = DomainPlanner(facts: facts)
            try planner.refuseWhatIsLacking(instance)
            resolved = try planner.place(resolved, among: held)
            plan = try planner.plan(
                resolved, id: id, operationID: operationID, createdAt: Date(timeIntervalSince1970: seconds),
                resources: resources(of: resolved, id: id, images: images))
        } catch {
            throw ComputeError(error, subject: subject)
        }
        return SpawnWork(
            id: id, instance: resolved, images: images, plan: plan, topology: facts.topology,
            domainXML: try Self.validated(plan.document, subject: subject))
    }

    /// What other instances hold of the host, where the plan looks at it.
    private func heldClaims(for instance: Instance) throws(ComputeError) -> HostClaims {
        guard DomainPlanner.looksAtClaims(for: instance), let journal = try journals.existing() else {
            return HostClaims()
        }
        return HostClaims(try journal.claims().map(\.claim))
    }

    /// The document as text that libvirt's own schema accepts.
    static func validated(_ document: DomainDocument, subject: String) throws(ComputeError) -> String {
        do throws(XMLError) {
            return try document.text(accepting: try DomainSchema.installed())
        } catch {
            throw ComputeError(
                .failed, subject: subject, message: "the planned domain document does not fit libvirt's schema",
                details: ["\(error)"])
        }
    }

    private func storedImages(for instance: Instance) async throws(ComputeError) -> [ImageName: StoredImage] {
        var found: [ImageName: StoredImage] = [:]
        do throws(StorageError) {
            for name in instance.imageNames {
                guard state.isPrepared else { throw .imageNotFound(name) }
                found[name] = try images.image(named: name)
            }
        } catch {
            throw ComputeError(error, subject: "instance \(instance.name)")
        }
        return found
    }

    /// Fills in the size of each disk and the MAC address of each interface.
    private func resolve(
        _ instance: Instance, id: InstanceID, images: [ImageName: StoredImage]
    ) throws(ComputeError) -> Instance {
        var sizes: [ImageName: DiskSize] = [:]
        do throws(RuleViolation) {
            for case .image(let name, nil) in instance.disks.map(\.source) {
                sizes[name] = try images[name].map { image throws(RuleViolation) in try DiskSize(image.virtualSize) }
            }
        } catch {
            throw ComputeError(
                .invalid, subject: "instance \(instance.name)", message: "an image's size cannot be a disk's: \(error)")
        }
        do throws(InvalidSpec) {
            return try instance.resolved(
                diskSize: { disk in disk.image.flatMap { sizes[$0] } },
                macAddress: { .derived(for: id, index: $0) })
        } catch {
            throw ComputeError(error, subject: "instance \(instance.name)")
        }
    }

    func resources(
        of instance: Instance, id: InstanceID, images: [ImageName: StoredImage]
    ) -> InstanceResources {
        InstanceResources(
            of: instance, id: id, in: files,
            image: { name in
                images[name].map { image in
                    BackingChain.Layer(file: image.path.string, format: image.format == .raw ? .raw : .qcow2)
                }
            }, agentSocket: agentSocket(of: id), socketDirectory: socketDirectory(of: id))
    }

    /// Inside the private daemon's directory, whose paths would else be too long; another libvirt chooses for itself.
    private func agentSocket(of id: InstanceID) -> String? {
        switch choice.target {
        case .privateDaemon: state.agentSocket(of: id).string
        case .uri: nil
        }
    }

    /// Where the private daemon's guests may make sockets, which go with the instance.
    private func socketDirectory(of id: InstanceID) -> String? {
        switch choice.target {
        case .privateDaemon: files.socketDirectory(of: id).string
        case .uri: nil
        }
    }

    /// Refuses images of another kind than their place needs, and disks that are smaller than their image.
    private func refuseWrongImages(of instance: Instance, images: [ImageName: StoredImage]) throws(ComputeError) {
        var problems: [SpecProblem] = []
        func require(_ name: ImageName?, _ kind: ImageKind, at path: String) {
            guard let name, let image = images[name], image.kind != kind else { return }
            problems.append(
                SpecProblem(
                    path: path,
                    violation: RuleViolation(
                        value: "\(name)", rule: "this place needs an image of kind \(kind.rawValue)",
                        remedy: "\(name) is of kind \(image.kind.rawValue); name another")))
        }
        require(instance.boot?.kernel, .kernel, at: "boot.kernel")
        require(instance.boot?.initrd, .initrd, at: "boot.initrd")
        for (index, disk) in instance.disks.enumerated() {
            require(disk.image, .disk, at: "disks[\(index)].image")
            guard case .image(let name, let size?) = disk.source, let image = images[name],
                size.size < image.virtualSize
            else { continue }
            problems.append(
                SpecProblem(
                    path: "disks[\(index)].size",
                    violation: RuleViolation(
                        value: "\(size.size)", rule: "a disk is at least as large as its image",
                        remedy: "\(name) has \(image.virtualSize); ask for that or more")))
        }
        guard problems.isEmpty else {
            throw ComputeError(InvalidSpec(problems: problems), subject: "instance \(instance.name)")
        }
    }
}

extension Instance {
    /// Every image that the instance names.
    var imageNames: [ImageName] {
        disks.compactMap(\.image) + [boot?.kernel, boot?.initrd].compactMap(\.self)
    }
}

extension InstanceStep {
    /// What the step does, in one line for people.
    func summary(for work: SpawnWork) -> String {
        switch self {
        case .files: return "make the instance's directory"
        case .disk(let index):
            let disk = work.instance.disks[index]
            let name = DeviceNames.disk(index, on: disk.bus)
            return switch disk.source {
            case .image(let image, let size?): "make \(name), \(size.size), over image \(image)"
            case .image(let image, nil): "make \(name), as large as the image, over image \(image)"
            case .blank(let size): "make \(name), \(size.size), empty"
            case .medium: "make nothing for \(name), which is a CD-ROM"
            }
        case .seed: return "make the cloud-init seed"
        case .tap(let index): return "make the tap device of interface \(index)"
        case .define: return "define the domain"
        case .start:
            let ports = work.instance.publishedPorts.map(\.description)
            return ports.isEmpty ? "start the guest" : "start the guest, publishing \(ports.joined(separator: ", "))"
        case .waitUntilRunning: return "wait until the guest runs"
        case .waitForAgent(let seconds): return "wait for the guest's agent, at most \(Int(seconds)) s"
        case .turnOff: return "turn the guest off"
        case .undefine: return "remove the domain's definition"
        case .removeTap(let index): return "remove the tap device of interface \(index)"
        case .removeFiles: return "remove the instance's directory"
        case .powerOn: return "start the guest"
        case .powerOff: return "turn the guest off"
        case .askShutdown: return "ask the guest to go down"
        case .askReboot: return "ask the guest to reboot"
        case .reset: return "reset the machine"
        case .pause: return "halt the processors"
        case .resume: return "let the processors run"
        case .redefine: return "replace the domain's definition"
        case .live(let change, _): return "change \(change.name) of the running guest"
        case .addDisk(let device): return "add the disk of the volume \(device.volume) to the definition"
        case .plugDisk(let device, _): return "plug the volume \(device.volume) into the running guest"
        case .unplugDisk(let device, _, _): return "have the guest let go of the volume \(device.volume)"
        case .dropDisk(let device): return "take the volume \(device.volume) out of the definition"
        }
    }
}
