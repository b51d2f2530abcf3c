// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

@testable import Libvirt

@Suite("Connection URIs")
struct ConnectionURITests {
    struct Good: Sendable {
        let text: String
        var driver = "qemu"
        var transport: ConnectionURI.Transport?
        var user: String?
        var host: String?
        var port: Int?
        let path: String
        var parameters: [String] = []
    }

    @Test(
        "takes every form apart",
        arguments: [
            Good(text: "qemu:///system", path: "/system"),
            Good(
                text: "qemu:///session?socket=/run/x/libvirt-sock", path: "/session",
                parameters: ["socket=/run/x/libvirt-sock"]),
            Good(text: "qemu:///embed?root=/var/lib/x", path: "/embed", parameters: ["root=/var/lib/x"]),
            Good(text: "qemu+unix:///system", transport: .unix, path: "/system"),
            Good(text: "qemu+ssh://u@h/system", transport: .ssh, user: "u", host: "h", path: "/system"),
            Good(
                text: "qemu+ssh://u@h.example:2222/system?keyfile=/k%20k&no_verify=1", transport: .ssh, user: "u",
                host: "h.example", port: 2222, path: "/system", parameters: ["keyfile=/k k", "no_verify=1"]),
            Good(
                text: "qemu+tls://[fe80::1]:16514/system", transport: .tls, host: "fe80::1", port: 16514,
                path: "/system"),
            Good(text: "qemu+tcp://10.77.0.10/system", transport: .tcp, host: "10.77.0.10", path: "/system"),
            Good(text: "test:///default", driver: "test", path: "/default"),
            Good(text: "test:///srv/node.xml", driver: "test", path: "/srv/node.xml"),
            Good(text: "lxc:///", driver: "lxc", path: "/"),
            Good(text: "qemu://host/system", host: "host", path: "/system"),
        ])
    func takesApart(good: Good) throws {
        let uri = try ConnectionURI(good.text)
        #expect(uri.text == good.text)
        #expect(uri.description == good.text)
        #expect(uri.driver == good.driver)
        #expect(uri.transport == good.transport)
        #expect(uri.user == good.user)
        #expect(uri.host == good.host)
        #expect(uri.port == good.port)
        #expect(uri.path == good.path)
        #expect(uri.parameters.map { "\($0.name)=\($0.value)" } == good.parameters)
    }

    @Test(
        "refuses what no connection URI is",
        arguments: [
            ("", ConnectionURIError.noScheme), ("qemu", .noScheme), ("://x", .noScheme), ("qemu:/system", .noScheme),
            ("qemu:///sys tem", .character(position: 12)), ("qemu:///system\n", .character(position: 15)),
            ("qemu:///system\0", .character(position: 15)), ("qemu:///système", .character(position: 13)),
            ("QEMU:///system", .unknownDriver("QEMU")), ("http://h/", .unknownDriver("http")),
            ("qemu+ext:///system", .unknownTransport("ext")), ("qemu+:///system", .unknownTransport("")),
            ("qemu+ssh://-oProxyCommand=x/system", .malformedAuthority),
            ("qemu+ssh://-l@h/system", .malformedAuthority), ("qemu+ssh://u@/system", .malformedAuthority),
            ("qemu+ssh://a@b@h/system", .malformedAuthority), ("qemu+tls://[]/system", .malformedAuthority),
            ("qemu+tls://h:0/system", .malformedPort), ("qemu+tls://h:65536/system", .malformedPort),
            ("qemu+tls://h:+1/system", .malformedPort), ("qemu+tls://h:/system", .malformedPort),
            ("qemu+unix://h/system", .hostNotAllowed), ("qemu://h/embed?root=/x", .hostNotAllowed),
            ("qemu:///", .unknownPath(driver: "qemu")), ("qemu:///other", .unknownPath(driver: "qemu")),
            ("test:///", .unknownPath(driver: "test")), ("qemu:///embed", .needsAbsolutePath(parameter: "root")),
            ("qemu:///embed?root=x", .needsAbsolutePath(parameter: "root")),
            ("qemu:///session?socket=x", .needsAbsolutePath(parameter: "socket")),
            ("qemu:///system?x", .malformedParameter(position: 1)),
            ("qemu:///system?a=1&a=2", .malformedParameter(position: 2)),
            ("qemu:///system?a=%0a", .malformedParameter(position: 1)),
            ("qemu:///system?a=%f", .malformedParameter(position: 1)), ("qemu:///system#x", .fragment),
            ("qemu:///system?a=" + String(repeating: "x", count: 4096), .tooLong),
        ])
    func refuses(text: String, error: ConnectionURIError) {
        #expect(throws: error) { try ConnectionURI(text) }
    }

    @Test(
        "shows no password, however it is printed",
        arguments: [
            ("qemu+ssh://u:s3cret@h/system", "qemu+ssh://u:***@h/system"),
            ("qemu+ssh://u:s3:cret@h:22/system", "qemu+ssh://u:***@h:22/system"),
            ("esx://h/?Password=s3cret&no_verify=1", "esx://h/?Password=***&no_verify=1"),
        ])
    func hidesPasswords(text: String, shown: String) throws {
        let uri = try ConnectionURI(text)
        #expect(uri.description == shown)
        #expect(String(reflecting: uri) == shown)
        var dumped = ""
        dump(uri, to: &dumped)
        #expect(!dumped.contains("s3"))
        #expect(uri.text == text)
    }
}
