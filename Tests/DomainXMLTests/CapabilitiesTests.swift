// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import Foundation
import Testing

@Suite("Capabilities")
struct CapabilitiesTests {
    @Test("the host, its guests and their machines are read")
    func host() throws {
        let capabilities = try CapabilitiesDocument(parsing: Fixtures.text("capabilities"))
        #expect(capabilities.hostUUID == UUID(uuidString: "a25d5090-10a9-43f4-8e1e-1edf7fc63887"))
        #expect(capabilities.hostArchitecture == "x86_64")
        #expect(capabilities.hostProcessorModel == "kvm64")
        #expect(capabilities.hostProcessorVendor == "AMD")
        #expect(capabilities.hostProcessorFeatures.contains("avx512f"))
        #expect(!capabilities.hostProcessorFeatures.contains("svm"))
        #expect(capabilities.guests.map(\.architecture) == ["i686", "x86_64"])
        let guest = try #require(capabilities.guest(architecture: "x86_64"))
        #expect(guest.emulator == "/usr/bin/qemu-system-x86_64")
        #expect(guest.hypervisors == [.qemu])
        #expect(guest.canonicalMachine("q35") == "pc-q35-7.2")
        #expect(guest.canonicalMachine("pc-q35-7.0") == "pc-q35-7.0")
        #expect(guest.canonicalMachine("virt") == nil)
        #expect(guest.machines.first { $0.name == "q35" }?.maximumProcessors == 288)
        #expect(capabilities.guest(architecture: "aarch64") == nil)
    }

    @Test("the host's cells are read")
    func cells() throws {
        let capabilities = try CapabilitiesDocument(parsing: Fixtures.text("capabilities"))
        let cell = try #require(capabilities.hostCells.first)
        #expect(capabilities.hostCells.count == 1)
        #expect(cell.id == 0)
        #expect(cell.memoryKiB == 5_597_396)
        #expect(
            cell.pages == [
                .init(kibibytes: 4, count: 1_399_349), .init(kibibytes: 2048, count: 0),
                .init(kibibytes: 1 << 20, count: 0),
            ])
        #expect(cell.cores == [[0], [1]])
    }

    @Test("threads of one core are told together, and processors that are offline left out")
    func cores() throws {
        let capabilities = try CapabilitiesDocument(
            parsing: """
                <capabilities><host><topology><cells num='2'><cell id='0'><memory unit='KiB'>5</memory><cpus num='4'>
                <cpu id='0' socket_id='0' core_id='0' siblings='0,2'/><cpu id='1' core_id='1' siblings='1,3'/>
                <cpu id='3' core_id='1' siblings='1,3'/><cpu id='2' core_id='0' siblings='0,2'/></cpus></cell>
                <cell id='4'><cpus num='2'><cpu id='7'/><cpu id='6' siblings='6'/></cpus></cell></cells></topology>
                </host></capabilities>
                """)
        #expect(capabilities.hostCells.map(\.id) == [0, 4])
        #expect(capabilities.hostCells.map(\.cores) == [[[0, 2], [1, 3]], [[6]]])
        #expect(capabilities.hostCells.map(\.memoryKiB) == [5, 0])
    }

    @Test("the test driver's capabilities are read")
    func testDriver() throws {
        let capabilities = try CapabilitiesDocument(parsing: Fixtures.text("test-driver-capabilities"))
        #expect(capabilities.guests.map(\.hypervisors) == [[.test], [.test]])
        #expect(capabilities.guest(architecture: "i686")?.emulator == "/usr/bin/test-hv")
    }

    @Test("machines that a hypervisor lists for itself are read once")
    func nestedMachines() throws {
        let capabilities = try CapabilitiesDocument(
            parsing: """
                <capabilities><host/><guest><os_type>hvm</os_type><arch name='x86_64'>
                <machine>a</machine><domain type='qemu'/>
                <domain type='kvm'><machine>a</machine><machine canonical='b-1'>b</machine></domain>
                </arch></guest><guest><os_type>exe</os_type><arch name='x86_64'/></guest></capabilities>
                """)
        let guest = try #require(capabilities.guest(architecture: "x86_64"))
        #expect(guest.machines.map(\.name) == ["a", "b"])
        #expect(guest.hypervisors == [.qemu, .kvm])
        #expect(guest.canonicalMachine("b") == "b-1")
        #expect(capabilities.guests.count == 2)
        #expect(capabilities.hostUUID == nil)
    }

    @Test("what an emulator offers is read")
    func domain() throws {
        let capabilities = try DomainCapabilitiesDocument(parsing: Fixtures.text("domain-capabilities"))
        #expect(capabilities.emulator == "/usr/bin/qemu-system-x86_64")
        #expect(capabilities.hypervisor == .qemu)
        #expect(capabilities.machine == "pc-q35-7.2")
        #expect(capabilities.architecture == "x86_64")
        #expect(capabilities.maximumProcessors == 288)
        #expect(capabilities.supportsIOThreads)
        #expect(capabilities.firmwares == [])
        #expect(capabilities.loaderPaths == [])
        #expect(!capabilities.supportsSecureLoader)
        #expect(capabilities.processorModes == [.maximum, .hostModel, .custom])
        #expect(capabilities.hostModel == "EPYC")
        #expect(capabilities.usableProcessorModels.first == "qemu64")
        #expect(!capabilities.usableProcessorModels.contains("EPYC"))
        #expect(capabilities.diskBuses == [.fdc, .scsi, .virtio, .usb, .sata])
        #expect(capabilities.tpmModels == [.tis, .crb])
        #expect(!capabilities.supportsEmulatedTPM)
        #expect(capabilities.supportsVirtioFS)
        #expect(capabilities.supportsFeature("backup"))
        #expect(!capabilities.supportsFeature("sev"))
        #expect(capabilities.maximumSEVESGuests == 0)
        let encrypting = try DomainCapabilitiesDocument(
            parsing: "<domainCapabilities><features><sev supported='yes'><maxESGuests>15</maxESGuests></sev></features>"
                + "</domainCapabilities>")
        #expect(encrypting.maximumSEVESGuests == 15)
        #expect(encrypting.launchSecurityKinds == [] && capabilities.launchSecurityKinds == [])
        let newer = try DomainCapabilitiesDocument(
            parsing: """
                <domainCapabilities><features><launchSecurity supported='yes'><enum name='sectype'><value>sev</value>
                <value>sev-snp</value><value>tdx</value><value>other</value></enum></launchSecurity></features>
                </domainCapabilities>
                """)
        #expect(newer.launchSecurityKinds == [.sev, .sevSNP, .tdx])
        #expect(!capabilities.supportsFeature("unheard-of"))
        #expect(capabilities.values(of: "rng", "backendModel") == ["random", "egd", "builtin"])
        #expect(capabilities.values(of: "none", "model") == [])
    }

    @Test("a host with firmware and swtpm says so; a device that does not work offers nothing")
    func firmware() throws {
        let capabilities = try DomainCapabilitiesDocument(
            parsing: """
                <domainCapabilities><domain>kvm</domain><os supported='yes'>
                <enum name='firmware'><value>bios</value><value>efi</value></enum>
                <loader supported='yes'><value>/usr/share/OVMF/OVMF_CODE_4M.fd</value>
                <enum name='secure'><value>yes</value><value>no</value></enum></loader></os>
                <devices><disk supported='no'><enum name='bus'><value>virtio</value></enum></disk>
                <tpm supported='yes'><enum name='backendModel'><value>emulator</value></enum></tpm></devices>
                </domainCapabilities>
                """)
        #expect(capabilities.hypervisor == .kvm)
        #expect(capabilities.firmwares == [.bios, .efi])
        #expect(capabilities.loaderPaths == ["/usr/share/OVMF/OVMF_CODE_4M.fd"])
        #expect(capabilities.supportsSecureLoader)
        #expect(capabilities.supportsEmulatedTPM)
        #expect(capabilities.diskBuses == [])
        #expect(capabilities.processorModes == [])
    }

    @Test("a document of another kind is refused")
    func otherRoots() {
        #expect(throws: DomainXMLError.root(expected: "capabilities", found: "domain")) {
            try CapabilitiesDocument(parsing: "<domain/>")
        }
        #expect(throws: DomainXMLError.root(expected: "domainCapabilities", found: "domain")) {
            try DomainCapabilitiesDocument(parsing: "<domain/>")
        }
    }
}
