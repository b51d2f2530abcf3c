// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import Foundation
import Libvirt
import RoostKit
import Testing

@testable import LibvirtDriver

/// Volumes that real guests are given and let go of, as the guests and the bytes on the disk tell.
@Suite("Volumes of real guests", .serialized)
struct VolumeTests {
    private static let lab = "volumes"

    @Test("are in the guest at once, keep their bytes in another one, and stay when an instance goes")
    func life() async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        let data = try await lab.makeVolume("data")
        let first = try await lab.answeringGuest("vol-1")
        let attached = try await lab.driver.attach(
            data.name, to: first, options: AttachOptions(), context: lab.context)
        #expect(attached.isLive && attached.serial == data.serial && attached.target == "vdb")
        let device = try await lab.device(of: data, in: first)
        #expect(try await lab.shell("cat /sys/block/\(device)/size", in: first) == "\(data.size.bytes / 512)")
        #expect(try await lab.shell("cat /sys/block/\(device)/ro", in: first) == "0")
        _ = try await lab.shell("printf kept | dd of=/dev/\(device) bs=512 conv=sync,fsync", in: first)
        #expect(try await lab.driver.volume(data.name, context: lab.context).attachedTo == first)

        // It is there after a start anew, at the same place.
        try await lab.driver.stop(first, policy: .force, context: lab.context)
        try await lab.driver.start(first, context: lab.context)
        try await lab.driver.waitForAgent(first, within: Lab.patience, context: lab.context)
        let again = try await lab.device(of: data, in: first)
        #expect(try await lab.shell("head -c 4 /dev/\(again)", in: first) == "kept")
        #expect(try await lab.reconcile(.show) == ReconcileReport())

        try await lab.driver.detach(data.name, from: first, within: Lab.patience, context: lab.context)
        #expect(try await lab.shell("ls /sys/block", in: first).contains(again) == false)
        #expect(try await lab.driver.volume(data.name, context: lab.context).attachedTo == nil)
        try await lab.driver.delete(first, policy: .evenRunning, context: lab.context)
        let file = URL(filePath: lab.state.volumes.appending("data.raw").string)
        #expect(try Data(contentsOf: file).prefix(5) == Data("kept\0".utf8))

        let second = try await lab.answeringGuest("vol-2")
        _ = try await lab.driver.attach(
            data.name, to: second, options: AttachOptions(isReadOnly: true), context: lab.context)
        let other = try await lab.device(of: data, in: second)
        #expect(try await lab.shell("head -c 4 /dev/\(other); cat /sys/block/\(other)/ro", in: second) == "kept1")
        // An instance that is deleted lets go of it.
        try await lab.driver.delete(second, policy: .evenRunning, context: lab.context)
        #expect(try await lab.driver.volume(data.name, context: lab.context).attachedTo == nil)
        try await lab.driver.deleteVolume(data.name, context: lab.context)
        #expect(try await lab.driver.volumes(context: lab.context).isEmpty)
        try await lab.expectUnchanged(since: before)
    }

    @Test("are given to instances that are off, and taken from them, each to one alone")
    func off() async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        let data = try await lab.makeVolume("cold", format: .qcow2)
        let first = try await lab.driver.spawn(lab.tiny("vol-3"), until: .started, context: lab.context).id
        let second = try await lab.driver.spawn(lab.tiny("vol-4"), until: .started, context: lab.context).id
        try await lab.driver.stop(first, policy: .force, context: lab.context)
        let attached = try await lab.driver.attach(data.name, to: first, options: AttachOptions(), context: lab.context)
        #expect(!attached.isLive)

        func refusal(_ body: () async throws -> Void) async throws -> ComputeError? {
            let seen = try await HostSnapshot.take(lab)
            let error = await #expect(throws: ComputeError.self) { try await body() }
            #expect(try await HostSnapshot.take(lab) == seen)
            #expect(error?.outcome == .didNotHappen)
            return error
        }
        for id in [first, second] {
            let error = try await refusal {
                _ = try await lab.driver.attach(data.name, to: id, options: AttachOptions(), context: lab.context)
            }
            #expect(error?.code == .conflict && error?.message.contains("vol-3") == true)
        }
        #expect(
            try await refusal { try await lab.driver.deleteVolume(data.name, context: lab.context) }?.code == .conflict)
        #expect(
            try await refusal {
                try await lab.driver.detach(data.name, from: second, within: .seconds(5), context: lab.context)
            }?.code == .notFound)
        let missing = try VolumeName("missing")
        #expect(
            try await refusal {
                _ = try await lab.driver.attach(missing, to: first, options: AttachOptions(), context: lab.context)
            }?.code == .notFound)
        // The guest has no controller of this kind, and a running one is given no disk on SATA.
        for bus in [RoostKit.Disk.Bus.scsi, .sata] {
            let other = try await lab.makeVolume("other-\(bus.rawValue)")
            let error = try await refusal {
                _ = try await lab.driver.attach(
                    other.name, to: second, options: AttachOptions(bus: bus), context: lab.context)
            }
            #expect(error?.code == .unsupported)
            try await lab.driver.deleteVolume(other.name, context: lab.context)
        }

        try await lab.driver.start(first, context: lab.context)
        try await lab.driver.waitForAgent(first, within: Lab.patience, context: lab.context)
        _ = try await lab.device(of: data, in: first)
        try await lab.driver.stop(first, policy: .force, context: lab.context)
        try await lab.driver.detach(data.name, from: first, within: .seconds(5), context: lab.context)
        try await lab.driver.deleteVolume(data.name, context: lab.context)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("come until the machine has no port left, which is said before anything is done")
    func ports() async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        let id = try await lab.answeringGuest("vol-5")
        var attached: [VolumeStatus] = []
        var refusal: ComputeError?
        while refusal == nil, attached.count < 40 {
            let volume = try await lab.makeVolume("many-\(attached.count)")
            let seen = try await HostSnapshot.take(lab)
            do throws(ComputeError) {
                _ = try await lab.driver.attach(volume.name, to: id, options: AttachOptions(), context: lab.context)
                attached.append(volume)
            } catch {
                refusal = error
                #expect(try await HostSnapshot.take(lab) == seen)
            }
        }
        #expect(attached.count >= 4)
        #expect(refusal?.code == .exhausted && refusal?.outcome == .didNotHappen)
        // A guest finds them a moment later.
        for volume in attached { _ = try await lab.device(of: volume, in: id) }
        #expect(try await lab.shell("ls /sys/block | grep -c ^vd", in: id) == "\(attached.count + 1)")
        try await lab.driver.detach(attached[1].name, from: id, within: Lab.patience, context: lab.context)
        let last = try VolumeName("many-\(attached.count)")
        _ = try await lab.driver.attach(last, to: id, options: AttachOptions(), context: lab.context)
        try await lab.deleteAll()
        for volume in try await lab.driver.volumes(context: lab.context) {
            try await lab.driver.deleteVolume(volume.name, context: lab.context)
        }
        try await lab.expectUnchanged(since: before)
    }

    @Test("of which a guest does not let go stay with it, as is said")
    func heldOn() async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        // Nothing to boot from: the firmware hears of no unplugging.
        let deaf = try lab.tiny("vol-6", disks: [.blank(DiskSize(.mebibytes(1)))], agent: false)
        let id = try await lab.driver.spawn(deaf, until: .running, context: lab.context).id
        let data = try await lab.makeVolume("held")
        _ = try await lab.driver.attach(data.name, to: id, options: AttachOptions(), context: lab.context)
        let seen = try await HostSnapshot.take(lab)
        let error = await #expect(throws: ComputeError.self) {
            try await lab.driver.detach(data.name, from: id, within: .seconds(2), context: lab.context)
        }
        #expect(error?.code == .deadlineExceeded && error?.message.contains("held") == true)
        #expect(try await lab.driver.volume(data.name, context: lab.context).attachedTo == id)
        #expect(try await HostSnapshot.take(lab) == seen)
        try await lab.driver.stop(id, policy: .force, context: lab.context)
        try await lab.driver.detach(data.name, from: id, within: .seconds(2), context: lab.context)
        try await lab.deleteAll()
        try await lab.driver.deleteVolume(data.name, context: lab.context)
        try await lab.expectUnchanged(since: before)
    }

    @Test("that another program took away are let go of all the same")
    func takenAway() async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        let data = try await lab.makeVolume("taken")
        let id = try await lab.answeringGuest("vol-8")
        _ = try await lab.driver.attach(data.name, to: id, options: AttachOptions(), context: lab.context)
        _ = try await lab.device(of: data, in: id)
        let domain = try await lab.driver.requireDomain(id)
        try await domain.detachDevice(alias: "ua-volume-\(data.serial)", scope: [.live, .definition])
        while try await lab.documents(of: id).running.disks.count > 1 { try await Task.sleep(for: .milliseconds(50)) }
        #expect(try await lab.driver.volume(data.name, context: lab.context).attachedTo == id)
        try await lab.driver.detach(data.name, from: id, within: Lab.patience, context: lab.context)
        #expect(try await lab.driver.volume(data.name, context: lab.context).attachedTo == nil)
        try await lab.deleteAll()
        try await lab.driver.deleteVolume(data.name, context: lab.context)
        try await lab.expectUnchanged(since: before)
    }

    @Test("that a domain has are nobody else's, whatever the database knows")
    func unclaimed() async throws {
        let lab = try await Lab(Self.lab)
        let before = try await lab.prepared()
        let data = try await lab.makeVolume("used")
        let id = try await lab.driver.spawn(lab.tiny("vol-9"), until: .started, context: lab.context).id
        let other = try await lab.driver.spawn(lab.tiny("vol-10"), until: .started, context: lab.context).id
        let domain = try await lab.driver.requireDomain(id)
        let path = lab.state.volumes.appending("used.raw").string
        try await domain.attachDevice(
            "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='\(path)'/>"
                + "<target dev='vdc' bus='virtio'/></disk>", scope: .definition)
        for attempt in [
            { try await lab.driver.deleteVolume(data.name, context: lab.context) },
            { _ = try await lab.driver.attach(data.name, to: other, options: AttachOptions(), context: lab.context) },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: ComputeError.self) { try await attempt() }
            #expect(error?.code == .conflict && error?.message.contains("vol-9") == true)
        }
        // One that has it by a claim, and by a disk that another program put there, is told so.
        try await domain.destroy()
        try await lab.deleteAll()
        try await lab.driver.deleteVolume(data.name, context: lab.context)
        try await lab.expectUnchanged(since: before)
    }

    @Test("are known to be attached though the database was lost")
    func lostDatabase() async throws {
        let lab = try await Lab("volost")
        let before = try await lab.prepared()
        let data = try await lab.makeVolume("found")
        let id = try await lab.driver.spawn(lab.tiny("vol-7"), until: .started, context: lab.context).id
        _ = try await lab.driver.attach(data.name, to: id, options: AttachOptions(), context: lab.context)
        try await lab.driver.stop(id, policy: .force, context: lab.context)
        await lab.driver.close()
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: lab.state.database.string + suffix)
        }
        let next = try await Lab("volost")
        let error = await #expect(throws: ComputeError.self) {
            try await next.driver.deleteVolume(data.name, context: next.context)
        }
        #expect(error?.code == .conflict)
        #expect(try await next.driver.volume(data.name, context: next.context).attachedTo == id)
        try await next.deleteAll()
        try await next.driver.deleteVolume(data.name, context: next.context)
        try await next.expectUnchanged(since: before)
    }
}

extension Lab {
    /// An empty volume of 8 MiB.
    func makeVolume(_ name: String, format: VolumeFormat = .raw) async throws -> VolumeStatus {
        try await driver.createVolume(
            VolumeRequest(name: VolumeName(name), size: DiskSize(.mebibytes(8)), format: format), context: context)
    }

    /// What a guest calls a volume's disk, by its serial number: it may take a moment to find it.
    func device(of volume: VolumeStatus, in id: InstanceID) async throws -> String {
        let search = """
            for i in $(seq 100); do
                for d in /sys/block/*; do
                    [ "$(cat $d/serial 2>/dev/null)" = \(volume.serial) ] && basename $d && exit 0
                done
                sleep 0.1
            done
            exit 1
            """
        return try await shell(search, in: id)
    }
}
