// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Libvirt
import RoostKit
import SystemPackage

/// All that an operation may leave on a host: files, processes, definitions, tap devices, locks, claims, records.
struct HostSnapshot: Hashable, CustomStringConvertible {
    let files: [String]
    let processes: [String]
    let domains: [String]
    /// Those on the bridge of the lab's suite.
    let taps: [String]
    let locks: [String]
    let claims: [String]
    let records: [String]

    /// What is there now, of one lab.
    static func take(_ lab: Lab) async throws -> HostSnapshot {
        let journal = try Journal.open(lab.state)
        let connection = try await Connection.open(
            ConnectionURI(lab.state.daemonURI))
        let domains = try await connection.listDomains().map(\.name)
        await connection.close()
        let locks = try DomainLocks(lab.state).held().keys.map(\.description)
        return HostSnapshot(
            files: try files(below: lab.state.path.string), processes: try qemuProcesses(of: lab),
            domains: domains.sorted(), taps: try TestBridge(of: lab.name).devices(), locks: locks.sorted(),
            claims: try journal.claims().map { "\($0.claim)" }.sorted(),
            records: try journal.instances().map(\.name).sorted())
    }

    var description: String {
        """
        files \(files), processes \(processes), domains \(domains), taps \(taps), locks \(locks), \
        claims \(claims), records \(records)
        """
    }

    /// Everything below the images, instances, locks and agent sockets; the daemon's own files come and go.
    private static func files(below root: String) throws -> [String] {
        let manager = FileManager.default
        return try ["images", "instances", "volumes", "locks", "private/agent", "private/libvirt/qemu"].flatMap {
            part in
            let path = root + "/" + part
            guard manager.fileExists(atPath: path) else { return [String]() }
            return try manager.subpathsOfDirectory(atPath: path).map { part + "/" + $0 }
        }.filter {
            // The table of locks is made with the first lock, libvirt's directory of TPMs with the first; both stay.
            !$0.contains("/lib/") && !$0.hasPrefix("private/libvirt/qemu/channel")
                && !["locks/instances", "private/libvirt/qemu/swtpm"].contains($0)
        }.sorted()
    }

    private static func qemuProcesses(of lab: Lab) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.compactMap { process in
            guard let line = try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8),
                line.contains("qemu-system") || line.contains("swtpm"), line.contains(lab.state.path.string)
            else { return nil }
            return "\(process) \(line.split(separator: "\0").prefix(8).joined(separator: " "))"
        }.sorted()
    }
}
