// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import InstanceGenerator

/// The documents that inputs are made of.
struct FuzzCorpus: Sendable {
    private(set) var xml: [[UInt8]] = []
    private(set) var instances: [[UInt8]] = []

    /// Documents that are longer take more of a run than they are worth.
    private static let longest = 64 << 10

    /// The documents below `directories`, and generated ones.
    init(directories: [String], seed: UInt64) throws {
        for directory in directories {
            for path in try FileManager.default.subpathsOfDirectory(atPath: directory).sorted() {
                guard let bytes = FileManager.default.contents(atPath: "\(directory)/\(path)"),
                    bytes.count <= Self.longest
                else { continue }
                if path.hasSuffix(".xml") { xml.append(Array(bytes)) }
                if path.hasSuffix(".yaml") || path.hasSuffix(".json") { instances.append(Array(bytes)) }
            }
        }
        xml.append(Array(Self.domain.utf8))
        instances.append(Array(Self.yaml.utf8))
        var generator = try InstanceGenerator(seed: seed)
        for _ in 0..<20 { instances.append(Array(try generator.next().document.json.utf8)) }
    }

    private static let domain = """
        <domain type='kvm' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><name>a</name>
        <memory unit='KiB'>1</memory>
        <metadata><a:b xmlns:a='urn:a'>text<![CDATA[<&]]></a:b></metadata><vcpu>1</vcpu><os><type>hvm</type></os>
        <!-- said --><devices><disk type='file' device='disk'><source file='/a'/><target dev='vda'/></disk>
        <disk type='file' device='disk'><source file='/b'/><target dev='vdb'/></disk></devices>
        <q:commandline><q:arg value='-x'/></q:commandline></domain>
        """

    private static let yaml = """
        version: 1   # of the form
        name: "a\\u0062"
        vcpus: 2
        memory: 512 MiB
        cpu: { model: maximum, topology: { sockets: 1, cores: 2 } }
        disks:
          - image: base
            size: 4 GiB
          - { size: 1 GiB, bus: scsi, serial: 's''1' }
        interfaces: [ { network: user, publish: ["2222:22"] } ]
        cloud_init:
          user_data: |
            #cloud-config
            a: b
          network_data: >-
            folded
            text
        labels:
          role: web

        """
}
