// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import Libvirt
import RoostKit
import SystemPackage
import Testing

/// Two hosts on this machine, and guests on a privileged libvirtd.
@Suite(
    "Two hosts of a lab", .serialized,
    .enabled(if: geteuid() == 0, "namespaces and a privileged libvirtd need root"))
struct TwoHostLabTests {
    @Test("answer under their own names, reach each other, and stay as they are when brought up again")
    func answer() async throws {
        try await TwoHosts.with("answer") { hosts in
            let before = try hosts.trace()
            let uris = try await hosts.up()
            let sockets = ["a", "b"].map { "\(hosts.directory)/\($0)/run/libvirt/libvirt-sock" }
            #expect(uris == sockets.map { "qemu:///system?socket=\($0)" })
            for (uri, name) in zip(uris, ["lab-a", "lab-b"]) {
                let connection = try await Connection.open(ConnectionURI(uri))
                #expect(try await connection.hostname() == name)
                #expect(try await connection.listDomains().isEmpty)
                await connection.close()
                let list = try await CommandRun(stateDirectory: Lab.base + "/two-\(name)")("--connect", uri, "list")
                #expect(list.status == 0, "\(list.errorText)")
                #expect(list.text == "NAME  STATE  VCPUS  MEMORY  CREATED  ID\n")
            }
            // Over the bridge between them.
            #expect(
                try await hosts.run(on: "a", "virsh", "-c", "qemu+tcp://lab-b/system", "hostname") == "lab-b\n\n")
            let identities = try await hosts.run(on: "a", "virsh", "capabilities").split(separator: "\n")
            let others = try await hosts.run(on: "b", "virsh", "capabilities").split(separator: "\n")
            let isUUID: (Substring) -> Bool = { $0.contains("<uuid>") }
            #expect(identities.filter(isUUID).count == 1 && others.filter(isUUID).count == 1)
            #expect(identities.first(where: isUUID) != others.first(where: isUUID))

            let processes = try hosts.processes()
            #expect(try await hosts.up() == uris)
            #expect(try hosts.processes() == processes)
            try await hosts.down()
            try await hosts.expectNoTrace(since: before)
            try await hosts.down()
            try await hosts.expectNoTrace(since: before)
        }
    }

    @Test("run a guest, whose agent answers, on their privileged libvirtd")
    func guest() async throws {
        try await TwoHosts.with("guest") { hosts in
            let before = try hosts.trace()
            let uri = try await hosts.up()[0]
            let lab = try await Lab("two-guest", connection: .uri(uri, source: "the test"))
            try await lab.storeTinyImage()
            let guest = try await lab.driver.spawn(
                lab.tiny("system-1", interfaces: [Interface(network: .user(publish: []))]),
                until: .agent(within: Lab.patience), context: lab.context)
            #expect(try await lab.shell("cat /etc/os-release | grep ^ID=", in: guest.id) == "ID=roost-tiny")

            let listed = try await lab.roost.json("--connect", uri, "list")
            #expect(listed.elements.map { $0["name"] } == ["system-1"])
            #expect(listed.elements.first?["state"] == "running")
            let qemu = try hosts.processes(running: "qemu-system-x86_64")
            #expect(qemu.count == 1)
            let account = try GuestAccount.named("libvirt-qemu")
            #expect(qemu.first?.status("Uid").first == "\(account.userID)")

            try await lab.driver.stop(guest.id, policy: .graceful(within: Lab.patience), context: lab.context)
            try await lab.driver.start(guest.id, context: lab.context)
            #expect(try await lab.roost("--connect", uri, "delete", "--force", "system-1").status == 0)
            #expect(try await lab.driver.instances(context: lab.context).isEmpty)
            #expect(try hosts.processes(running: "qemu-system-x86_64").isEmpty)
            let files = try FileManager.default.contentsOfDirectory(atPath: lab.state.instances.string)
            #expect(files.isEmpty)
            await lab.driver.close()
            try await hosts.down()
            try await hosts.expectNoTrace(since: before)
        }
    }

    @Test("share directories with a guest of a privileged libvirtd, those that are allowed alone")
    func shares() async throws {
        try await TwoHosts.with("shares") { hosts in
            let before = try hosts.trace()
            let uri = try await hosts.up()[0]
            let shared = FilePath(try Lab.base).appending("shared")
            let manager = FileManager.default
            try manager.createDirectory(atPath: "\(shared)/data", withIntermediateDirectories: true)
            try manager.createSymbolicLink(atPath: "\(shared)/link", withDestinationPath: "/etc")
            try Data("from the host\n".utf8).write(to: URL(filePath: "\(shared)/data/greeting"))
            let lab = try await Lab("two-share", connection: .uri(uri, source: "the test")) {
                $0.sharedDirectories = [shared]
            }
            try await lab.storeTinyImage()
            for (source, code) in [("/etc", ComputeError.Code.denied), ("\(shared)/link", .denied)] {
                let error = await #expect(throws: ComputeError.self) {
                    try await lab.driver.spawn(
                        Self.sharing(source), until: .started, context: lab.context)
                }
                #expect(error?.code == code && error?.problems.map(\.path) == ["shares[0].source"])
            }
            // libvirt 9.0 has no read-only virtio-fs, and it is not left to the guest.
            let unsupported = await #expect(throws: ComputeError.self) {
                try await lab.driver.spawn(
                    Self.sharing("\(shared)/data", readOnly: true), until: .started, context: lab.context)
            }
            #expect(unsupported?.problems.map(\.path) == ["shares[0].read_only"])

            let guest = try await lab.driver.spawn(
                Self.sharing("\(shared)/data"), until: .agent(within: Lab.patience), context: lab.context)
            let mount = "modprobe -q virtiofs; mkdir -p /mnt/d; mount -t virtiofs data /mnt/d; cat /mnt/d/greeting"
            #expect(try await lab.shell(mount, in: guest.id) == "from the host")
            _ = try await lab.shell("echo from the guest > /mnt/d/answer; sync", in: guest.id)
            #expect(try String(contentsOfFile: "\(shared)/data/answer", encoding: .utf8) == "from the guest\n")

            // A directory that was exchanged for a link since is not shared at the next start.
            try await lab.driver.stop(guest.id, policy: .force, context: lab.context)
            try manager.moveItem(atPath: "\(shared)/data", toPath: "\(shared)/moved")
            try manager.createSymbolicLink(atPath: "\(shared)/data", withDestinationPath: "/etc")
            let denied = await #expect(throws: ComputeError.self) {
                try await lab.driver.start(guest.id, context: lab.context)
            }
            #expect(denied?.code == .denied)
            try await lab.deleteAll()
            await lab.driver.close()
            try manager.removeItem(atPath: shared.string)
            try await hosts.down()
            try await hosts.expectNoTrace(since: before)
        }
    }

    private static func sharing(_ source: String, readOnly: Bool = false) throws -> Instance {
        try Instance(
            name: InstanceName("share-1"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(128)),
            disks: [.image(ImageName("tiny"), size: DiskSize(.mebibytes(512)))],
            peripherals: Peripherals(
                shares: [SharedDirectory(tag: ShareTag("data"), source: HostPath(source), isReadOnly: readOnly)]))
    }

    @Test("go with their guests, without a trace, while one runs")
    func downWithGuest() async throws {
        try await TwoHosts.with("running") { hosts in
            let before = try hosts.trace()
            let uri = try await hosts.up()[1]
            let lab = try await Lab("two-run", connection: .uri(uri, source: "the test"))
            try await lab.storeTinyImage()
            _ = try await lab.driver.spawn(lab.tiny("system-2"), until: .started, context: lab.context)
            #expect(try hosts.processes(running: "qemu-system-x86_64").count == 1)
            try await hosts.down()
            try await hosts.expectNoTrace(since: before)
            let error = await #expect(throws: ComputeError.self) {
                try await lab.driver.instances(context: lab.context)
            }
            #expect(error?.code == .hostUnavailable)
        }
    }

    @Test(
        "go without a trace whichever part was killed, and come up again",
        arguments: ["unshare", "inside", "libvirtd", "sleep"])
    func killed(part: String) async throws {
        try await TwoHosts.with("killed-\(part)") { hosts in
            let before = try hosts.trace()
            let uris = try await hosts.up()
            let victim = try #require(try hosts.processes(running: part).first)
            try await victim.end()
            try await hosts.down()
            try await hosts.expectNoTrace(since: before)
            #expect(try await hosts.up() == uris)
            try #require(try hosts.processes(running: part).first).signal(SIGKILL)
            // Brought up without having been taken down.
            #expect(try await hosts.up() == uris)
            let connection = try await Connection.open(ConnectionURI(uris[1]))
            #expect(try await connection.hostname() == "lab-b")
            await connection.close()
            try await hosts.down()
            try await hosts.expectNoTrace(since: before)
        }
    }

    @Test("go without a trace where bringing them up was killed", arguments: [1, 4, 7, 10, 13])
    func killedWhileComingUp(processes: Int) async throws {
        try await TwoHosts.with("cut-\(processes)") { hosts in
            let before = try hosts.trace()
            let up = Process()
            up.executableURL = URL(filePath: TwoHosts.script("up"))
            up.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "ROOST_LAB_DIR": hosts.directory]
            up.standardOutput = FileHandle.nullDevice
            try up.run()
            // As far as it has come when it has made so many processes.
            while up.isRunning, try hosts.processes().count < processes {}
            kill(up.processIdentifier, SIGKILL)
            try await hosts.down()
            try await hosts.expectNoTrace(since: before)
        }
    }
}
