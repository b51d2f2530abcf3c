// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import Testing
import XMLTree

@Suite("peripherals in definitions")
struct PeripheralTests {
    @Test(
        "a device of the host is read as it was described",
        arguments: [
            HostDevice.Source.pci(domain: 1, bus: 0xFF, slot: 31, function: 7), .usb(vendor: 0xFFFF, product: 0),
            .mediated("6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
        ])
    func hostDevice(source: HostDevice.Source) {
        #expect(HostDevice(source).source == source)
    }

    @Test("what is named in another way is nil, and stays")
    func others() throws {
        let device = try HostDevice(
            XMLElement.parse("<hostdev mode='subsystem' type='scsi'><source><adapter name='s'/></source></hostdev>"))
        #expect(device?.source == nil)
        var graphics = try #require(
            Graphics(XMLElement.parse("<graphics type='vnc'><listen type='network' network='n'/></graphics>")))
        #expect(graphics.listener == nil)
        let before = graphics
        graphics.listener = nil
        #expect(graphics == before)
    }

    @Test(
        "a policy is read in any base, and not of another kind",
        arguments: [
            ("<launchSecurity type='sev'><policy>0x0033</policy></launchSecurity>", 0x33),
            ("<launchSecurity type='sev'><policy>5</policy></launchSecurity>", 5),
            ("<launchSecurity type='sev-snp'><policy>0x00030000</policy></launchSecurity>", 0x3_0000),
            ("<launchSecurity type='s390-pv'/>", nil),
        ])
    func policy(xml: String, expected: Int?) throws {
        let security = try #require(LaunchSecurity(XMLElement.parse(xml)))
        #expect(security.policy == expected)
        #expect(security.kind == LaunchSecurity.Kind(rawValue: security.element["type"] ?? ""))
    }

    @Test(
        "ways to keep memory that this host's libvirt does not know are written as newer ones do",
        arguments: [
            (
                LaunchSecurity.Kind.sevSNP, 0x3_0000,
                #"<launchSecurity type="sev-snp"><policy>0x00030000</policy></launchSecurity>"#
            ),
            (.tdx, 0x1000_0000, #"<launchSecurity type="tdx"><policy>0x10000000</policy></launchSecurity>"#),
        ])
    func newerLaunchSecurity(kind: LaunchSecurity.Kind, policy: Int, expected: String) throws {
        #expect(try LaunchSecurity(kind, policy: policy).element.serialized(indentation: .none) == expected)
    }

    @Test("the port of a screen is that of a running guest", arguments: [("-1", nil), ("5901", 5901), ("", nil)])
    func port(text: String, expected: Int?) throws {
        let graphics = try #require(Graphics(XMLElement("graphics", ["type": "vnc", "port": text])))
        #expect(graphics.port == expected)
        #expect(graphics.kind == .vnc)
    }
}
