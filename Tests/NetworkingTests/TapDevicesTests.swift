// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel
import Programs
import Testing

@testable import Networking

/// A network namespace of its own, so that the machine's network stays as it is.
struct NetworkLab {
    let namespace: String
    let taps: TapDevices

    /// Runs `body` in a namespace with the bridge `brtest`, and deletes the namespace whatever happens.
    static func run(_ body: (NetworkLab) async throws -> Void) async throws {
        let lab = NetworkLab()
        try await lab.outside(["netns", "add", lab.namespace])
        do {
            try await lab.ip(["link", "add", "brtest", "type", "bridge"])
            try await body(lab)
        } catch {
            try await lab.outside(["netns", "delete", lab.namespace])
            throw error
        }
        try await lab.outside(["netns", "delete", lab.namespace])
    }

    private init() {
        namespace = "roost-test-\(UUID().uuidString.prefix(8))"
        taps = TapDevices(namespace: namespace)
    }

    @discardableResult
    func ip(_ arguments: [String]) async throws -> [UInt8] {
        try await outside(["-netns", namespace] + arguments)
    }

    @discardableResult
    private func outside(_ arguments: [String]) async throws -> [UInt8] {
        try await ProgramRunner().run(ProgramCall(HostProgram("ip", package: "iproute2"), arguments: arguments)).output
    }

    func links() async throws -> [NetworkLink] {
        try #require(NetworkLink.list(from: try await ip(["-json", "-details", "link", "show"])))
    }
}

/// These make devices of the kernel, in a namespace of their own, and need root.
@Suite("Tap devices")
struct TapDevicesTests {
    let tap = TapDevice(
        instance: InstanceID(UUID(uuidString: "6ba7b810-9dad-11d1-80b4-00c04fd430c8") ?? UUID()), index: 0)
    let account = GuestAccount(name: "guests", userID: 64_999, groupID: 64_999)

    @Test("names a device after its instance and index, in at most 15 bytes")
    func names() {
        #expect(tap.name == "rst6ba7b81090")
        #expect(tap.alias == "roost:6ba7b810-9dad-11d1-80b4-00c04fd430c8:0")
        #expect(TapDevice(instance: tap.instance, index: 999).name.utf8.count == 15)
    }

    @Test(
        "reads its own mark and no other",
        arguments: [
            ("roost:6ba7b810-9dad-11d1-80b4-00c04fd430c8:0", true),
            ("roost:6BA7B810-9dad-11d1-80b4-00c04fd430c8:0", false),
            ("roost:6ba7b810-9dad-11d1-80b4-00c04fd430c8:00", false),
            ("roost:6ba7b810-9dad-11d1-80b4-00c04fd430c8", false),
            ("roost:6ba7b810-9dad-11d1-80b4-00c04fd430c8:0:1", false),
            ("other:6ba7b810-9dad-11d1-80b4-00c04fd430c8:0", false),
            ("roost:x:0", false), ("", false),
        ])
    func readsMark(alias: String, isOwn: Bool) {
        #expect(TapDevice(alias: alias) == (isOwn ? tap : nil))
    }

    @Test("reads devices as ip writes them, with the empty objects of a filter")
    func readsLinks() {
        let output = """
            [{},{"ifname":"lo","linkinfo":{}},{"ifname":"br0","linkinfo":{"info_kind":"bridge","info_data":{"type":3}}},
             {"ifname":"t0","master":"br0","ifalias":"x",
              "linkinfo":{"info_kind":"tun","info_data":{"type":"tap","user":7}}}]
            """
        #expect(
            NetworkLink.list(from: Array(output.utf8)) == [
                NetworkLink(name: "lo", alias: nil, master: nil, isTap: false, user: nil),
                NetworkLink(name: "br0", alias: nil, master: nil, isTap: false, user: nil),
                NetworkLink(name: "t0", alias: "x", master: "br0", isTap: true, user: "7"),
            ])
        #expect(NetworkLink.list(from: []) == [])
        #expect(NetworkLink.list(from: Array("nonsense".utf8)) == nil)
    }

    @Test(
        "knows whether a program that is started may administer the network",
        arguments: [
            ("CapBnd:\t000001ffffffffff\nCapAmb:\t0000000000000000\n", true, true),
            ("CapBnd:\t000001ffffffefff\nCapAmb:\t0000000000000000\n", true, false),
            ("CapBnd:\t000001ffffffffff\nCapAmb:\t0000000000000000\n", false, false),
            ("CapBnd:\t000001ffffffffff\nCapAmb:\t0000000000001000\n", false, true), ("", true, false),
        ])
    func knowsPermission(status: String, isRoot: Bool, expected: Bool) {
        #expect(TapDevices.givesNetworkAdministration(status: status, isRoot: isRoot) == expected)
    }

    @Test("makes a device on the bridge for the account, marked, and deletes it")
    func makesAndDeletes() async throws {
        try await NetworkLab.run { lab in
            try await lab.taps.create(tap, on: BridgeName("brtest"), for: account)
            let made = try await lab.links().first { $0.name == tap.name }
            #expect(
                made == NetworkLink(name: tap.name, alias: tap.alias, master: "brtest", isTap: true, user: "64999"))
            #expect(try await lab.taps.list() == [tap])
            try await lab.taps.delete(tap)
            #expect(try await lab.taps.list() == [])
            #expect(try await lab.links().map(\.name).contains(tap.name) == false)
            try await lab.taps.delete(tap)
        }
    }

    @Test("gives a device its largest packet, its queues and its isolation")
    func makesPort() async throws {
        try await NetworkLab.run { lab in
            let port = TapPort(mtu: try MTU(1400), hasQueues: true, isIsolated: true)
            try await lab.taps.create(tap, on: BridgeName("brtest"), for: account, port: port)
            let shown = String(
                decoding: try await lab.ip(["-details", "link", "show", "dev", tap.name]), as: UTF8.self)
            for part in [" mtu 1400 ", " master brtest ", " multi_queue ", " isolated on "] {
                #expect(shown.contains(part), "\(part) in \(shown)")
            }
            try await lab.taps.create(tap, on: BridgeName("brtest"), for: account)
            let plain = String(
                decoding: try await lab.ip(["-details", "link", "show", "dev", tap.name]), as: UTF8.self)
            for part in [" multi_queue ", " isolated on ", " mtu 1400 "] {
                #expect(!plain.contains(part), "\(part) in \(plain)")
            }
        }
    }

    @Test("a port is what its interface asks for", arguments: [(1, false), (2, true)])
    func portOfInterface(queues: Int, hasQueues: Bool) throws {
        let interface = Interface(
            network: .bridge(try BridgeName("br0")),
            device: .init(mtu: try MTU(9000), queues: try QueueCount(queues)), traffic: .init(isIsolated: true))
        #expect(TapPort(interface) == TapPort(mtu: try MTU(9000), hasQueues: hasQueues, isIsolated: true))
        #expect(TapPort(Interface(network: .user(publish: []))) == TapPort())
    }

    @Test("lists only what carries the mark, by name")
    func listsOwn() async throws {
        try await NetworkLab.run { lab in
            let second = TapDevice(instance: tap.instance, index: 1)
            try await lab.taps.create(second, on: BridgeName("brtest"), for: account)
            try await lab.taps.create(tap, on: BridgeName("brtest"), for: account)
            try await lab.ip(["tuntap", "add", "dev", "other0", "mode", "tap"])
            try await lab.ip(["link", "set", "dev", "other0", "alias", "mine"])
            #expect(try await lab.taps.list() == [tap, second])
        }
    }

    @Test("replaces what an attempt left that ended half-way, marked or not", arguments: [true, false])
    func replacesRemains(isMarked: Bool) async throws {
        try await NetworkLab.run { lab in
            try await lab.ip(["tuntap", "add", "dev", tap.name, "mode", "tap", "user", "1"])
            if isMarked { try await lab.ip(["link", "set", "dev", tap.name, "alias", tap.alias]) }
            try await lab.taps.create(tap, on: BridgeName("brtest"), for: account)
            let made = try await lab.links().first { $0.name == tap.name }
            #expect(made?.user == "64999" && made?.master == "brtest" && made?.alias == tap.alias)
        }
    }

    @Test("touches no device of its name that is somebody else's", arguments: ["alias", "kind"])
    func sparesOthers(difference: String) async throws {
        try await NetworkLab.run { lab in
            if difference == "alias" {
                try await lab.ip(["tuntap", "add", "dev", tap.name, "mode", "tap"])
                try await lab.ip(["link", "set", "dev", tap.name, "alias", "mine"])
            } else {
                try await lab.ip(["link", "add", tap.name, "type", "bridge"])
            }
            let before = try await lab.links()
            await #expect(throws: NetworkingError.deviceTaken(tap)) {
                try await lab.taps.create(tap, on: BridgeName("brtest"), for: account)
            }
            await #expect(throws: NetworkingError.deviceTaken(tap)) { try await lab.taps.delete(tap) }
            #expect(try await lab.links() == before)
        }
    }

    @Test("refuses a bridge that is none, and makes nothing", arguments: ["missing", "lo"])
    func refusesOtherBridges(name: String) async throws {
        try await NetworkLab.run { lab in
            let bridge = try BridgeName(name)
            await #expect(throws: NetworkingError.noBridge(bridge, existing: ["brtest"])) {
                try await lab.taps.create(tap, on: bridge, for: account)
            }
            #expect(try await lab.links().map(\.name).contains(tap.name) == false)
        }
    }

    @Test("tells what ip said where it fails")
    func reportsFailure() async {
        let error = await #expect(throws: NetworkingError.self) {
            try await TapDevices(namespace: "roost-test-none").list()
        }
        guard case .program(.failed(let program, _, let tail)) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(program == "ip")
        #expect(tail.contains("roost-test-none"))
    }
}
