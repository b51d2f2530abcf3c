// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import Testing
import XMLTree

/// One change of a typed field, and the lines of the written definition that it takes away and brings.
struct FieldChange: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let removed: [String]
    let added: [String]
    let apply: @Sendable (inout DomainDocument) -> Void

    init(
        _ name: String, removes removed: [String] = [], adds added: [String] = [],
        _ apply: @escaping @Sendable (inout DomainDocument) -> Void
    ) {
        testDescription = name
        self.removed = removed
        self.added = added
        self.apply = apply
    }

    static let all =
        domain + machine + disks + others + machineParts + deviceParts + resources + interfaces + peripherals

    private static let domain: [FieldChange] = [
        FieldChange("hypervisor", removes: [#"<domain type="qemu" id="1">"#], adds: [#"<domain type="kvm" id="1">"#]) {
            $0.hypervisor = .kvm
        },
        FieldChange("name", removes: ["<name>web-1</name>"], adds: ["<name>web-2</name>"]) { $0.name = "web-2" },
        FieldChange("title", removes: ["<title>A web server</title>"]) { $0.title = nil },
        FieldChange("summary", adds: ["<description>d</description>"]) { $0.summary = "d" },
        FieldChange(
            "memory", removes: [#"<memory unit="KiB">131072</memory>"#], adds: [#"<memory unit="KiB">1</memory>"#]
        ) { $0.memoryKiB = 1 },
        FieldChange(
            "processors", removes: [#"<vcpu placement="static">2</vcpu>"#],
            adds: [#"<vcpu placement="static">4</vcpu>"#]
        ) { $0.processorCount = 4 },
        FieldChange(
            "processors at the start", removes: [#"<vcpu placement="static">2</vcpu>"#],
            adds: [#"<vcpu placement="static" current="1">2</vcpu>"#]
        ) { $0.currentProcessorCount = 1 },
        FieldChange("crash", removes: ["<on_crash>destroy</on_crash>"], adds: ["<on_crash>preserve</on_crash>"]) {
            $0.onCrash = .preserve
        },
        FieldChange(
            "metadata",
            removes: [
                #"<roost:instance xmlns:roost="urn:roost:instance:1" digest="sha256:00">"#,
                #"<roost:label name="role">web</roost:label>"#, "</roost:instance>",
            ],
            adds: [#"<r:instance xmlns:r="urn:roost:instance:1"/>"#]
        ) {
            let name = XMLName("instance", prefix: "r", namespace: "urn:roost:instance:1")
            $0[metadata: name] = XMLElement(
                name, namespaces: [XMLNamespace(prefix: "r", uri: "urn:roost:instance:1")])
        },
        FieldChange("other metadata", adds: [#"<o:x xmlns:o="urn:other"/>"#]) {
            let name = XMLName("x", prefix: "o", namespace: "urn:other")
            $0[metadata: name] = XMLElement(name, namespaces: [XMLNamespace(prefix: "o", uri: "urn:other")])
        },
        FieldChange("label", adds: [#"<seclabel type="none"/>"#]) {
            $0.securityLabels = [SecurityLabel(kind: .unconfined)]
        },
    ]

    private static let machine: [FieldChange] = [
        FieldChange(
            "machine type", removes: [#"<type arch="x86_64" machine="pc-q35-7.2">hvm</type>"#],
            adds: [#"<type arch="x86_64" machine="pc-q35-7.1">hvm</type>"#]
        ) { $0.operatingSystem?.machine = "pc-q35-7.1" },
        FieldChange("kernel", adds: ["<kernel>/k</kernel>", "<cmdline>c</cmdline>"]) {
            $0.operatingSystem?.commandLine = "c"
            $0.operatingSystem?.kernel = "/k"
        },
        FieldChange("firmware's variables", adds: ["<nvram>/v</nvram>"]) { $0.operatingSystem?.variablesFile = "/v" },
        FieldChange(
            "arrangement of processors",
            removes: [#"<cpu mode="maximum" check="none" migratable="on"/>"#],
            adds: [
                #"<cpu mode="maximum" check="none" migratable="on">"#,
                #"<topology sockets="1" dies="2" cores="3" threads="4"/>"#, "</cpu>",
            ]
        ) { $0.processor?.topology = .init(sockets: 1, dies: 2, cores: 3, threads: 4) },
        FieldChange(
            "feature of the processor",
            removes: [#"<cpu mode="maximum" check="none" migratable="on"/>"#],
            adds: [
                #"<cpu mode="maximum" check="none" migratable="on">"#, #"<feature policy="disable" name="svm"/>"#,
                "</cpu>",
            ]
        ) { $0.processor?.features = [.init("svm", .disable)] },
        FieldChange("acpi", removes: ["<acpi/>"]) { $0.features?.acpi = false },
        FieldChange(
            "processor", removes: [#"<cpu mode="maximum" check="none" migratable="on"/>"#],
            adds: [#"<cpu mode="host-passthrough" check="none" migratable="off"/>"#]
        ) { $0.processor?.mode = .hostPassthrough(isMigratable: false) },
        FieldChange("clock", removes: [#"<clock offset="utc">"#], adds: [#"<clock offset="localtime">"#]) {
            $0.clock?.offset = .localTime
        },
        FieldChange("timer", removes: [#"<timer name="pit" tickpolicy="delay"/>"#]) {
            $0.clock?.timers.removeAll { $0.name == .pit }
        },
    ]

    private static let disks: [FieldChange] = [
        FieldChange(
            "cache",
            removes: [
                #"<driver name="qemu" type="qcow2" cache="none" io="native" discard="unmap" detect_zeroes="unmap"/>"#
            ],
            adds: [
                #"<driver name="qemu" type="qcow2" cache="writeback" io="native" discard="unmap" "#
                    + #"detect_zeroes="unmap"/>"#
            ]
        ) { $0.disks[0].driver.cache = .writeback },
        FieldChange(
            "source", removes: [#"<source file="/var/lib/roost/images/web-1.qcow2" index="1"/>"#],
            adds: [#"<source file="/new" index="1"/>"#]
        ) { $0.disks[0].file = "/new" },
        FieldChange(
            "backing",
            removes: [
                #"<backingStore type="file" index="2">"#, #"<format type="qcow2"/>"#,
                #"<source file="/var/lib/roost/images/base.qcow2"/>"#, "</backingStore>",
            ]
        ) { $0.disks[0].backing = .layers([]) },
        FieldChange(
            "bus", removes: [#"<target dev="vda" bus="virtio"/>"#], adds: [#"<target dev="vda" bus="scsi"/>"#]
        ) { $0.disks[0].target?.bus = .scsi },
        FieldChange("serial number", removes: ["<serial>disk-1</serial>"], adds: ["<serial>s</serial>"]) {
            $0.disks[0].serial = "s"
        },
        FieldChange("limit", adds: ["<iotune>", "<read_iops_sec>5</read_iops_sec>", "</iotune>"]) {
            $0.disks[0][limit: .readOperations] = 5
        },
        FieldChange("read only", adds: ["<readonly/>"]) { $0.disks[0].isReadOnly = true },
        FieldChange("boot order", removes: [#"<boot order="1"/>"#]) { $0.disks[0].bootOrder = nil },
        FieldChange("alias", removes: [#"<alias name="virtio-disk0"/>"#], adds: [#"<alias name="ua-a"/>"#]) {
            $0.disks[0].alias = "ua-a"
        },
        FieldChange(
            "address",
            removes: [#"<address type="pci" domain="0x0000" bus="0x05" slot="0x00" function="0x0"/>"#],
            adds: [#"<address type="pci" domain="0x0000" bus="0x1f" slot="0x00" function="0x0"/>"#]
        ) { $0.disks[0].address = .pci(bus: 31, slot: 0) },
        FieldChange(
            "second disk",
            adds: [
                #"<disk type="file" device="disk">"#, #"<driver name="qemu" type="raw"/>"#, #"<source file="/b"/>"#,
                "<backingStore/>", #"<target dev="vdb" bus="virtio"/>"#, "</disk>",
            ]
        ) {
            $0.disks.append(
                Disk(
                    file: "/b", driver: .init(format: .raw), backing: .layers([]),
                    target: .init(device: "vdb", bus: .virtio)))
        },
    ]

    private static let others: [FieldChange] = [
        FieldChange(
            "address on the link", removes: [#"<mac address="52:54:00:00:00:01"/>"#],
            adds: [#"<mac address="52:54:00:00:00:09"/>"#]
        ) { $0.interfaces[0].macAddress = "52:54:00:00:00:09" },
        FieldChange(
            "connection", removes: [#"<interface type="user">"#],
            adds: [#"<interface type="bridge">"#, #"<source bridge="br0"/>"#]
        ) { $0.interfaces[0].connection = .bridge("br0") },
        FieldChange(
            "log", removes: [#"<log file="/var/lib/roost/images/web-1.log" append="on"/>"#],
            adds: [#"<log file="/l" append="off"/>"#]
        ) { $0.serials[0].log = .init(file: "/l", opening: .emptying) },
        FieldChange("statistics", removes: [#"<stats period="10"/>"#], adds: [#"<stats period="5"/>"#]) {
            $0.memoryBalloon?.statisticsPeriod = 5
        },
        FieldChange(
            "watchdog", removes: [#"<watchdog model="i6300esb" action="reset">"#],
            adds: [#"<watchdog model="i6300esb" action="pause">"#]
        ) { $0.watchdogs[0].action = .pause },
        FieldChange("panic", adds: [#"<panic model="isa"/>"#]) { $0.panicDevices = [PanicDevice(model: .isa)] },
        FieldChange(
            "entropy", removes: [#"<backend model="random">/dev/urandom</backend>"#],
            adds: [#"<backend model="builtin"/>"#]
        ) { $0.randomSources[0].backend = .builtin },
        FieldChange("emulator", removes: ["<emulator>/usr/bin/qemu-system-x86_64</emulator>"]) { $0.emulator = nil },
    ]
}

@Suite("Changing one field")
struct FieldChangeTests {
    @Test("changes exactly its node, and the definition stays valid", arguments: FieldChange.all)
    func changesItsNode(change: FieldChange) throws {
        let before = try Fixtures.domain("q35-running")
        var after = before
        change.apply(&after)
        let difference = try lines(after).difference(from: lines(before))
        #expect(difference.removals.map(\.line) == change.removed)
        #expect(difference.insertions.map(\.line) == change.added)
        #expect(throws: Never.self) { try after.text(accepting: Fixtures.schema()) }
    }

    private func lines(_ document: DomainDocument) throws -> [String] {
        try document.text().split(separator: "\n").map { line in
            String(line.drop { $0 == " " })
        }
    }
}

extension CollectionDifference<String>.Change {
    fileprivate var line: String {
        switch self {
        case .insert(_, let element, _), .remove(_, let element, _): element
        }
    }
}
