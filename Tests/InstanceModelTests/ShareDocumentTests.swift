// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import InstanceModel
import Testing

@Suite("Shares, channels and serial ports in the instance document")
struct ShareDocumentTests {
    private static let head = "version: 1\nname: m-1\nmemory: 256 MiB\nvcpus: 2\ndisks: [{ size: 1 GiB }]\n"

    @Test("each field is read, stored and read back")
    func whole() throws {
        let instance = try InstanceDocument.parse(
            Self.head + """
                shares:
                  - { tag: data, source: /srv/data }
                  - { tag: tools.1, source: /srv/a+b/c@d, read_only: true }
                channels: [org.example.backup.0, b]
                serial_ports: 3
                """)
        let peripherals = Peripherals(
            shares: [
                SharedDirectory(tag: try ShareTag("data"), source: try HostPath("/srv/data")),
                SharedDirectory(tag: try ShareTag("tools.1"), source: try HostPath("/srv/a+b/c@d"), isReadOnly: true),
            ],
            channels: [try ChannelName("org.example.backup.0"), try ChannelName("b")],
            serialPorts: try SerialPortCount(3))
        #expect(instance.peripherals == peripherals)
        #expect(try InstanceDocument.parseStored(InstanceDocument.stored(instance)) == instance)
    }

    private static let aPath =
        "a path of the host is absolute, of a-z A-Z 0-9 . _ - + @ between slashes, without . and .."
    private static let aTag = "a share's tag has 1 to 36 of a-z A-Z 0-9 . _ -"
    private static let aChannel =
        "a channel's name has 1 to 64 of a-z A-Z 0-9 . _ - and starts with a letter or digit"

    static let mistakes: [(lines: String, problems: [String])] = [
        ("shares: /srv", ["shares: this is a list"]),
        ("shares: [/srv]", ["shares[0]: this is a mapping of keys and values"]),
        ("shares: [{ tag: a }]", ["shares[0].source: `source` is required"]),
        ("shares: [{ source: /a }]", ["shares[0].tag: `tag` is required"]),
        ("shares: [{ tag: a, source: /a, readonly: true }]", ["shares[0].readonly: this key is not known here"]),
        (
            "shares: [{ tag: a, source: /a, read_only: 1 }]",
            ["shares[0].read_only: this is true or false, without quotes"]
        ),
        ("shares: [{ tag: '', source: /a }]", ["shares[0].tag: \(aTag)"]),
        ("shares: [{ tag: a/b, source: /a }]", ["shares[0].tag: \(aTag)"]),
        ("shares: [{ tag: \(String(repeating: "a", count: 37)), source: /a }]", ["shares[0].tag: \(aTag)"]),
        ("shares: [{ tag: a, source: a }]", ["shares[0].source: \(aPath)"]),
        ("shares: [{ tag: a, source: / }]", ["shares[0].source: \(aPath)"]),
        ("shares: [{ tag: a, source: /a/ }]", ["shares[0].source: \(aPath)"]),
        ("shares: [{ tag: a, source: //a }]", ["shares[0].source: \(aPath)"]),
        ("shares: [{ tag: a, source: /a/../b }]", ["shares[0].source: \(aPath)"]),
        ("shares: [{ tag: a, source: /a/./b }]", ["shares[0].source: \(aPath)"]),
        ("shares: [{ tag: a, source: '/a,b' }]", ["shares[0].source: \(aPath)"]),
        ("shares: [{ tag: a, source: '/a/\(String(repeating: "b", count: 1_022))' }]", ["shares[0].source: \(aPath)"]),
        (
            "shares: [{ tag: a, source: /a }, { tag: a, source: /b }]",
            ["shares[1].tag: each share has its own tag, and `shares[0].tag` is the same"]
        ),
        (
            "shares: [{ tag: a, source: /a }]\nmemory_backing: { source: anonymous }",
            [
                "memory_backing.source: `shares` needs memory that others can map, and `memory_backing.source` is "
                    + "anonymous"
            ]
        ),
        ("shares: [{ tag: a, source: /a }]\nmemory_backing: { source: file, shared: true }", []),
        (
            "interfaces: [{ network: user }, { network: { vhostuser: /s/a } }]\nmemory_backing: { source: anonymous }",
            [
                "memory_backing.source: `interfaces[1].network.vhostuser` needs memory that others can map, and "
                    + "`memory_backing.source` is anonymous"
            ]
        ),
        (
            "interfaces: [{ network: { vhostuser: /s/a } }]\nfirmware: uefi\nlaunch_security: { type: sev }",
            [
                "interfaces[0].network.vhostuser: a switch behind `vhostuser` cannot reach memory that "
                    + "`launch_security` encrypts"
            ]
        ),
        ("channels: b", ["channels: this is a list"]),
        ("channels: [5]", ["channels[0]: this is text"]),
        ("channels: ['']", ["channels[0]: \(aChannel)"]),
        ("channels: [.a]", ["channels[0]: \(aChannel)"]),
        ("channels: [a b]", ["channels[0]: \(aChannel)"]),
        ("channels: [\(String(repeating: "a", count: 65))]", ["channels[0]: \(aChannel)"]),
        ("channels: [org.qemu.guest_agent.0]", ["channels[0]: the guest agent's channel is there by `agent`"]),
        (
            "channels: [a, b, a]", ["channels[2]: each channel has its own name, and `channels[0]` is the same"]
        ),
        ("serial_ports: 0", ["serial_ports: 1 to 3 serial ports beside the console's"]),
        ("serial_ports: 4", ["serial_ports: 1 to 3 serial ports beside the console's"]),
        ("serial_ports: two", ["serial_ports: this is a whole number, in decimal and without quotes"]),
    ]

    @Test("each mistake is told with its place and its rule, and both fields are named", arguments: mistakes)
    func mistake(lines: String, expected: [String]) {
        let text = Self.head + lines + "\n"
        #expect(problems(in: text).map { "\($0.path): \($0.violation.rule)" } == expected)
    }

    @Test("a socket of a switch is read, stored and read back")
    func socket() throws {
        let instance = try InstanceDocument.parse(
            Self.head + "interfaces: [{ network: { vhostuser: /run/ovs/vhu-1 } }]")
        #expect(instance.interfaces == [Interface(network: .vhostUser(try HostPath("/run/ovs/vhu-1")))])
        #expect(instance.interfaces.map(\.network.summary) == ["vhostuser:/run/ovs/vhu-1"])
        #expect(try InstanceDocument.parseStored(InstanceDocument.stored(instance)) == instance)
    }

    @Test("at most 8 shares and 8 channels", arguments: [8, 9])
    func most(count: Int) {
        let shares = (0..<count).map { "{ tag: t\($0), source: /srv }" }.joined(separator: ", ")
        let channels = (0..<count).map { "c\($0)" }.joined(separator: ", ")
        let text = Self.head + "shares: [\(shares)]\nchannels: [\(channels)]\n"
        #expect(problems(in: text).map(\.path) == (count == 8 ? [] : ["shares", "channels"]))
    }
}
