// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import SystemPackage
import Testing

/// A real Debian guest, set up by cloud-init from documents.
@Suite("cloud-init", .serialized)
struct CloudInitTests {
    /// A place for keys and documents, and a port of the host that is free.
    private struct Workshop {
        let lab: Lab
        let directory: String
        let port: Int
        let publicKey: String

        init(_ name: String) async throws {
            lab = try await Lab("cloud")
            try await lab.deleteAll()
            directory = try Lab.base + "/\(name).documents"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            let key = directory + "/key"
            try HostCommand("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", key).output()
            publicKey = try String(contentsOfFile: key + ".pub", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            port = try Self.freePort()
            let image = try ImageName("debian-12")
            if try await !lab.driver.images(context: lab.context).contains(where: { $0.name == image }) {
                try await lab.roost.json(
                    "image", "add", "debian-12", GuestImage.debian.path(), "--format", "qcow2")
            }
        }

        /// The command, with more time than other guests need: a whole Debian starts slowly under emulation.
        var roost: CommandRun {
            var roost = lab.roost
            roost.limit = .seconds(900)
            return roost
        }

        /// `Templates/cloud.yaml` with this workshop's key and port, and with `changes` made to its lines.
        func document(_ changes: [(old: String, new: String)]) throws -> String {
            var text = try String(contentsOfFile: Lab.template("cloud.yaml"), encoding: .utf8)
            let exampleKey = try #require(text.split(separator: "\n").first { $0.contains("- ssh-ed25519 ") })
            let all = [("2222:22\"]", "\(port):22\"]"), (String(exampleKey), "    - \(publicKey)")] + changes
            for (old, new) in all {
                try #require(text.contains(old))
                text = text.replacingOccurrences(of: old, with: new)
            }
            return text
        }

        /// Runs a command in the guest over SSH, as the image's own user, once the guest lets that in.
        func ssh(_ command: String) async throws -> String {
            let arguments = [
                "-p", "\(port)", "-i", directory + "/key", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes",
                "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=QUIET",
                "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4",
                "debian@127.0.0.1", command,
            ]
            let end = ContinuousClock.now + .seconds(900)
            while true {
                do {
                    return try await HostCommand(["ssh", "-F", "none"] + arguments).outputAside()
                } catch {
                    guard ContinuousClock.now < end else { throw error }
                }
                try await Task.sleep(for: .seconds(1))
            }
        }

        private static func freePort() throws -> Int {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            // SAFETY: an IPv4 address is read and written as the general address of its own length.
            let bound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                    bind(descriptor, general, length) == 0 && getsockname(descriptor, general, &length) == 0
                }
            }
            try #require(bound)
            return Int(UInt16(bigEndian: address.sin_port))
        }
    }

    @Test("the template's guest is reached by the key of its document, and has the name that it was given")
    func template() async throws {
        let workshop = try await Workshop("template")
        let roost = workshop.roost
        let document = try workshop.document([("hostname: cloud-1", "hostname: harbour")])
        let run = try await roost.json("run", "-", "--wait", "running", input: document)
        let id = try #require(run["id"]?.text)

        let seed = "\(workshop.lab.state.instances)/\(id)/seed.iso"
        let attributes = try FileManager.default.attributesOfItem(atPath: seed)
        #expect([0o400, 0o600].contains(attributes[.posixPermissions] as? Int))

        #expect(try await workshop.ssh("hostname") == "harbour\n")
        #expect(try await workshop.ssh("id -un; sudo id -un") == "debian\nroot\n")
        #expect(try await roost("wait", "cloud-1", "--for", "agent", "--timeout", "12m").status == 0)
        #expect(try await roost.json("show", "cloud-1", "--guest")["id"] == "debian")
        #expect(try await roost("stop", "cloud-1", "--timeout", "3m").status == 0)
        #expect(try await roost("delete", "cloud-1").status == 0)
    }

    @Test("user data from a file is run in the guest, and is nowhere to be read on the host")
    func userDataFile() async throws {
        let workshop = try await Workshop("userdata")
        let roost = workshop.roost
        let secret = "secret-\(UUID().uuidString)"
        let userData = "#cloud-config\nruncmd:\n  - [sh, -c, 'printf %s \(secret) >/root/proof']\n"
        try userData.write(toFile: workshop.directory + "/user-data.yaml", atomically: true, encoding: .utf8)
        let document = try workshop.document([
            ("name: cloud-1\nvcpus", "name: cloud-2\nvcpus"),
            ("  hostname: cloud-1\n", "  hostname: cloud-2\n  user_data_file: user-data.yaml\n"),
        ])
        let path = workshop.directory + "/cloud.yaml"
        try document.write(toFile: path, atomically: true, encoding: .utf8)
        try await roost.json("run", path, "--wait", "agent", "--wait-timeout", "12m")

        let state = workshop.lab.state
        let processes = try HostCommand("ps", "-e", "-ww", "-o", "args").output()
        #expect(processes.contains("guest=cloud-2"))
        #expect(!processes.contains(secret))
        let connection = state.daemonURI
        let definition = try HostCommand("virsh", "-c", connection, "dumpxml", "--security-info", "cloud-2").output()
        #expect(definition.contains("seed.iso"))
        #expect(!definition.contains(secret))
        #expect(try await !roost("show", "cloud-2", "--spec").text.contains(secret))
        #expect(try Self.files(below: state.path.string, holding: secret).filter { !$0.hasSuffix("seed.iso") } == [])

        // Asked again and again: a guest that boots on a slow machine now and then answers its agent late.
        let end = ContinuousClock.now + .seconds(600)
        var proof = try await roost("exec", "cloud-2", "--", "cat", "/root/proof")
        while proof.text != secret, ContinuousClock.now < end {
            try await Task.sleep(for: .seconds(2))
            proof = try await roost("exec", "cloud-2", "--", "cat", "/root/proof")
        }
        #expect(proof.text == secret, "\(proof.errorText)")
        #expect(try await roost("delete", "cloud-2", "--force").status == 0)
        #expect(try Self.files(below: state.path.string, holding: secret) == [])
    }

    /// The files that hold the text, images and guests' disks aside: there the guest itself may have written it.
    ///
    /// Another process looks for it: this one would lose SQLite's locks with the first file of the journal it closed.
    private static func files(below directory: String, holding text: String) throws -> [String] {
        // A file may go while it is looked for; one that cannot be read twice is an error.
        let search = #"s() { grep -rlaF -- "$1" "$2" || [ $? = 1 ]; }; s "$1" "$2" 2>/dev/null || s "$1" "$2""#
        return try HostCommand("sh", "-c", search, "sh", text, directory).output().split(separator: "\n")
            .map(String.init).filter { !$0.contains("/images/") && !$0.contains("/disk-") }
    }
}
