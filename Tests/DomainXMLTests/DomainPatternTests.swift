// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import Testing

@Suite("Patterns of places")
struct DomainPatternTests {
    private static let document = """
        <domain type="kvm">
          <name>web</name>
          <devices>
            <disk type="file"><target dev="vda" bus="virtio"/><serial>a b</serial></disk>
            <disk type="block"><target dev="vdb" bus="virtio"/></disk>
            <console type="pty"><target type="serial" port="0"/></console>
            <hostdev><source/></hostdev>
            <hostdev/>
          </devices>
        </domain>
        """

    private static let vda = "/domain/devices/disk[target/@dev='vda']"
    private static let vdb = "/domain/devices/disk[target/@dev='vdb']"
    private static let console = "/domain/devices/console[target/@type='serial' and target/@port='0']"

    @Test("a document's nodes are told as differences tell places, in its order")
    func nodes() throws {
        let document = try DomainDocument(parsing: Self.document)
        #expect(
            document.nodes.map(\.path) == [
                "/domain", "/domain/@type", "/domain/name", "/domain/devices", Self.vda, "\(Self.vda)/@type",
                "\(Self.vda)/target", "\(Self.vda)/target/@dev", "\(Self.vda)/target/@bus", "\(Self.vda)/serial",
                Self.vdb, "\(Self.vdb)/@type", "\(Self.vdb)/target", "\(Self.vdb)/target/@dev",
                "\(Self.vdb)/target/@bus", Self.console, "\(Self.console)/@type", "\(Self.console)/target",
                "\(Self.console)/target/@type", "\(Self.console)/target/@port", "/domain/devices/hostdev[1]",
                "/domain/devices/hostdev[1]/source", "/domain/devices/hostdev[2]",
            ])
        #expect(document.nodes.prefix(4).map(\.value) == [nil, "kvm", "web", nil])
        #expect(document.nodes[9].names == "/domain/devices/disk/serial")
    }

    @Test(
        "mean what a person means by them",
        arguments: [
            ("name", ["/domain/name"]), ("/name", []), ("/domain/name", ["/domain/name"]), ("//name", ["/domain/name"]),
            ("disk", [vda, vdb]), ("devices/disk", [vda, vdb]), ("/domain/devices/disk[2]", [vdb]),
            ("disk/@type", ["\(vda)/@type", "\(vdb)/@type"]), ("disk[@type='block']", [vdb]),
            (vda, [vda]), ("\(vdb)/target/@dev", ["\(vdb)/target/@dev"]),
            ("disk[serial = \"a b\"]/target", ["\(vda)/target"]), ("disk[@type='file'][target/@dev='vdb']", []),
            (console, [console]), ("hostdev[1]", ["/domain/devices/hostdev[1]"]), ("hostdev[3]", []),
            ("disk[1]/target/@*", ["\(vda)/target/@dev", "\(vda)/target/@bus"]),
            ("hostdev/*", ["/domain/devices/hostdev[1]/source"]),
            (
                "console/**",
                [
                    "\(console)/@type", "\(console)/target", "\(console)/target/@type", "\(console)/target/@port",
                ]
            ),
            ("@port", ["\(console)/target/@port"]), ("target/serial", []),
        ])
    func meaning(text: String, paths: [String]) throws {
        let pattern = try DomainPattern(parsing: text)
        let nodes = try DomainDocument(parsing: Self.document).nodes
        #expect(nodes.filter(pattern.matches).map(\.path) == paths)
    }

    @Test("each place of a document is a pattern that means it alone")
    func places() throws {
        let nodes = try DomainDocument(parsing: Self.document).nodes
        for node in nodes {
            let pattern = try DomainPattern(parsing: node.path)
            #expect(nodes.filter(pattern.matches).map(\.path) == [node.path])
        }
    }

    @Test(
        "are refused where they are none",
        arguments: [
            ("", DomainPatternError.step("")), ("/", .step("/")), ("///a", .step("///a")), ("a//b", .step("")),
            ("a/", .step("")), ("a/@b/c", .step("@b")), ("**", .step("**")), ("a b", .step("a b")), ("@", .step("")),
            ("a[1]b", .step("a[1]b")), ("a[0]", .condition("0")), ("a[-1]", .condition("-1")), ("a[]", .condition("")),
            ("a[b]", .condition("b")), ("a[b=c]", .condition("b=c")), ("a[b='c' and]", .condition("")),
            ("a[@b/c='d']", .condition("@b/c='d'")), ("a[b='c]", .open("a[b='c]")), ("a[", .open("a[")),
            ("a]", .open("a]")),
        ])
    func refused(text: String, error: DomainPatternError) {
        #expect(throws: error) { try DomainPattern(parsing: text) }
    }
}
