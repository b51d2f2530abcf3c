// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import InstanceModel
import Testing
import XMLTree

@testable import DomainPlanning

@Suite("planning peripherals and the platform")
struct PeripheralPlanningTests {
    /// The elements at a path as libvirt writes them.
    private func element(_ path: XMLName..., in plan: DomainPlan) -> [String] {
        path.reduce([plan.document.root]) { reached, name in reached.flatMap { $0.all(name) } }
            .compactMap { try? $0.serialized(indentation: .none) }
    }

    @Test("each peripheral has its element, its claim and its place")
    func peripherals() throws {
        let plan = try Scene.plan(Scene.instance(peripherals: Scene.peripherals()))
        #expect(
            element("devices", "graphics", in: plan) == [
                #"<graphics type="vnc"><listen type="socket" socket="/s/i/console/screen"/></graphics>"#
            ])
        #expect(element("devices", "video", in: plan) == [#"<video><model type="bochs"/></video>"#])
        #expect(element("devices", "input", in: plan) == [#"<input type="tablet" bus="usb"/>"#])
        #expect(
            element("devices", "vsock", in: plan) == [#"<vsock model="virtio"><cid auto="no" address="7"/></vsock>"#])
        #expect(
            element("devices", "rng", in: plan) == [
                #"<rng model="virtio"><rate bytes="1024" period="250"/>"#
                    + #"<backend model="random">/dev/urandom</backend></rng>"#
            ])
        #expect(
            element("devices", "hostdev", in: plan) == [
                #"<hostdev mode="subsystem" type="pci" managed="yes"><source>"#
                    + #"<address domain="0x0000" bus="0x03" slot="0x00" function="0x1"/></source>"#
                    + #"<alias name="ua-host-0"/></hostdev>"#,
                #"<hostdev mode="subsystem" type="mdev" model="vfio-pci"><source>"#
                    + #"<address uuid="6ba7b810-9dad-11d1-80b4-00c04fd430c8"/></source>"#
                    + #"<alias name="ua-host-1"/></hostdev>"#,
                #"<hostdev mode="subsystem" type="usb" managed="yes"><source><vendor id="0x1d6b"/>"#
                    + #"<product id="0x0002"/></source><alias name="ua-host-2"/></hostdev>"#,
            ])
        #expect(
            plan.claims.map(\.description).suffix(4) == [
                "vsock 7", "pci 0000:03:00.1", "mdev 6ba7b810-9dad-11d1-80b4-00c04fd430c8", "usb 1d6b:0002",
            ])
        let plain = try Scene.plan(Scene.instance()).document
        let ports = { (document: DomainDocument) in document.controllers.count { $0.model == .pcieRootPort } }
        // The USB controller, the socket, and two of the host's devices.
        #expect(ports(plan.document) - ports(plain) == 4)
        #expect(plan.document.controllers.first == .qemuXHCI)
        #expect(plain.controllers.first == .noUSB)
        for name in ["graphics", "video", "input", "vsock", "hostdev"] {
            #expect(plain.root.first("devices")?.first(XMLName(name)) == nil)
        }
    }

    @Test("the platform has its clock, its texts and what happens on a crash")
    func platform() throws {
        let plan = try Scene.plan(Scene.instance(platform: Scene.platform()))
        #expect(
            element("clock", in: plan) == [
                #"<clock offset="timezone" timezone="Europe/Berlin"><timer name="rtc" tickpolicy="catchup"/>"#
                    + #"<timer name="pit" tickpolicy="delay"/><timer name="hpet" present="no"/></clock>"#
            ])
        #expect(
            element("sysinfo", in: plan) == [
                #"<sysinfo type="smbios"><system><entry name="manufacturer">Example, Inc.</entry>"#
                    + #"<entry name="serial">&lt;&amp;&gt;</entry></system></sysinfo>"#
            ])
        #expect(element("os", "smbios", in: plan) == [#"<smbios mode="sysinfo"/>"#])
        #expect(element("on_crash", in: plan) == ["<on_crash>preserve</on_crash>"])
        #expect(element("on_reboot", in: plan) == ["<on_reboot>destroy</on_reboot>"])
        #expect(element("on_poweroff", in: plan) == ["<on_poweroff>destroy</on_poweroff>"])
        let plain = try Scene.plan(Scene.instance())
        #expect(element("sysinfo", in: plain).isEmpty && element("os", "smbios", in: plain).isEmpty)
        #expect(element("on_crash", in: plain) == ["<on_crash>destroy</on_crash>"])
        #expect(element("on_reboot", in: plain) == ["<on_reboot>restart</on_reboot>"])
        let returning = try Scene.plan(Scene.instance(platform: Platform(onPowerOff: .restart)))
        #expect(element("on_poweroff", in: returning) == ["<on_poweroff>restart</on_poweroff>"])
    }

    /// A system, its own choices, and what they come to: video, tablet's bus, clock, and whether Windows is welcome.
    static let systems: [(name: String?, peripherals: Peripherals, platform: Platform, expected: [String])] = {
        let screen = Graphics(kind: .vnc)
        let system = { (name: String) in try? GuestOS(parsing: name) }
        return [
            (nil, Peripherals(graphics: screen), Platform(), ["vga", "usb", "utc", "false"]),
            ("linux", Peripherals(graphics: screen), Platform(), ["virtio", "virtio", "utc", "false"]),
            ("windows", Peripherals(graphics: screen), Platform(), ["vga", "usb", "localtime", "true"]),
            ("windows", Peripherals(), Platform(), ["-", "-", "localtime", "true"]),
            (
                "windows", Peripherals(graphics: screen, video: .qxl, tablet: .virtio),
                Platform(clock: .utc, hasHyperV: false), ["qxl", "virtio", "utc", "false"]
            ),
            (
                "linux", Peripherals(graphics: screen, video: .vga, tablet: Tablet.absent),
                Platform(clock: .localTime, hasHyperV: true), ["vga", "-", "localtime", "true"]
            ),
        ].map { name, peripherals, platform, expected in
            let guestOS = name.flatMap(system)
            return (
                name, peripherals,
                Platform(guestOS: guestOS, clock: platform.clock, hasHyperV: platform.hasHyperV), expected
            )
        }
    }()

    @Test("a guest's system chooses what is not said, and nothing else", arguments: systems)
    func profiles(name: String?, peripherals: Peripherals, platform: Platform, expected: [String]) throws {
        let document = try Scene.plan(
            Scene.instance(peripherals: peripherals, platform: platform), facts: Scene.facts(accelerator: .kvm)
        ).document
        let isWelcome = document.features?[hyperV: .relaxed] == true
        let found = [
            document.videos.first?.model?.rawValue ?? "-", document.inputs.first?.bus?.rawValue ?? "-",
            document.clock?.offset?.rawValue ?? "-", "\(isWelcome)",
        ]
        #expect(found == expected, "\(name ?? "none")")
        #expect(document.clock?.timers.contains { $0.name == .hypervclock && $0.isPresent == true } == isWelcome)
        #expect(document.features?.hyperVSpinlockRetries == (isWelcome ? 8191 : nil))
        let usesUSB = expected[1] == "usb"
        #expect(document.controllers.first == (usesUSB ? .qemuXHCI : .noUSB))
    }

    @Test("Windows under KVM has these enlightenments, and under emulation none")
    func enlightenments() throws {
        let windows = try Scene.instance(platform: Platform(guestOS: GuestOS(parsing: "windows")))
        let plan = try Scene.plan(windows, facts: Scene.facts(accelerator: .kvm))
        #expect(
            element("features", "hyperv", in: plan) == [
                #"<hyperv><relaxed state="on"/><vapic state="on"/><spinlocks state="on" retries="8191"/>"#
                    + #"<vpindex state="on"/><runtime state="on"/><synic state="on"/><stimer state="on"/>"#
                    + #"<frequencies state="on"/><tlbflush state="on"/><ipi state="on"/></hyperv>"#
            ])
        #expect(element("features", "hyperv", in: try Scene.plan(windows)).isEmpty)
    }

    @Test("a machine that is no PC has a virtio card, a keyboard, and a place for the card")
    func otherMachines() throws {
        let facts = Scene.facts(architecture: "aarch64")
        let seen = try Scene.instance(peripherals: Peripherals(graphics: Graphics(kind: .vnc)))
        let plan = try Scene.plan(seen, facts: facts)
        #expect(plan.document.videos.map(\.model) == [.virtio])
        #expect(plan.document.inputs.map(\.kind) == [.tablet, .keyboard])
        let plain = try Scene.plan(Scene.instance(), facts: facts)
        let ports = { (plan: DomainPlan) in plan.document.controllers.count { $0.model == .pcieRootPort } }
        #expect(ports(plan) - ports(plain) == 2)
    }

    /// What is asked for, the host, and the place that is told; nil: it is planned.
    static let refusals: [(Peripherals, HostFacts, String?)] = {
        let screen = Peripherals(graphics: Graphics(kind: .spice))
        let socket = Peripherals(vsock: .automatic)
        let device = { (text: String) in
            Peripherals(hostDevices: (try? PCIAddress(parsing: text)).map { [.pci($0)] } ?? [])
        }
        let usb = Peripherals(hostDevices: (try? USBIdentity(parsing: "1d6b:0002")).map { [.usb($0)] } ?? [])
        let present = DeviceFacts.HostDevices(pci: ["0000:03:00.0"])
        return [
            (screen, Scene.facts(), nil), (screen, Scene.facts(isPrivileged: false, devices: DeviceFacts()), nil),
            (screen, Scene.facts(isPrivileged: false, devices: DeviceFacts(graphics: ["vnc"])), "graphics.type"),
            (
                screen, Scene.facts(isPrivileged: false, devices: DeviceFacts(graphics: ["spice"], videos: ["virtio"])),
                "video"
            ),
            (screen, Scene.facts(isPrivileged: false, devices: DeviceFacts(graphics: ["spice"], videos: ["vga"])), nil),
            (socket, Scene.facts(isPrivileged: false, devices: DeviceFacts(hasVSock: false)), "vsock"),
            (socket, Scene.facts(isPrivileged: false, devices: DeviceFacts(hasVSock: true)), nil),
            (socket, Scene.facts(), nil),
            (
                device("03:00.0"), Scene.facts(isPrivileged: false, devices: DeviceFacts(hostDevices: present)),
                "devices[0]"
            ),
            (device("03:00.0"), Scene.facts(devices: DeviceFacts(hostDevices: present)), nil),
            (device("03:00.1"), Scene.facts(devices: DeviceFacts(hostDevices: present)), "devices[0].pci"),
            (device("03:00.1"), Scene.facts(devices: DeviceFacts()), nil),
            (usb, Scene.facts(devices: DeviceFacts(hostDevices: present)), "devices[0].usb"),
        ]
    }()

    @Test("what the host has not is refused with its place", arguments: refusals)
    func refuses(peripherals: Peripherals, facts: HostFacts, path: String?) throws {
        let instance = try Scene.instance(peripherals: peripherals)
        do {
            _ = try Scene.plan(instance, facts: facts)
            #expect(path == nil)
        } catch PlanError.lacks(let problem) {
            #expect(problem.path == path)
        }
    }

    @Test(
        "memory that is kept from the host is neither debugged nor shared, and pinned with room beside it",
        arguments: [(InstanceModel.LaunchSecurity.Kind.sev, "0x0003"), (.sevES, "0x0007")])
    func launchSecurity(kind: InstanceModel.LaunchSecurity.Kind, policy: String) throws {
        let instance = try Self.sealed(InstanceModel.LaunchSecurity(kind: kind, measuresKernel: true))
        let plan = try Scene.plan(instance, facts: Scene.facts(accelerator: .kvm))
        #expect(
            element("launchSecurity", in: plan) == [
                #"<launchSecurity type="sev" kernelHashes="yes"><policy>\#(policy)</policy></launchSecurity>"#
            ])
        #expect(
            element("memtune", in: plan) == [#"<memtune><hard_limit unit="KiB">786432</hard_limit></memtune>"#])
        #expect(throws: Never.self) {
            try XMLSchema(path: DomainDocument.schemaPath).validate(plan.document.root)
        }
        let plain = try Scene.plan(Scene.instance())
        #expect(element("launchSecurity", in: plain).isEmpty && element("memtune", in: plain).isEmpty)
    }

    private static func sealed(_ security: InstanceModel.LaunchSecurity) throws -> Instance {
        try Instance(
            name: InstanceName("a"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(512)),
            firmware: .uefi(secureBoot: false), boot: DirectBoot(kernel: ImageName("k")),
            platform: Platform(launchSecurity: security))
    }

    @Test("memory is kept from the host only where the host can do that")
    func launchSecurityRefusals() throws {
        let known = { (kinds: Set<String>?) in DeviceFacts(launchSecurity: kinds) }
        let cases: [(HostFacts, InstanceModel.LaunchSecurity.Kind, Bool)] = [
            (Scene.facts(), .sev, true), (Scene.facts(accelerator: .kvm), .sev, false),
            (Scene.facts(architecture: "aarch64", accelerator: .kvm), .sev, true),
            (Scene.facts(accelerator: .kvm, devices: known([])), .sev, true),
            (Scene.facts(accelerator: .kvm, devices: known(["sev"])), .sev, false),
            (Scene.facts(accelerator: .kvm, devices: known(["sev"])), .sevES, true),
            (Scene.facts(accelerator: .kvm, devices: known(["sev", "sev-es"])), .sevES, false),
            (Scene.facts(accelerator: .kvm, devices: known(nil)), .sevES, false),
        ]
        for (index, (facts, kind, isRefused)) in cases.enumerated() {
            let instance = try Self.sealed(InstanceModel.LaunchSecurity(kind: kind))
            do {
                _ = try Scene.plan(instance, facts: facts)
                #expect(!isRefused, "\(index)")
            } catch PlanError.lacks(let problem) {
                #expect(isRefused, "\(index)")
                #expect(problem.path == "launch_security.type")
            }
        }
    }

    @Test("Microsoft's interfaces are refused without KVM, and a PC's cards on other machines")
    func platformRefusals() throws {
        let path = { (instance: Instance, facts: HostFacts) in
            do {
                _ = try Scene.plan(instance, facts: facts)
                return "planned"
            } catch PlanError.lacks(let problem) {
                return problem.path
            }
        }
        let welcome = try Scene.instance(platform: Platform(hasHyperV: true))
        #expect(try path(welcome, Scene.facts()) == "hyperv")
        #expect(try path(welcome, Scene.facts(accelerator: .kvm)) == "planned")
        #expect(try path(welcome, Scene.facts(architecture: "aarch64", accelerator: .kvm)) == "hyperv")
        let card = try Scene.instance(peripherals: Peripherals(video: .vga))
        #expect(try path(card, Scene.facts(architecture: "aarch64")) == "video")
        #expect(try path(card, Scene.facts()) == "planned")
    }
}
