// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing
import XMLTree

@testable import DomainXML

/// A three-way merge: what a definition was planned as, what it is to be, and what libvirt and others made of it.
@Suite("Merging definitions")
struct DefinitionMergeTests {
    private func document(_ parts: String) throws -> DomainDocument {
        try DomainDocument(parsing: "<domain type='kvm'>\(parts)</domain>")
    }

    private func merged(_ current: String, from older: String, to newer: String) throws -> DomainDocument {
        try document(current).merging(from: document(older), to: document(newer))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let older: String
        let newer: String
        let current: String
        let merged: String

        init(_ name: String, older: String, newer: String, current: String, merged: String) {
            testDescription = name
            (self.older, self.newer, self.current, self.merged) = (older, newer, current, merged)
        }
    }

    static let cases = [
        Case(
            "nothing differs", older: "<vcpu>2</vcpu>", newer: "<vcpu>2</vcpu>",
            current: "<vcpu placement='static'>3</vcpu>", merged: "<vcpu placement='static'>3</vcpu>"),
        Case(
            "a value, beside what libvirt filled in", older: "<vcpu>2</vcpu>", newer: "<vcpu>4</vcpu>",
            current: "<vcpu placement='static'>2</vcpu>", merged: "<vcpu placement='static'>4</vcpu>"),
        Case(
            "a number of processors, of which libvirt keeps a list", older: "<vcpu current='1'>2</vcpu>",
            newer: "<vcpu current='2'>2</vcpu>",
            current: "<vcpu placement='static' current='1'>2</vcpu><vcpus><vcpu id='0' enabled='yes'/></vcpus>",
            merged: "<vcpu placement='static' current='2'>2</vcpu>"),
        Case(
            "what is new, and what others added", older: "", newer: "<on_crash>restart</on_crash>",
            current: "<genid/>", merged: "<genid/><on_crash>restart</on_crash>"),
        Case(
            "what is taken away, without what others put in it", older: "<cputune><shares>5</shares></cputune>",
            newer: "", current: "<cputune><shares>5</shares><period>1000</period></cputune>",
            merged: "<cputune><period>1000</period></cputune>"),
        Case(
            "what is taken away whole", older: "<cputune><shares>5</shares></cputune>", newer: "",
            current: "<cputune><shares>5</shares></cputune><genid/>", merged: "<genid/>"),
        Case(
            "a NUMA cell, with all that libvirt filled in",
            older: "<cpu><numa><cell id='0' memory='1'/><cell id='1' memory='1'/></numa></cpu>",
            newer: "<cpu><numa><cell id='0' memory='2'/></numa></cpu>",
            current: """
                <cpu><numa><cell id='0' memory='1' unit='KiB'><distances/></cell>
                <cell id='1' memory='1' unit='KiB'><distances/></cell></numa></cpu>
                """,
            merged: "<cpu><numa><cell id='0' memory='2' unit='KiB'><distances/></cell></numa></cpu>"),
        Case(
            "a value that others changed as well", older: "<title>a</title>", newer: "<title>b</title>",
            current: "<title>c</title>", merged: "<title>b</title>"),
        Case(
            "a value that others changed, and nobody else", older: "<title>a</title>", newer: "<title>a</title>",
            current: "<title>c</title>", merged: "<title>c</title>"),
        Case(
            "one of several interfaces",
            older: "<devices><interface type='user'><mac address='1'/></interface></devices>",
            newer: """
                <devices><interface type='user'><mac address='1'/><link state='down'/></interface>
                <interface type='user'><mac address='2'/></interface></devices>
                """,
            current: """
                <devices><interface type='user'><mac address='9'/></interface>
                <interface type='user'><mac address='1'/><address slot='1'/></interface>
                <interface type='user'><mac address='8'/></interface></devices>
                """,
            merged: """
                <devices><interface type='user'><mac address='9'/></interface>
                <interface type='user'><mac address='1'/><address slot='1'/><link state='down'/></interface>
                <interface type='user'><mac address='2'/></interface>
                <interface type='user'><mac address='8'/></interface></devices>
                """),
        Case(
            "a device without an identity, told from others' by what it holds",
            older: "<devices><hostdev type='pci'><source slot='1'/></hostdev></devices>", newer: "<devices/>",
            current: """
                <devices><hostdev type='pci'><source slot='7'/></hostdev>
                <hostdev type='pci'><source slot='1'/><address slot='3'/></hostdev></devices>
                """,
            merged: "<devices><hostdev type='pci'><source slot='7'/></hostdev></devices>"),
        Case(
            "controllers, which stay, and serve whatever made them",
            older: "<devices><controller type='scsi' index='0'/></devices>",
            newer: "<devices><controller type='pci' index='1' model='pcie-root-port'/></devices>",
            current: """
                <devices><controller type='scsi' index='0'/>
                <controller type='pci' index='1' model='pcie-to-pci-bridge'/></devices>
                """,
            merged: """
                <devices><controller type='scsi' index='0'/>
                <controller type='pci' index='1' model='pcie-to-pci-bridge'/></devices>
                """),
        Case(
            "a controller that libvirt numbered", older: "<devices><controller type='usb' model='none'/></devices>",
            newer: "<devices><controller type='usb' index='0' model='qemu-xhci'/></devices>",
            current: "<devices><controller type='usb' index='0' model='none'/></devices>",
            merged: "<devices><controller type='usb' index='0' model='qemu-xhci'/></devices>"),
        Case(
            "what others took away, and nobody changes",
            older: "<devices><controller type='usb' model='none'/><rng model='virtio'/></devices>",
            newer: """
                <devices><controller type='usb' model='none'/><rng model='virtio'/><tpm model='tpm-crb'/></devices>
                """,
            current: "<devices><controller type='usb' index='0' model='none'/></devices>",
            merged: """
                <devices><controller type='usb' index='0' model='none'/><tpm model='tpm-crb'/></devices>
                """),
        Case(
            "a device of another model, whose place is chosen again",
            older: "<devices><memballoon model='virtio'/></devices>",
            newer: "<devices><memballoon model='none'/></devices>",
            current: "<devices><memballoon model='virtio'><address slot='4'/></memballoon></devices>",
            merged: "<devices><memballoon model='none'/></devices>"),
        Case(
            "a screen's address, which libvirt writes twice",
            older: "<devices><graphics type='vnc'><listen type='address' address='a'/></graphics></devices>",
            newer: "<devices><graphics type='vnc'><listen type='address' address='b'/></graphics></devices>",
            current: """
                <devices><graphics type='vnc' port='-1' listen='a'><listen type='address' address='a'/></graphics>
                </devices>
                """,
            merged: "<devices><graphics type='vnc'><listen type='address' address='b'/></graphics></devices>"),
    ]

    @Test("keeps what nobody asked to change", arguments: cases)
    func merges(example: Case) throws {
        let result = try merged(example.current, from: example.older, to: example.newer)
        let expected = try document(example.merged)
        #expect(result.root.differences(from: expected.root, order: .amongNamesakes) == [])
    }

    @Test("of a definition as it was planned gives the newer plan, controllers apart")
    func whole() throws {
        let before = try DomainDocument.typical()
        var after = before
        after.title = "another"
        after.disks.removeLast()
        after.interfaces.reverse()
        after.trustedPlatformModule = nil
        after.videos.append(Video(model: .virtio))
        #expect(before.merging(from: before, to: after).changes(to: after) == [])
        #expect(after.merging(from: after, to: before).changes(to: before) == [])
    }
}
