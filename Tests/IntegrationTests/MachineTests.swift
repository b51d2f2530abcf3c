// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import RoostKit
import Testing

/// What an instance asks of its machine, as the guest itself sees it.
@Suite("a guest's machine", .serialized)
struct MachineTests {
    @Test("has the processors, disks, TPM, watchdog and panic device that were asked for")
    func parts() async throws {
        let lab = try await Lab("machine")
        let before = try await lab.prepared()
        let spawned = try await lab.driver.spawn(
            Self.machine("machine-1"), until: .agent(within: Lab.patience), context: lab.context)
        let id = spawned.id
        #expect(spawned.disks.map(\.target) == ["vda", "sdb", "sdc", "vdd", "sde"])

        #expect(try await lab.shell("nproc; cat /sys/devices/system/cpu/possible", in: id) == "2\n0-3")
        let topology = "cat /sys/devices/system/cpu/cpu1/topology/package_cpus_list"
        #expect(try await lab.shell(topology, in: id) == "0-1")
        let hasFeature = "grep -c -w rdrand /proc/cpuinfo || true"
        #expect(try await lab.shell(hasFeature, in: id) == "0")

        // The SCSI bus is looked through beside the guest's start.
        let both = """
            modprobe -q sd_mod; n=0
            until [ $n = 300 ] || ls -d /sys/block/sd[ab] >/dev/null 2>&1; do
                n=$((n+1)); usleep 100000
            done
            """
        _ = try await lab.shell(both, in: id)
        // The cloud kernel has no driver for AHCI: the disk there is not among them. Which name a SCSI disk gets is
        // the guest's affair.
        let disks = "cd /sys/block; for d in [sv]d?; do echo $(cat $d/size) $(cat $d/ro); done | sort -n"
        #expect(try await lab.shell(disks, in: id) == "20480 1\n61440 0\n81920 0\n1048576 0")
        #expect(try await lab.shell("cat /sys/block/vdb/serial", in: id) == "disk-3")
        let disk = try await lab.shell("cd /sys/block; grep -l 20480 sd?/size | cut -d / -f 1", in: id)
        try #require(!disk.isEmpty)
        let page = "dd if=/sys/block/\(disk)/device/vpd_pg80 bs=1 skip=4 2>/dev/null"
        #expect(try await lab.shell(page, in: id) == "data-1")
        let write = "echo x > /dev/\(disk) && sync"
        #expect(try await lab.shell("(\(write)) 2>/dev/null && echo written || echo refused", in: id) == "refused")

        #expect(try await lab.shell("cat /sys/class/tpm/tpm0/tpm_version_major", in: id) == "2")
        let devices = try await lab.shell("cat /sys/bus/pci/devices/*/device", in: id)
        #expect(devices.contains("0x25ab"), "the watchdog is among \(devices)")
        #expect(devices.contains("0x2922"), "the SATA controller is among \(devices)")
        #expect(try await lab.shell("ls -d /sys/bus/acpi/devices/QEMU0001:00", in: id).isEmpty == false)

        // 40 operations a second at most: what takes no time else takes two seconds.
        let reads = "time -f %e dd if=/dev/vdb of=/dev/null bs=4k count=120 iflag=direct 2>&1 | tail -n 1"
        let seconds = try await Double(lab.shell(reads, in: id)) ?? 0
        #expect(seconds > 1.5, "120 reads took \(seconds) s")

        let sweep = try await lab.reconcile(.show)
        #expect(sweep.drifts.isEmpty)
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }

    @Test("starts with UEFI, with secure boot only where that is asked for", arguments: [false, true])
    func firmware(secureBoot: Bool) async throws {
        let lab = try await Lab(secureBoot ? "secure" : "uefi")
        let before = try await lab.prepared()
        for (name, kind, image) in [("k", ImageKind.kernel, GuestImage.kernel), ("i", .initrd, .initrd)] {
            _ = try await lab.driver.addImage(
                ImageName(name), fromFile: image.path(), format: .raw, kind: kind, context: lab.context)
        }
        let boot = try DirectBoot(kernel: ImageName("k"), initrd: ImageName("i"), commandLine: "console=ttyS0")
        let spawned = try await lab.driver.spawn(
            Instance(
                name: InstanceName("uefi-1"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(256)),
                firmware: .uefi(secureBoot: secureBoot), boot: boot),
            until: .agent(within: Lab.patience), context: lab.context)
        #expect(try await lab.shell("ls -d /sys/firmware/efi", in: spawned.id) == "/sys/firmware/efi")
        let state = try await lab.shell("dmesg | grep -o 'Secure boot [a-z]*'", in: spawned.id)
        #expect(state == (secureBoot ? "Secure boot enabled" : "Secure boot disabled"))
        let sweep = try await lab.reconcile(.show)
        #expect(sweep.drifts.isEmpty && sweep.orphans.isEmpty && sweep.quarantined.isEmpty)

        // The variables live as long as the instance.
        try await lab.driver.stop(spawned.id, policy: .force, context: lab.context)
        let variables = "\(lab.state.path)/instances/\(spawned.id)/firmware/variables.fd"
        #expect(FileManager.default.fileExists(atPath: variables))
        try await lab.driver.start(spawned.id, context: lab.context)
        try await lab.driver.waitForAgent(spawned.id, within: Lab.patience, context: lab.context)
        try await lab.deleteAll()
        for name in ["k", "i"] { try await lab.driver.deleteImage(ImageName(name), context: lab.context) }
        try await lab.expectUnchanged(since: before)
    }

    /// An instance with each part that the tiny guest can show.
    private static func machine(_ name: String) throws -> Instance {
        let size = { (mebibytes: UInt32) throws(RuleViolation) in try DiskSize(.mebibytes(mebibytes)) }
        return try Instance(
            name: InstanceName(name), vcpus: VCPUCount(2), maximumVCPUs: VCPUCount(4),
            processor: Processor(
                disabled: [ProcessorFeature("rdrand")], topology: .init(cores: 4)),
            memory: MemorySize(.mebibytes(256)), hasTPM: true,
            disks: [
                .image(ImageName("tiny"), size: size(512)),
                Disk(.blank(size(10)), bus: .scsi, serial: DiskSerial("data-1"), isReadOnly: true),
                Disk(.blank(size(20)), bus: .sata, cache: .writethrough),
                Disk(.blank(size(30)), limits: DiskLimits(rates: .init(operations: 40))),
                Disk(.blank(size(40)), bus: .scsi),
            ], watchdog: .pause, hasPanicDevice: true)
    }
}
