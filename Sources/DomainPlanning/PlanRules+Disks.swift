// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension PlanRules {
    /// The disks and the seed: beside `DomainPlanner+Disks.swift`.
    static let disks: [PlanRule] = disk + drivers + limits + seed

    private static let disk: [PlanRule] = [
        PlanRule(["devices/disk"], asAsked, requests: ["disks[#]"]),
        PlanRule(["devices/disk/@type"], "disks and images are files"),
        PlanRule(
            ["devices/disk/@device"], "a disk unless it is said to be a CD-ROM", requests: ["disks[#].type"]),
        PlanRule(
            ["devices/disk/source", "devices/disk/source/@file"],
            "a file of the instance's own; in a CD-ROM drive the stored image itself, which nobody writes to",
            requests: ["disks[#].type", "disks[#].image"]),
        PlanRule(
            ["devices/disk/backingStore"],
            "what is below the file is said, so that nobody looks for it in what the guest can write",
            requests: ["disks[#].type", "disks[#].image"]),
        PlanRule(
            ["devices/disk/backingStore/**"], "a disk of an image is an overlay on it: the stored image stays as it is",
            requests: ["disks[#].image", "disks[#].type"]),
        PlanRule(["devices/disk/target"], "libvirt is told how the guest sees the disk"),
        PlanRule(
            ["devices/disk/target/@dev"], "named by the bus and the disk's place in the document",
            requests: ["disks[#].bus", "disks[#].type"]),
        PlanRule(
            ["devices/disk/target/@bus"], "virtio, the fastest, unless it is a CD-ROM: SATA then",
            asked: "disks[#].bus", requests: ["disks[#].type"]),
        PlanRule(["devices/disk/target/@rotation_rate"], asAsked, requests: ["disks[#].rotation_rate"]),
        PlanRule(
            ["devices/disk/readonly"], "a CD-ROM is only read, and a disk that is said to be",
            requests: ["disks[#].read_only", "disks[#].type"]),
        PlanRule(
            ["devices/disk/serial"], "by its place in the document, so that the guest can tell disks apart",
            asked: "disks[#].serial"),
        PlanRule(
            ["devices/disk/boot", "devices/disk/boot/@order"],
            "the first disk is booted where neither a kernel nor another device is to be",
            asked: "disks[#].boot_order", requests: ["boot", "disks", "interfaces"]),
        PlanRule(
            ["devices/disk/address"], "a place on the bus's one controller, which libvirt would choose by the letters",
            requests: ["disks[#].bus", "disks[#].type"]),
        PlanRule(
            ["devices/disk/address/@*"], "by the disk's place among those on that bus", requests: ["disks"]),
        PlanRule(
            ["devices/disk/alias", "devices/disk/alias/@name"],
            "by the disk's place in the document: how libvirt's calls and events mean it"),
    ]

    private static let drivers: [PlanRule] = [
        PlanRule(["devices/disk/driver"], "QEMU is told how to open the file"),
        PlanRule(["devices/disk/driver/@name"], "QEMU is the one that opens it"),
        PlanRule(
            ["devices/disk/driver/@type"],
            "qcow2, and in a CD-ROM drive the image's own format: what it is is said, and never probed",
            requests: ["disks[#].type", "disks[#].image"]),
        PlanRule(
            ["devices/disk/driver/@cache"],
            "past the host's cache, for an honest flush and no double caching, where the file system has O_DIRECT; "
                + "else, and for CD-ROMs, write-back",
            asked: "disks[#].cache", requests: ["disks[#].type"], facts: ["has_direct_io"]),
        PlanRule(
            ["devices/disk/driver/@io"], "native, which goes past the host's cache alone", asked: "disks[#].io",
            requests: ["disks[#].cache", "disks[#].type"], facts: ["has_direct_io"]),
        PlanRule(
            ["devices/disk/driver/@discard"], "blocks that the guest gives back are given back to the host",
            asked: "disks[#].discard", requests: ["disks[#].type"]),
        PlanRule(["devices/disk/driver/@detect_zeroes"], asAsked, requests: ["disks[#].detect_zeroes"]),
        PlanRule(["devices/disk/driver/@error_policy"], asAsked, requests: ["disks[#].error_policy"]),
        PlanRule(["devices/disk/driver/@queues"], asAsked, requests: ["disks[#].queues"]),
        PlanRule(
            ["devices/disk/driver/@iothread"], "the threads serve the disks on virtio by turns",
            requests: ["io_threads", "disks"]),
    ]

    private static let limits: [PlanRule] =
        [PlanRule(["devices/disk/iotune"], asAsked, requests: ["disks[#].limits"])]
        + limits("total_bytes_sec", "bytes") + limits("read_bytes_sec", "read_bytes")
        + limits("write_bytes_sec", "write_bytes") + limits("total_iops_sec", "iops")
        + limits("read_iops_sec", "read_iops") + limits("write_iops_sec", "write_iops")

    /// The rules of one quantity: as it is limited for long, in bursts, and for how long those last.
    private static func limits(_ element: String, _ key: String) -> [PlanRule] {
        [
            PlanRule(["devices/disk/iotune/\(element)"], asAsked, requests: ["disks[#].limits.\(key)"]),
            PlanRule(["devices/disk/iotune/\(element)_max"], asAsked, requests: ["disks[#].limits.burst.\(key)"]),
            PlanRule(
                ["devices/disk/iotune/\(element)_max_length"], "a burst lasts a second",
                asked: "disks[#].limits.burst_seconds", requests: ["disks[#].limits.burst.\(key)"]),
        ]
    }

    private static let seed: [PlanRule] = [
        PlanRule(
            ["devices/disk[alias/@name='ua-seed']", "devices/disk[alias/@name='ua-seed']/**"],
            "cloud-init reads what the document gives it from a small image on virtio, which is only read, behind the "
                + "disks", requests: ["cloud_init", "disks"])
    ]
}
