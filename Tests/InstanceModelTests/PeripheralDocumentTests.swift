// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import InstanceModel
import Testing

@Suite("Peripherals and the platform in the instance document")
struct PeripheralDocumentTests {
    private static let head = "version: 1\nname: m-1\nmemory: 256 MiB\nvcpus: 2\ndisks: [{ size: 1 GiB }]\n"

    @Test("each field is read, stored and read back")
    func whole() throws {
        let instance = try InstanceDocument.parse(
            Self.head + """
                graphics: { type: spice, listen: "::1" }
                video: qxl
                tablet: usb
                vsock: { cid: 4294967294 }
                rng: { bytes: 64 KiB, period_ms: 500 }
                devices:
                  - { pci: "03:1F.7" }
                  - { mdev: 6BA7B810-9dad-11d1-80b4-00c04fd430c8 }
                  - { usb: "1D6B:0002" }
                  - { pci_id: "10DE:1eb8" }
                guest_os: http://microsoft.com/win/11
                clock: { offset: timezone, timezone: Europe/Berlin }
                hyperv: false
                smbios: { manufacturer: Example Inc., serial: "1, 2" }
                on_crash: preserve
                on_reboot: restart
                on_poweroff: restart
                """)
        let peripherals = Peripherals(
            graphics: Graphics(kind: .spice, listener: .ipv6Loopback), video: .qxl, tablet: .usb,
            vsock: .number(try ContextID(4_294_967_294)),
            entropyLimit: try EntropyLimit(bytes: ByteCount(bytes: 65_536), milliseconds: 500),
            hostDevices: [
                .pci(try PCIAddress(parsing: "0000:03:1f.7")),
                .mediated(try MediatedDevice(parsing: "6ba7b810-9dad-11d1-80b4-00c04fd430c8")),
                .usb(try USBIdentity(parsing: "1d6b:0002")), .pciKind(try PCIIdentity(parsing: "10de:1eb8")),
            ])
        let platform = Platform(
            guestOS: try GuestOS(parsing: "http://microsoft.com/win/11"),
            clock: .zone(try TimeZoneName("Europe/Berlin")), hasHyperV: false,
            smbios: try SystemInformation([
                .manufacturer: SystemText("Example Inc."), .serial: SystemText("1, 2"),
            ]), onCrash: .preserve, onReboot: .restart, onPowerOff: .restart)
        #expect(instance.peripherals == peripherals)
        #expect(instance.platform == platform)
        #expect(instance.peripherals.hostDevices.map(\.identity).first == "0000:03:1f.7")
        #expect(try InstanceDocument.parseStored(InstanceDocument.stored(instance)) == instance)
        #expect(instance.renamed(try InstanceName("m-2")).peripherals == peripherals)
    }

    @Test(
        "short forms have their usual values, and are stored",
        arguments: [
            ("graphics: { type: vnc }", Peripherals(graphics: Graphics(kind: .vnc, listener: .ipv4Loopback))),
            ("vsock: {}", Peripherals(vsock: .automatic)),
            ("video: none", Peripherals(video: .absent)), ("tablet: none", Peripherals(tablet: .absent)),
            ("rng: { bytes: 1 B }", Peripherals(entropyLimit: try? EntropyLimit(bytes: ByteCount(bytes: 1)))),
        ])
    func short(line: String, expected: Peripherals) throws {
        let instance = try InstanceDocument.parse(Self.head + line + "\n")
        #expect(instance.peripherals == expected)
        #expect(try InstanceDocument.parseStored(InstanceDocument.stored(instance)) == instance)
    }

    @Test(
        "clocks that are no zone's are read, stored and read back",
        arguments: [("utc", GuestClock.utc), ("localtime", .localTime)])
    func clocks(text: String, expected: GuestClock) throws {
        let instance = try InstanceDocument.parse(Self.head + "clock: { offset: \(text) }\n")
        #expect(instance.platform.clock == expected)
        #expect(try InstanceDocument.parseStored(InstanceDocument.stored(instance)) == instance)
    }

    @Test(
        "an operating system is of a family, by itself or by whose id it is",
        arguments: [
            ("linux", GuestOS.Family.linux), ("windows", .windows), ("generic", .generic),
            ("http://microsoft.com/win/11", .windows), ("http://microsoft.com/msdos/6.22", .generic),
            ("http://debian.org/debian/12", .linux), ("https://redhat.com/rhel/9.4", .linux),
            ("http://freebsd.org/freebsd/14.0", .generic), ("http://debian.org/", .linux),
        ])
    func families(text: String, family: GuestOS.Family) throws {
        guard !text.hasSuffix("/") else {
            #expect(throws: RuleViolation.self) { try GuestOS(parsing: text) }
            return
        }
        #expect(try GuestOS(parsing: text).family == family)
        #expect(Platform(guestOS: try GuestOS(parsing: text)).family == family)
        #expect(Platform().family == .generic)
    }

    static let mistakes: [(lines: String, problems: [String])] = [
        (
            "devices: [{ pci: bad }, { usb: '1:2' }, { usb: '1d6b:0002' }, { usb: '1d6b:0002' }]",
            [
                "devices[0].pci: a PCI address is [DOMAIN:]BUS:SLOT.FUNCTION in hexadecimal",
                "devices[1].usb: a USB device is VENDOR:PRODUCT in hexadecimal",
            ]
        ),
        ("graphics: vnc", ["graphics: this is a mapping of keys and values"]),
        ("graphics: {}", ["graphics.type: `type` is required"]),
        ("graphics: { type: rdp }", ["graphics.type: one of vnc, spice"]),
        ("graphics: { type: vnc, listen: 0.0.0.0 }", ["graphics.listen: one of 127.0.0.1, ::1, socket"]),
        ("graphics: { type: vnc, password: x }", ["graphics.password: this key is not known here"]),
        ("video: cirrus", ["video: one of virtio, vga, qxl, bochs, none"]),
        (
            "graphics: { type: vnc }\nvideo: none",
            ["video: `graphics` shows a graphics card, and `video` is none"]
        ),
        ("tablet: usb", ["tablet: `tablet` is for a machine with `graphics`"]),
        ("tablet: ps2", ["tablet: one of virtio, usb, none"]),
        ("vsock: { cid: 2 }", ["vsock.cid: a guest's number is 3 to 4294967294"]),
        ("vsock: { cid: 4294967295 }", ["vsock.cid: a guest's number is 3 to 4294967294"]),
        ("vsock: auto", ["vsock: this is a mapping of keys and values"]),
        ("rng: {}", ["rng.bytes: `bytes` is required"]),
        ("rng: { bytes: 0 B }", ["rng.bytes: a guest gets 1 B to 1 GiB of entropy in a period"]),
        ("rng: { bytes: 1 B, period_ms: 0 }", ["rng.period_ms: a period lasts 1 to 3600000 ms"]),
        ("devices: [{}]", ["devices[0]: a device is one of pci, pci_id, mdev, usb"]),
        (
            "devices: [{ pci: '00:00.0', usb: '1d6b:0002' }]", ["devices[0]: a device is one of pci, pci_id, mdev, usb"]
        ),
        (
            "devices: [{ pci: '00:20.0' }]",
            ["devices[0].pci: a PCI address is [DOMAIN:]BUS:SLOT.FUNCTION in hexadecimal"]
        ),
        (
            "devices: [{ pci: '0:00:00.0' }]",
            ["devices[0].pci: a PCI address is [DOMAIN:]BUS:SLOT.FUNCTION in hexadecimal"]
        ),
        (
            "devices: [{ pci: '00:00.+1' }]",
            ["devices[0].pci: a PCI address is [DOMAIN:]BUS:SLOT.FUNCTION in hexadecimal"]
        ),
        (
            "devices: [{ pci_id: '10de' }]",
            ["devices[0].pci_id: a kind of device on PCI is VENDOR:DEVICE in hexadecimal"]
        ),
        (
            "devices: [{ pci_id: '0000:1eb8' }]",
            ["devices[0].pci_id: a kind of device on PCI is VENDOR:DEVICE in hexadecimal"]
        ),
        (
            "devices: [{ pci_id: '10de:1eb8' }, { pci_id: '10DE:1EB8' }]",
            ["devices[1]: a device of the host is there once, and `devices[0]` is it"]
        ),
        ("devices: [{ mdev: x }]", ["devices[0].mdev: a mediated device is named by its UUID"]),
        ("devices: [{ usb: '0000:0001' }]", ["devices[0].usb: a USB device is VENDOR:PRODUCT in hexadecimal"]),
        ("devices: [{ usb: '1d6b' }]", ["devices[0].usb: a USB device is VENDOR:PRODUCT in hexadecimal"]),
        (
            "devices: [{ pci: '00:01.0' }, { pci: '0000:00:01.0' }]",
            ["devices[1]: a device of the host is there once, and `devices[0]` is it"]
        ),
        (
            "guest_os: beos",
            ["guest_os: a guest's system is linux, windows, generic or an id of libosinfo's"]
        ),
        (
            "guest_os: http://a b/c",
            ["guest_os: a guest's system is linux, windows, generic or an id of libosinfo's"]
        ),
        ("clock: {}", ["clock.offset: `offset` is required"]),
        ("clock: { offset: gmt }", ["clock.offset: one of utc, localtime, timezone"]),
        ("clock: { offset: timezone }", ["clock.timezone: `timezone` is required"]),
        (
            "clock: { offset: utc, timezone: UTC }", ["clock.timezone: `timezone` belongs to `offset: timezone`"]
        ),
        (
            "clock: { offset: timezone, timezone: ../etc }",
            ["clock.timezone: a time zone's name has 1 to 64 of a-z A-Z 0-9 _ + - between slashes"]
        ),
        ("hyperv: on", ["hyperv: this is true or false, without quotes"]),
        ("smbios: {}", ["smbios: `smbios` tells at least one thing"]),
        ("smbios: { uuid: x }", ["smbios.uuid: this key is not known here"]),
        (
            "smbios: { serial: ' a' }",
            ["smbios.serial: a text of SMBIOS has 1 to 64 printable characters of ASCII, no blank at an end"]
        ),
        (
            "smbios: { serial: é }",
            ["smbios.serial: a text of SMBIOS has 1 to 64 printable characters of ASCII, no blank at an end"]
        ),
        ("on_crash: coredump-destroy", ["on_crash: one of destroy, restart, preserve"]),
        ("on_reboot: preserve", ["on_reboot: one of destroy, restart"]),
        ("on_poweroff: preserve", ["on_poweroff: one of destroy, restart"]),
        (
            "on_poweroff: restart\non_reboot: destroy",
            [
                "on_poweroff: a guest that `on_reboot: destroy` turns off is not started again by "
                    + "`on_poweroff: restart`"
            ]
        ),
    ]

    @Test("each mistake is told with its place and its rule", arguments: mistakes)
    func mistake(lines: String, expected: [String]) {
        let text = Self.head + lines + "\n"
        #expect(problems(in: text).map { "\($0.path): \($0.violation.rule)" } == expected)
    }

    @Test(
        "a guest's memory is kept from its host as asked",
        arguments: [
            ("{ type: sev }", LaunchSecurity(kind: .sev)),
            ("{ type: sev-es, kernel_hashes: true }", LaunchSecurity(kind: .sevES, measuresKernel: true)),
            ("{ type: sev-snp, kernel_hashes: true }", LaunchSecurity(kind: .sevSNP, measuresKernel: true)),
            ("{ type: tdx }", LaunchSecurity(kind: .tdx)),
        ])
    func launchSecurity(text: String, expected: LaunchSecurity) throws {
        let instance = try InstanceDocument.parse(
            Self.head + "firmware: uefi\nboot: { kernel: k }\nlaunch_security: \(text)\n")
        #expect(instance.platform.launchSecurity == expected)
        #expect(try InstanceDocument.parseStored(InstanceDocument.stored(instance)) == instance)
    }

    @Test("a function of a card is there once among devices and interfaces, and has no encrypted memory")
    func functions() {
        let told = { (lines: String) in
            problems(in: Self.head + lines + "\n").map { "\($0.path): \($0.violation.rule)" }
        }
        let interface = "interfaces: [{ network: { hostdev: '01:00.1' } }]\n"
        #expect(told(interface + "devices: [{ pci: '01:00.0' }]").isEmpty)
        #expect(
            told(interface + "devices: [{ pci: '01:00.1' }]") == [
                "interfaces[0].network.hostdev: a device of the host is there once, and `devices[0]` is it"
            ])
        #expect(
            told(interface + "firmware: uefi\nlaunch_security: { type: sev }") == [
                "interfaces[0].network.hostdev: a device of the host cannot reach memory that "
                    + "`launch_security` encrypts"
            ])
    }

    static let secrecyMistakes: [(lines: String, problems: [String])] = [
        ("launch_security: {}", ["launch_security.type: `type` is required"]),
        ("launch_security: { type: sgx }", ["launch_security.type: one of sev, sev-es, sev-snp, tdx"]),
        ("launch_security: { type: tdx }", ["launch_security: `launch_security` needs `firmware: uefi`"]),
        ("launch_security: { type: sev }", ["launch_security: `launch_security` needs `firmware: uefi`"]),
        (
            "launch_security: { type: sev }\nfirmware: bios",
            ["launch_security: `launch_security` needs `firmware: uefi`"]
        ),
        ("launch_security: { type: sev }\nfirmware: efi", ["firmware: one of bios, uefi"]),
        ("launch_security: { type: sev }\nfirmware: { type: uefi, secure_boot: true }", []),
        (
            "launch_security: { type: sev-es }\nfirmware: { type: uefi, secure_boot: true }",
            [
                "firmware.secure_boot: secure boot needs system management mode, which "
                    + "`launch_security.type: sev-es` has not"
            ]
        ),
        (
            "launch_security: { type: sev, kernel_hashes: true }\nfirmware: uefi",
            ["launch_security.kernel_hashes: `kernel_hashes` measures the kernel of `boot`, which is absent"]
        ),
        (
            "launch_security: { type: sev }\nfirmware: uefi\ndevices: [{ usb: '1d6b:0002' }, { pci: '01:00.0' }]",
            ["devices[1]: a device of the host cannot reach memory that `launch_security` encrypts"]
        ),
        (
            "launch_security: { type: sev }\nfirmware: uefi\ndevices: [{ pci_id: '10de:1eb8' }]",
            ["devices[0]: a device of the host cannot reach memory that `launch_security` encrypts"]
        ),
        (
            "launch_security: { type: sev }\nfirmware: uefi\nmaximum_memory: { size: 1 GiB }",
            [
                "maximum_memory: memory that `launch_security` encrypts is all there from the start, and "
                    + "`maximum_memory` has more plugged in"
            ]
        ),
        (
            "launch_security: { type: sev-snp }\nfirmware: { type: uefi, secure_boot: true }",
            [
                "firmware.secure_boot: secure boot needs system management mode, which "
                    + "`launch_security.type: sev-snp` has not"
            ]
        ),
        (
            "launch_security: { type: tdx, kernel_hashes: true }\nfirmware: uefi\nboot: { kernel: k }",
            [
                "launch_security.kernel_hashes: `kernel_hashes` is AMD's, and `launch_security.type` is tdx, which "
                    + "measures all it starts"
            ]
        ),
        (
            "launch_security: { type: tdx }\nfirmware: uefi\ncpu: { model: host-model }",
            [
                "cpu.model: `launch_security.type: tdx` shows the host's own processor, and `cpu.model` is another"
            ]
        ),
        ("launch_security: { type: tdx }\nfirmware: uefi\ncpu: { model: host-passthrough }", []),
        ("launch_security: { type: sev }\nfirmware: uefi\nwatchdog: { action: reset }\non_crash: restart", []),
        ("launch_security: { type: tdx }\nfirmware: uefi\nwatchdog: { action: poweroff }\non_reboot: destroy", []),
        (
            "launch_security: { type: tdx }\nfirmware: uefi\nwatchdog: { action: reset }\non_crash: restart\n"
                + "on_reboot: restart\non_poweroff: restart",
            [
                ("watchdog.action", "reset"), ("on_crash", "restart"), ("on_reboot", "restart"),
                ("on_poweroff", "restart"),
            ].map { path, value in
                "\(path): a machine whose registers `launch_security.type: tdx` encrypts cannot be reset, and "
                    + "`\(path)` is \(value)"
            }
        ),
        (
            "launch_security: { type: sev }\nfirmware: uefi\nshares: [{ tag: a, source: /srv }]",
            ["shares: what serves `shares` cannot reach memory that `launch_security` encrypts"]
        ),
    ]

    @Test(
        "what memory that is encrypted needs and forbids is told, and both fields are named", arguments: secrecyMistakes
    )
    func secrecyMistake(lines: String, expected: [String]) {
        let text = Self.head + lines + "\n"
        #expect(problems(in: text).map { "\($0.path): \($0.violation.rule)" } == expected)
    }

    @Test("at most 16 devices of the host", arguments: [16, 17])
    func most(count: Int) {
        let devices = (0..<count).map {
            "{ pci: '01:\(String($0, radix: 16).count == 1 ? "0" : "")\(String($0, radix: 16)).0' }"
        }
        let text = Self.head + "devices: [\(devices.joined(separator: ", "))]\n"
        #expect(problems(in: text).map(\.path) == (count == 16 ? [] : ["devices"]))
    }
}
