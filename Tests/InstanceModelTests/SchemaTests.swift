// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import TestSupport
import Testing

@testable import InstanceModel

@Suite("The instance document's JSON Schema")
struct SchemaTests {
    /// A valid document with every key.
    private static let whole = """
        {"version": 1, "name": "a", "vcpus": 2, "maximum_vcpus": 4, "memory": "1 GiB",
         "cpu": {"model": "qemu64", "require": ["aes"], "force": ["vmx"], "disable": ["svm"],
                 "topology": {"sockets": 1, "dies": 1, "cores": 2, "threads": 2},
                 "shares": 5, "quota": {"quota_us": 1000, "period_us": 1000}},
         "maximum_memory": {"size": "2 GiB", "slots": 2}, "io_threads": 2,
         "memory_backing": {"huge_pages": true, "source": "file", "shared": true, "locked": true, "limit": "3 GiB",
                            "merging": false, "discard": true},
         "balloon": {"model": "virtio", "free_page_reporting": false, "statistics_period": 5, "autodeflate": true},
         "numa": {"mode": "strict", "nodes": [0],
                  "cells": [{"vcpus": [0, 1, 2, 3], "memory": "1 GiB", "distances": [10], "shared": true,
                             "nodes": [0]}]},
         "firmware": {"type": "uefi", "secure_boot": true}, "tpm": true,
         "boot": {"kernel": "k", "initrd": "i", "command_line": "quiet"},
         "disks": [
           {"image": "b", "size": "2 GiB", "bus": "scsi", "serial": "s", "read_only": true, "cache": "none",
            "limits": {"bytes": "5 MiB", "read_iops": 5, "write_iops": 6, "burst_seconds": 5,
                       "burst": {"bytes": "6 MiB", "read_iops": 7, "write_iops": 8}}},
           {"size": "1 GiB", "limits": {"read_bytes": "5 MiB", "write_bytes": "1 B", "iops": 5,
                       "burst": {"read_bytes": "6 MiB", "write_bytes": "2 B", "iops": 7}}},
           {"size": "1 GiB", "type": "disk", "boot_order": 2, "io": "threads", "discard": "ignore",
            "detect_zeroes": "on", "queues": 2, "error_policy": "stop"},
           {"size": "1 GiB", "bus": "sata", "rotation_rate": 7200}, {"type": "cdrom"}],
         "interfaces": [{"network": "user", "publish": ["2222:22"], "mac": "52:54:00:00:00:01"},
                        {"network": {"bridge": "br0"}, "model": "virtio", "mtu": 1400, "queues": 2, "link": "down",
                         "boot_order": 1, "isolated": true,
                         "filter": {"name": "clean-traffic", "parameters": {"IP": ["192.0.2.1"]}},
                         "bandwidth": {"inbound": {"average": "1 MiB", "peak": "2 MiB", "burst": "4 KiB"},
                                       "outbound": {"average": "1 MiB", "burst": "4 KiB"}}},
                        {"network": {"openvswitch": "ovs0", "profile": "web", "vlan": 5}},
                        {"network": {"openvswitch": "ovs0", "trunk": [5, 6]}},
                        {"network": {"macvtap": "eth0", "mode": "vepa"}}, {"network": {"libvirt": "default"}},
                        {"network": {"hostdev": "0000:04:00.0", "vlan": 7}},
                        {"network": {"vhostuser": "/run/ovs/vhu-1"}}],
         "watchdog": {"action": "none"}, "panic_device": true,
         "graphics": {"type": "vnc", "listen": "socket"}, "video": "virtio", "tablet": "usb", "vsock": {"cid": 5},
         "rng": {"bytes": "64 KiB", "period_ms": 500},
         "devices": [{"pci": "0000:03:00.0"}, {"pci_id": "10de:1eb8"},
                     {"mdev": "6ba7b810-9dad-11d1-80b4-00c04fd430c8"}, {"usb": "1d6b:0002"}],
         "guest_os": "http://debian.org/debian/12", "profile": "standard",
         "clock": {"offset": "timezone", "timezone": "Europe/Berlin"},
         "hyperv": false, "on_crash": "preserve", "on_reboot": "restart", "on_poweroff": "restart",
         "shares": [{"tag": "data", "source": "/srv/data", "read_only": true}], "channels": ["org.example.0"],
         "serial_ports": 2,
         "smbios": {"manufacturer": "Example Inc.", "product": "p", "version": "1", "serial": "s", "sku": "k",
                    "family": "f"},
         "cloud_init": {"hostname": "a.b", "ssh_keys": [], "user_data": "x", "network_data": "y"},
         "agent": false, "labels": {"role": "web"}}
        """

    /// Where one of two kinds may stand.
    private static let ambiguous: Set = [
        "firmware", "interfaces[].network", "memory_backing.huge_pages", "numa.cells[].vcpus[]",
        "numa.cells[].nodes[]", "numa.nodes[]", "cpu.dedicated", "cpu.dedicated[]", "cpu.emulator_threads",
        "cpu.emulator_threads[]", "cpu.real_time.vcpus[]",
    ]
    /// One with memory that can be given back, which locked memory cannot.
    private static let resizable = """
        {"version": 1, "name": "a", "vcpus": 1, "memory": "1 GiB", "disks": [{"size": "1 GiB"}],
         "maximum_memory": {"size": "2 GiB"},
         "memory_devices": [{"size": "1 GiB", "requested": "64 MiB", "block": "4 MiB", "cell": 0}]}
        """

    /// One with the keys that cannot stand in the other.
    private static let sealed = """
        {"version": 1, "name": "a", "vcpus": 2, "memory": "1 GiB", "firmware": "uefi", "boot": {"kernel": "k"},
         "launch_security": {"type": "sev-es", "kernel_hashes": true},
         "cpu": {"model": "maximum", "migratable": false}}
        """

    @Test("describes each place that the reader knows, and no other")
    func descriptions() {
        var places = Set(InstanceReader.forms.byPath.keys)
        #expect(places.remove("") != nil)
        #expect(Set(InstanceDocument.descriptions.keys) == places)
    }

    @Test("knows what each place may hold")
    func forms() {
        for (path, form) in InstanceReader.forms.byPath {
            let kinds = [form.keys != nil, form.hasFreeKeys, form.isList].count(where: \.self) + form.scalars.count
            #expect(kinds == (Self.ambiguous.contains(path) ? 2 : 1), "\(path)")
        }
    }

    /// A valid document with the keys that do not go together with some of those.
    private static let dedicated = """
        {"version": 1, "name": "a", "vcpus": 2, "memory": "1 GiB", "disks": [{"size": "1 GiB"}],
         "cpu": {"dedicated": [4, 5], "emulator_threads": [6, 7],
                 "real_time": {"scheduler": "rr", "priority": 5}}}
        """

    @Test("accepts every document that is read, and refuses what is no document's form")
    func agreement() throws {
        var documents: [String] = []
        var isOfForm: [Bool] = []
        for text in [Self.whole, Self.dedicated, Self.sealed, Self.resizable] {
            #expect(throws: Never.self) { try InstanceDocument.parse(text) }
            documents.append(text)
            isOfForm.append(true)
            for change in FormChange.all(of: try JSONSerialization.jsonObject(with: Data(text.utf8))) {
                let data = try JSONSerialization.data(withJSONObject: change.document, options: [.sortedKeys])
                documents.append(String(decoding: data, as: UTF8.self))
                isOfForm.append(change.keepsForm)
            }
        }
        let verdicts = try Self.verdicts(on: documents)
        #expect(documents.count > 300 && verdicts.count == documents.count)
        for ((document, keepsForm), isAccepted) in zip(zip(documents, isOfForm), verdicts) {
            let isRead = (try? InstanceDocument.parse(document)) != nil
            #expect(isAccepted || !isRead, "read, and refused by the schema: \(document)")
            #expect(keepsForm || !isAccepted && !isRead, "of another form, and accepted: \(document)")
        }
    }

    @Test("has patterns that match all that the types take")
    func patterns() throws {
        var random = SeededRandom(seed: 6)
        let names = [
            "web-1", "A_b.c", "a", "br0", "_x", "52:54:00:12:34:5f", "0.0.0.0:1:2/udp", "a.b-c", "5 GiB", "7B",
            "03:1f.7", "ffff:03:00.0", "6BA7b810-9dad-11d1-80b4-00c04fd430c8", "1d6b:0002", "linux",
            "https://a.b/c/d-1", "Etc/GMT+5", "/srv/a+b/c@d/.e",
        ]
        let texts = names + hostileTexts + (0..<2_000).map { _ in random.hostileText(limit: 6) }
        let takers: [(pattern: String, takes: (String) -> Bool)] = [
            (InstanceName.pattern, { (try? InstanceName($0)) != nil }),
            (ImageName.pattern, { (try? ImageName($0)) != nil }),
            (BridgeName.pattern, { (try? BridgeName($0)) != nil }),
            (ProcessorFeature.pattern, { (try? ProcessorFeature($0)) != nil }),
            (Processor.Model.pattern, { (try? Processor.Model(parsing: $0)) != nil }),
            (DiskSerial.pattern, { (try? DiskSerial($0)) != nil }),
            (MACAddress.pattern, { (try? MACAddress(parsing: $0)) != nil }),
            (PublishedPort.pattern, { (try? PublishedPort(parsing: $0)) != nil }),
            (HostName.pattern, { (try? HostName($0)) != nil }),
            (LibvirtName.pattern, { (try? LibvirtName($0)) != nil }),
            (NetworkFilter.valuePattern, { (try? NetworkFilter.check(value: $0)) != nil }),
            (PCIAddress.pattern, { (try? PCIAddress(parsing: $0)) != nil }),
            (MediatedDevice.pattern, { (try? MediatedDevice(parsing: $0)) != nil }),
            (ShareTag.pattern, { (try? ShareTag($0)) != nil }), (HostPath.pattern, { (try? HostPath($0)) != nil }),
            (ChannelName.pattern, { (try? ChannelName($0)) != nil }),
            (USBIdentity.pattern, { (try? USBIdentity(parsing: $0)) != nil }),
            (GuestOS.pattern, { (try? GuestOS(parsing: $0)) != nil }),
            (TimeZoneName.pattern, { (try? TimeZoneName($0)) != nil }),
            (SystemText.pattern, { (try? SystemText($0)) != nil }),
            (ByteCount.pattern, { (try? ByteCount(parsing: $0)) != nil }),
        ]
        for (pattern, takes) in takers {
            let expression = try Regex(pattern)
            let taken = texts.filter(takes)
            #expect(!taken.isEmpty, "\(pattern)")
            for text in taken { #expect(text.wholeMatch(of: expression) != nil, "\(pattern): \(text)") }
        }
    }

    /// What Python's own validator says of each document.
    private static func verdicts(on documents: [String]) throws -> [Bool] {
        let program = """
            import json, sys, jsonschema
            given = json.load(open(sys.argv[1]))
            schema = json.loads(given["schema"])
            jsonschema.Draft7Validator.check_schema(schema)
            validator = jsonschema.Draft7Validator(schema)
            for document in given["documents"]: print(validator.is_valid(json.loads(document)))
            """
        let given = try JSONSerialization.data(
            withJSONObject: ["schema": InstanceDocument.schema, "documents": documents])
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("roost-schema-\(UUID()).json")
        try given.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        // Debian's own, which has Debian's package of the validator.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", program, file.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let lines = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return lines.split(separator: "\n").map { $0 == "True" }
    }
}

/// One change at one place of a document.
private struct FormChange {
    let document: Any
    /// Whether the place may still be of the document's form; else it is not.
    let keepsForm: Bool

    /// Each value in turn left out, given another type, and each mapping given a key that nobody knows.
    static func all(of tree: Any) -> [FormChange] {
        changes(of: tree, isFree: false).map { FormChange(document: $0.value, keepsForm: $0.keepsForm) }
    }

    private static let free: Set<String> = ["labels", "parameters"]
    private static let required: Set<String> = [
        "version", "name", "vcpus", "memory", "kernel", "network", "action", "average", "offset", "tag",
    ]

    private static func isRequired(_ key: String, in mapping: [String: Any]) -> Bool {
        // A disk may have a type, and a firmware, a screen and a launch security must; limits may have bytes, and
        // entropy must; a system may have a version, and a document must; memory may have a source, and a share must.
        switch key {
        case "type": ["secure_boot", "listen", "kernel_hashes"].contains { mapping[$0] != nil }
        case "bytes": mapping["period_ms"] != nil
        case "version": mapping["vcpus"] != nil
        case "source": mapping["tag"] != nil
        default: required.contains(key)
        }
    }

    private static func changes(of tree: Any, isFree: Bool) -> [(value: Any, keepsForm: Bool)] {
        var found: [(value: Any, keepsForm: Bool)] = []
        if let mapping = tree as? [String: Any] {
            if !isFree { found.append((mapping.merging(["unknown": 1]) { $1 }, false)) }
            for (key, value) in mapping {
                var without = mapping
                without[key] = nil
                found.append((without, !isRequired(key, in: mapping)))
                for change in changes(of: value, isFree: free.contains(key)) + others(than: value) {
                    found.append((mapping.merging([key: change.value]) { $1 }, change.keepsForm))
                }
            }
        } else if let list = tree as? [Any] {
            for (index, value) in list.enumerated() {
                for change in changes(of: value, isFree: false) + others(than: value) {
                    var changed = list
                    changed[index] = change.value
                    found.append((changed, change.keepsForm))
                }
            }
        }
        return found
    }

    /// Values of other types; a list, a mapping with a wrong key, and null stand nowhere in place of another.
    private static func others(than value: Any) -> [(value: Any, keepsForm: Bool)] {
        var found: [(value: Any, keepsForm: Bool)] = [(NSNull(), false), (["unknown": [1]], false)]
        if !(value is [Any]) { found.append((["a"], false)) }
        if value is String { found += [(5, false), (true, false), ("?? ", true)] }
        if value is [Any] || value is [String: Any] { found += [(5, false), ("a b", false)] }
        return found
    }
}
