// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Libvirt
import Testing

/// Two hosts with a privileged libvirtd each, in namespaces of this machine, as `make lab-up` makes them.
struct TwoHosts {
    /// The lab's own directory, below that of the test run.
    let directory: String

    /// Brings two hosts up, runs `body`, and takes them down, however it ended.
    static func with(
        _ name: String, isolation: isolated (any Actor)? = #isolation, _ body: (TwoHosts) async throws -> Void
    ) async throws {
        let hosts = TwoHosts(directory: try Lab.base + "/hosts-\(name)")
        do {
            try await body(hosts)
        } catch {
            try await hosts.down()
            throw error
        }
        try await hosts.down()
    }

    /// Runs `hack/lab/up`; gives the URIs that it printed.
    @discardableResult
    func up() async throws -> [String] {
        try await script("up").outputAside().split(separator: "\n").map(String.init)
    }

    /// Runs `hack/lab/down`.
    func down() async throws {
        _ = try await script("down").outputAside()
    }

    /// Runs a program on the host `a` or `b`; gives what it wrote.
    @discardableResult
    func run(on host: String, _ arguments: String...) async throws -> String {
        try await script("enter", [host] + arguments).outputAside()
    }

    func script(_ name: String, _ arguments: [String] = []) -> HostCommand {
        HostCommand(["env", "ROOST_LAB_DIR=\(directory)", Self.script(name)] + arguments)
    }

    /// A script of the folder `hack/lab`.
    static func script(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../hack/lab/\(name)")
            .standardizedFileURL.path
    }

    /// The lab's processes, guests included: they see the lab's directory mounted, or name it.
    func processes() throws -> [HostProcess] {
        // By grep: in a test's own code it takes a second.
        let search = """
            grep -lszE -e "$0" /proc/[0-9]*/mountinfo /proc/[0-9]*/environ /proc/[0-9]*/cmdline || true
            """
        let files = try HostCommand("sh", "-c", search, "\(directory)(/|$)").output().split(separator: "\n")
        return Set(files.compactMap { Int32($0.split(separator: "/")[1]) }).sorted().map { HostProcess(id: $0) }
    }

    /// Those of its processes that run this program, without its arguments' differences.
    func processes(running program: String) throws -> [HostProcess] {
        try processes().filter { process in
            let line = FileManager.default.contents(atPath: "/proc/\(process.id)/cmdline") ?? Data()
            return String(decoding: line, as: UTF8.self).split(separator: "\0").prefix(2).contains { word in
                word.split(separator: "/").last.map(String.init) == program
            }
        }
    }

    /// All that a lab may leave on the machine.
    struct Trace: Hashable {
        var processes: Set<Int32> = []
        var mounts: Set<Substring> = []
        var links: Set<String> = []
        var controlGroups: Set<Substring> = []
        var directories: Set<String> = []

        /// What is here and not in `before`. What tests beside this one removed meanwhile is no matter.
        func beyond(_ before: Trace) -> Trace {
            Trace(
                processes: processes.subtracting(before.processes), mounts: mounts.subtracting(before.mounts),
                links: links.subtracting(before.links),
                controlGroups: controlGroups.subtracting(before.controlGroups),
                directories: directories.subtracting(before.directories))
        }
    }

    /// What there is now.
    func trace() throws -> Trace {
        let manager = FileManager.default
        let groups = try HostCommand("find", "/sys/fs/cgroup", "-type", "d", "-iname", "*libvirt*").output()
        return Trace(
            processes: Set(try processes().map(\.id)),
            mounts: Set(try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8).split(separator: "\n")),
            links: Set(try manager.contentsOfDirectory(atPath: "/sys/class/net")),
            controlGroups: Set(groups.split(separator: "\n")),
            directories: manager.fileExists(atPath: directory) ? [directory] : [])
    }

    /// Expects nothing that was not there before.
    func expectNoTrace(since before: Trace, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        // Tests beside this one make links of their own, and remove them.
        var left = try trace().beyond(before)
        for _ in 0..<300 where left != Trace() {
            try await Task.sleep(for: .milliseconds(100))
            left = try trace().beyond(before)
        }
        #expect(left == Trace(), "\(left)", sourceLocation: sourceLocation)
    }
}
