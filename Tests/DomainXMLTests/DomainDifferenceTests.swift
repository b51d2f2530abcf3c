// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import Testing
import XMLTree

@Suite("Differences between definitions")
struct DomainDifferenceTests {
    @Test(
        "a change of one field is one difference, told with its place, its values, and when it can be had",
        arguments: [
            Change("/domain/title", .value(from: "A <web> server", to: "x"), .live) { $0.title = "x" },
            Change("/domain/name", .value(from: "web-1", to: "web-2"), .never) { $0.name = "web-2" },
            Change("/domain/currentMemory", .value(from: "131072", to: "65536"), .live) {
                $0.currentMemoryKiB = 65_536
            },
            Change("/domain/memory", .value(from: "131072", to: "262144"), .nextBoot) { $0.memoryKiB = 262_144 },
            Change("/domain/vcpu", .value(from: "2", to: "4"), .nextBoot) { $0.processorCount = 4 },
            Change("/domain/on_crash", .value(from: "destroy", to: "restart"), .live) { $0.onCrash = .restart },
            Change(
                "/domain/devices/disk[target/@dev='vda']/driver/@cache", .value(from: "none", to: "writeback"),
                .nextBoot
            ) {
                $0.disks[0].driver.cache = .writeback
            },
            Change(
                "/domain/devices/disk[target/@dev='sda']/source/@file", .value(from: "/images/seed.iso", to: "/b"),
                .live
            ) {
                $0.disks[1].file = "/b"
            },
            Change(
                "/domain/devices/disk[target/@dev='vda']/source/@file", .value(from: "/images/web-1.qcow2", to: "/b"),
                .nextBoot
            ) {
                $0.disks[0].file = "/b"
            },
            Change("/domain/devices/disk[target/@dev='vda']/serial", .value(from: "disk-1", to: "d"), .nextBoot) {
                $0.disks[0].serial = "d"
            },
            Change("/domain/devices/memballoon/stats/@period", .value(from: "10", to: "5"), .live) {
                $0.memoryBalloon?.statisticsPeriod = 5
            },
            Change("/domain/os/cmdline", .value(from: "console=ttyS0 quiet", to: "quiet"), .nextBoot) {
                $0.operatingSystem?.commandLine = "quiet"
            },
            Change("/domain/clock/timer[@name='hpet']/@present", .value(from: "no", to: nil), .nextBoot) {
                $0.clock?.timers[2].isPresent = nil
            },
            Change("/domain/devices/watchdog/@action", .value(from: "reset", to: "pause"), .nextBoot) {
                $0.watchdogs[0].action = .pause
            },
        ])
    func oneField(change: Change) throws {
        let before = try DomainDocument.typical()
        var after = before
        change.make(&after)
        #expect(
            before.changes(to: after) == [
                DomainDifference(path: change.path, change: change.change, timing: change.timing)
            ])
    }

    @Test("devices that come and go are told by what the guest knows them by")
    func devices() throws {
        let before = try DomainDocument.typical()
        var after = before
        let disk = after.disks.removeFirst()
        let interface = after.interfaces.removeLast()
        let module = try #require(after.trustedPlatformModule)
        after.trustedPlatformModule = nil
        #expect(
            before.changes(to: after) == [
                .init(path: "/domain/devices/disk[target/@dev='vda']", change: .removed(disk.element), timing: .live),
                .init(
                    path: "/domain/devices/interface[mac/@address='52:54:00:00:00:02']",
                    change: .removed(interface.element), timing: .live),
                .init(path: "/domain/devices/tpm", change: .removed(module.element), timing: .nextBoot),
            ])
        #expect(
            after.changes(to: before).map(\.change) == [
                .added(disk.element), .added(interface.element), .added(module.element),
            ])
    }

    @Test("of devices that only their place tells apart, a new one is one difference")
    func places() throws {
        let before = try DomainDocument.typical()
        var after = before
        after.videos.append(Video(model: .virtio))
        #expect(before.changes(to: after).map(\.path) == ["/domain/devices/video[2]"])
    }

    @Test("another order of the same things is a difference of its own")
    func order() throws {
        let before = try DomainDocument.typical()
        var after = before
        after.disks.reverse()
        #expect(
            before.changes(to: after) == [
                .init(
                    path: "/domain/devices/disk",
                    change: .order(
                        from: ["disk[target/@dev='vda']", "disk[target/@dev='sda']"],
                        to: ["disk[target/@dev='sda']", "disk[target/@dev='vda']"]),
                    timing: .nextBoot)
            ])
    }

    @Test(
        "what is only written otherwise is no difference",
        arguments: [
            ("<memory>1024</memory>", "<memory unit='MiB'>1</memory>"),
            ("<memory unit='b'>1048576</memory>", "<memory unit='M'>1</memory>"),
            (
                "<devices><rng><address bus='0x0a' slot='1'/></rng></devices>",
                "<devices><rng><address slot='0x01' bus='10'/></rng></devices>"
            ),
            ("<title>a&lt;b</title>", "<!-- x --><title><![CDATA[a<b]]></title>"),
            ("<devices>\n  <rng/>\n</devices>", "<devices><rng/></devices>"),
            (
                "<devices><memory><target><size unit='MiB'>512</size></target></memory></devices>",
                "<devices><memory><target><size unit='KiB'>524288</size></target></memory></devices>"
            ),
            ("<q:commandline xmlns:q='urn:q'/>", "<r:commandline xmlns:r='urn:q'/>"),
            (
                "<memtune><hard_limit unit='GiB'>1</hard_limit></memtune>",
                "<memtune><hard_limit>1048576</hard_limit></memtune>"
            ),
        ])
    func sameMeaning(one: String, other: String) throws {
        let documents = try [one, other].map { try DomainDocument(parsing: "<domain type='kvm'>\($0)</domain>") }
        #expect(documents[0].changes(to: documents[1]) == [])
    }

    @Test(
        "what is written alike and means something else is a difference",
        arguments: [
            ("<memory unit='MiB'>1</memory>", "<memory unit='GiB'>1</memory>"),
            ("<name>007</name>", "<name>7</name>"),
            (
                "<metadata><a:memory xmlns:a='u'>7</a:memory></metadata>",
                "<metadata><a:memory xmlns:a='u'>07</a:memory></metadata>"
            ),
            (
                "<devices><shmem><size>4096</size></shmem></devices>",
                "<devices><shmem><size unit='KiB'>4096</size></shmem></devices>"
            ),
            ("<memory unit='MiB' dumpCore='on'>1</memory>", "<memory unit='KiB'>1024</memory>"),
            ("<metadata><a:x xmlns:a='urn:a'/></metadata>", "<metadata><a:x xmlns:a='urn:b'/></metadata>"),
            (
                "<devices><disk><target dev='vda'/></disk></devices>",
                "<devices><disk><target dev='vda'/></disk><disk><target dev='vda'/></disk></devices>"
            ),
            ("<os><boot dev='hd'/><boot dev='network'/></os>", "<os><boot dev='network'/><boot dev='hd'/></os>"),
        ])
    func otherMeaning(one: String, other: String) throws {
        let documents = try [one, other].map { try DomainDocument(parsing: "<domain type='kvm'>\($0)</domain>") }
        #expect(!documents[0].changes(to: documents[1]).isEmpty)
        #expect(!documents[1].changes(to: documents[0]).isEmpty)
    }

    @Test("what is read is compared in time and memory that are linear", .timeLimit(.minutes(1)), arguments: Large.all)
    func large(pair: Large) throws {
        let documents = try [pair.older, pair.newer].map { try DomainDocument(parsing: "<domain>\($0)</domain>") }
        let changes = documents[0].changes(to: documents[1])
        #expect(changes.count == pair.count)
        #expect(changes.allSatisfy { $0.path.utf8.count < 3_000 })
    }

    @Test(
        "what can be had live is told by what libvirt can do",
        arguments: [
            (
                "<interface type='bridge'><source bridge='a'/></interface>",
                "<interface type='bridge'><source bridge='b'/></interface>", ChangeTiming.live
            ),
            (
                "<interface type='direct'><source dev='a'/></interface>",
                "<interface type='direct'><source dev='b'/></interface>", .nextBoot
            ),
            ("", "<interface type='user'/>", .live), ("", "<interface type='mcast'/>", .nextBoot),
            ("", "<controller type='scsi'/>", .live), ("", "<controller type='virtio-serial'/>", .nextBoot),
            ("", "<disk><target dev='sda' bus='scsi'/></disk>", .live),
            ("", "<disk><target dev='sda' bus='sata'/></disk>", .nextBoot),
            ("", "<disk device='cdrom'><target dev='sda' bus='scsi'/></disk>", .nextBoot),
            (
                "<disk><iotune><read_iops_sec>1</read_iops_sec></iotune></disk>",
                "<disk><iotune><read_iops_sec>2</read_iops_sec></iotune></disk>", .live
            ),
            ("", "<tpm/>", .nextBoot), ("", "<watchdog model='i6300esb'/>", .live), ("", "<video/>", .nextBoot),
        ])
    func timings(older: String, newer: String, timing: ChangeTiming) throws {
        let documents = try [older, newer].map {
            try DomainDocument(parsing: "<domain><devices>\($0)</devices><x/></domain>")
        }
        #expect(documents[0].changes(to: documents[1]).map(\.timing) == [timing])
    }

    @Test("a password is not shown, and its change is")
    func secrets() throws {
        let text = { (password: String) in
            "<domain><devices><graphics type='vnc' passwd='\(password)'/></devices></domain>"
        }
        let changes = try DomainDocument(parsing: text("hunter2")).changes(to: DomainDocument(parsing: text("s3cret")))
        #expect(changes.map(\.path) == ["/domain/devices/graphics[@type='vnc']/@passwd"])
        #expect(!"\(changes)".contains("hunter2") && !"\(changes)".contains("s3cret"))
    }

    @Test("each is told in words")
    func words() {
        let value = DomainDifference(
            path: "/domain/vcpu", change: .value(from: "2", to: "4"), timing: .nextBoot)
        #expect("\(value)" == #"/domain/vcpu changes from "2" to "4" (at the next boot)"#)
        let added = DomainDifference(path: "/domain/devices/rng", change: .added(XMLElement("rng")), timing: .live)
        #expect("\(added)" == "/domain/devices/rng is added (live)")
    }

    /// A change of a typical definition, and what is to be told of it.
    struct Change: Sendable, CustomTestStringConvertible {
        let path: String
        let change: DomainDifference.Change
        let timing: ChangeTiming
        let make: @Sendable (inout DomainDocument) -> Void

        init(
            _ path: String, _ change: DomainDifference.Change, _ timing: ChangeTiming,
            _ make: @escaping @Sendable (inout DomainDocument) -> Void
        ) {
            self.path = path
            self.change = change
            self.timing = timing
            self.make = make
        }

        var testDescription: String { path }
    }
}

/// Two documents that a careless comparison takes minutes or gigabytes for.
struct Large: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let older: String
    let newer: String
    let count: Int

    static let all: [Large] = {
        let names = (0..<60_000).map { "<n\($0)/>" }
        let many = { (child: String) in String(repeating: child, count: 60_000) }
        let name = String(repeating: "x", count: 40_000)
        let uri = String(repeating: "u", count: 1_000)
        let target = String(repeating: "x", count: 1 << 20)
        let below = { (child: String) in "<devices><disk><target dev='\(target)'/>\(many(child))</disk></devices>" }
        let attributes = (0..<20_000).map { "a\($0)='1'" }.joined(separator: " ")
        let disks = (0..<40_000).map { "<disk><target dev='d\($0)'/></disk>" }.joined()
        let own = (0..<60_000).map { "<x xmlns='\($0)'/>" }.joined()
        let step = String(repeating: "x", count: 250)
        let deep = { (inside: String) in
            (0..<250).reduce(inside) { inner, _ in "<\(step)>" + inner + "</\(step)>" }
        }
        return [
            Large("attributes", "<a \(attributes)/>", "<a b='1'/>", 20_001),
            Large("names in another order", names.joined(), names.reversed().joined(), 0),
            Large("devices", "<devices>\(disks)</devices>", "<devices/>", 40_000),
            Large("a long target", below("<x y='1'/>"), below("<x y='2'/>"), 60_000),
            Large("a long name", "<\(name)>\(names.joined())</\(name)>", "<\(name)/>", 60_000),
            Large("a long namespace", "<l xmlns:p='\(uri)'>\(many("<p:x/>"))</l>", "<l xmlns:p='\(uri)'/>", 60_000),
            Large("a namespace each", own, own, 0),
            Large("deep elements", deep(many("<q/>")), deep(""), 60_000),
        ]
    }()

    private init(_ description: String, _ older: String, _ newer: String, _ count: Int) {
        testDescription = description
        self.older = older
        self.newer = newer
        self.count = count
    }
}
