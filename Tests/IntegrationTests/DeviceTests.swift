// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import RoostKit
import Testing

/// What an instance asks of its drives and of what it is seen and operated with, as the guest and the host see it.
@Suite("a guest's drives and screen", .serialized)
struct DeviceTests {
    @Test("boots by the order that was asked for, reads its CD-ROM, and is seen")
    func devices() async throws {
        let lab = try await Lab("devices")
        let before = try await lab.prepared()
        try await Self.store("halting", Self.haltingDisk, in: lab)
        try await Self.store("cd", Self.medium, in: lab)
        let spawned = try await lab.driver.spawn(
            Self.instance(), until: .agent(within: Lab.patience), context: lab.context)
        let id = spawned.id
        // The first disk would have halted the guest: its agent answers because another one was booted.
        #expect(spawned.disks.map(\.target) == ["vda", "vdb", "sdc", "sdd"])
        #expect(spawned.disks.map(\.image) == ["halting", "tiny", "cd", nil])

        let read = """
            modprobe -q sr_mod; n=0
            until [ $n = 300 ] || [ -b /dev/sr0 ]; do n=$((n+1)); usleep 100000; done
            dd if=/dev/sr0 bs=2048 count=1 2>/dev/null | head -n 1
            """
        #expect(try await lab.shell(read, in: id) == Self.firstLine)
        #expect(try await lab.shell("cat /sys/block/sr0/size", in: id) == "4096")
        let write = "(dd if=/dev/zero of=/dev/sr0 bs=2048 count=1) 2>/dev/null && echo written || echo refused"
        #expect(try await lab.shell(write, in: id) == "refused")

        #expect(try await lab.shell("cat /sys/class/dmi/id/product_serial", in: id) == "S-1, 2")
        #expect(try await lab.shell("cat /sys/class/dmi/id/sys_vendor", in: id) == "Example Inc.")
        let tablet = "modprobe -q virtio_input; grep -c 'QEMU Virtio Tablet' /proc/bus/input/devices"
        #expect(try await lab.shell(tablet, in: id) == "1")
        let carrier = "n=$(ls /sys/class/net | grep -v lo); ip link set $n up; cat /sys/class/net/$n/carrier"
        #expect(try await lab.shell(carrier, in: id) == "0")

        let socket = lab.state.directory(of: id).appending(["console", "screen"]).string
        #expect(try GuestSocket(socket).read(12) == "RFB 003.008\n")

        let used = await #expect(throws: ComputeError.self) {
            try await lab.driver.deleteImage(ImageName("cd"), context: lab.context)
        }
        #expect(used?.code == .conflict)
        let sweep = try await lab.reconcile(.show)
        #expect(sweep.drifts.isEmpty && sweep.orphans.isEmpty && sweep.quarantined.isEmpty)
        try await lab.deleteAll()
        for name in ["cd", "halting"] { try await lab.driver.deleteImage(ImageName(name), context: lab.context) }
        try await lab.expectUnchanged(since: before)
    }

    @Test("speaks through its channels and serial ports to sockets of the host")
    func connections() async throws {
        let lab = try await Lab("channels")
        let before = try await lab.prepared()
        let name = "org.example.backup.0"
        let overlay = Disk.image(try ImageName("tiny"), size: try DiskSize(.mebibytes(512)))
        let spawned = try await lab.driver.spawn(
            Instance(
                name: InstanceName("channels-1"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(128)),
                disks: [overlay],
                peripherals: Peripherals(channels: [ChannelName(name)], serialPorts: SerialPortCount(1))),
            until: .agent(within: Lab.patience), context: lab.context)
        let id = spawned.id
        let console = lab.state.directory(of: id).appending("console")

        let channel = try GuestSocket(console.appending("channel-0").string)
        try channel.write("question\n")
        let port = "/dev/virtio-ports/\(name)"
        #expect(try await lab.shell("exec 3<>\(port); head -n 1 <&3; echo answer >&3", in: id) == "question")
        #expect(try channel.read(7) == "answer\n")

        let serial = try GuestSocket(console.appending("serial-1").string)
        _ = try await lab.shell("stty -F /dev/ttyS1 raw -echo; echo through the port > /dev/ttyS1", in: id)
        #expect(try serial.read(17) == "through the port\n")

        let sweep = try await lab.reconcile(.show)
        #expect(sweep.drifts.isEmpty && sweep.orphans.isEmpty && sweep.quarantined.isEmpty)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("is off after a reboot, or comes back after a power-off, where its document says so")
    func power() async throws {
        let lab = try await Lab("policy")
        let before = try await lab.prepared()
        let guest = { (name: String, platform: Platform) in
            try await lab.driver.spawn(
                Instance(
                    name: InstanceName(name), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(128)),
                    disks: [.image(ImageName("tiny"), size: DiskSize(.mebibytes(512)))], platform: platform),
                until: .agent(within: Lab.patience), context: lab.context
            ).id
        }
        let ending = try await guest("ending-1", Platform(onReboot: .destroy))
        _ = try await lab.shell("(sleep 1; reboot) >/dev/null 2>&1 &", in: ending)
        try await lab.expect(.stopped, of: ending)

        let returning = try await guest("returning-1", Platform(onPowerOff: .restart))
        let refused = await #expect(throws: ComputeError.self) {
            try await lab.driver.stop(returning, policy: .graceful(within: Lab.patience), context: lab.context)
        }
        #expect(refused?.code == .conflict && refused?.message.contains("on_poweroff") == true)
        _ = try await lab.shell("touch /run/before; (sleep 1; poweroff) >/dev/null 2>&1 &", in: returning)
        let limit = ContinuousClock.now + Lab.patience
        // What was in its memory is gone once it has started again.
        while (try? await lab.shell("ls /run/before || echo gone", in: returning)) != "gone" {
            try #require(ContinuousClock.now < limit, "it did not come back")
            try await Task.sleep(for: .milliseconds(200))
        }
        try await lab.expect(.running, of: returning)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("what needs the host's privileges is refused before anything is made")
    func privileges() async throws {
        let lab = try await Lab("lacking")
        let before = try await lab.prepared()
        let macvtap = Interface(network: .macvtap(device: try BridgeName("lo"), mode: .bridge))
        let error = await #expect(throws: ComputeError.self) {
            try await lab.driver.spawn(
                lab.tiny("refused-1", interfaces: [macvtap]), until: .started, context: lab.context)
        }
        #expect(error?.code == .unsupported)
        #expect(error?.problems.map(\.path) == ["interfaces[0].network"])
        try await lab.expectUnchanged(since: before)
    }

    private static let firstLine = "the first line of a medium"

    /// 2 MiB that begin with a line.
    private static var medium: Data {
        var data = Data("\(firstLine)\n".utf8)
        data.append(Data(count: (2 << 20) - data.count))
        return data
    }

    /// A disk whose first sector halts the processor for good.
    private static var haltingDisk: Data {
        var data = Data(count: 1 << 20)
        // cli; hlt; jmp to hlt
        data.replaceSubrange(0..<4, with: [0xFA, 0xF4, 0xEB, 0xFD])
        data[510] = 0x55
        data[511] = 0xAA
        return data
    }

    private static func store(_ name: String, _ data: Data, in lab: Lab) async throws {
        let file = URL(filePath: try Lab.base).appending(path: "\(name).raw")
        try data.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        _ = try await lab.driver.addImage(
            ImageName(name), fromFile: file.path, format: .raw, kind: .disk, context: lab.context)
    }

    private static func instance() throws -> Instance {
        try Instance(
            name: InstanceName("devices-1"), vcpus: VCPUCount(2), memory: MemorySize(.mebibytes(256)),
            disks: [
                Disk(
                    .image(ImageName("halting"), size: nil),
                    handling: .init(io: .threads, detectZeroes: .on, queues: QueueCount(2), errorPolicy: .stop)),
                Disk(.image(ImageName("tiny"), size: DiskSize(.mebibytes(512))), bootOrder: BootOrder(1)),
                .cdrom(ImageName("cd"), bus: .scsi), .cdrom(nil),
            ],
            interfaces: [Interface(network: .user(publish: []), device: .init(isLinkUp: false))],
            peripherals: Peripherals(
                graphics: Graphics(kind: .vnc, listener: .socket),
                entropyLimit: EntropyLimit(bytes: .mebibytes(1), milliseconds: 1_000)),
            platform: Platform(
                guestOS: GuestOS(parsing: "linux"), clock: .localTime,
                smbios: SystemInformation([
                    .manufacturer: SystemText("Example Inc."), .serial: SystemText("S-1, 2"),
                ]), onCrash: .restart))
    }
}

extension Lab {
    /// Waits until an instance is in a state.
    func expect(_ state: InstanceState, of id: InstanceID) async throws {
        let limit = ContinuousClock.now + Self.patience
        while try await driver.instance(id.description, context: context).state != state {
            try #require(ContinuousClock.now < limit, "it is not \(state.rawValue)")
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
