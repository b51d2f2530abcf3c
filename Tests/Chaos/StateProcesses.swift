// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit

/// The daemon's and the guests' processes of one state directory, as `/proc` shows them.
struct StateProcesses: Sendable {
    let state: StateDirectory

    /// The daemon, where one runs.
    func daemon() -> Int32? { named("libvirtd") }

    /// The process of this name that wrote its pid there.
    private func named(_ name: String) -> Int32? {
        let file = state.daemonRun.appending("libvirt/\(name).pid")
        guard let text = try? String(contentsOfFile: file.string, encoding: .utf8),
            let process = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)),
            read(process, "comm") == "\(name)\n",
            ["environ", "cmdline"].contains(where: { read(process, $0).contains("\(state.path)/") })
        else { return nil }
        return process
    }

    /// Every guest's hypervisor, by the guest's number.
    func hypervisors() -> [(guest: Int, process: Int32)] {
        processes().compactMap { process in
            let line = read(process, "cmdline").split(separator: "\0")
            guard let program = line.first, program.contains("qemu-system"),
                line.contains(where: { $0.contains("\(state.path)/") }),
                let name = line.first(where: { $0.hasPrefix("guest=chaos-") }),
                let guest = Int(name.dropFirst("guest=chaos-".count).prefix { $0 != "," })
            else { return nil }
            return (guest, process)
        }
    }

    /// Kills all that still runs there: a run that found something leaves it as it was.
    func endAll() {
        for (_, process) in hypervisors() { kill(process, SIGKILL) }
        for name in ["libvirtd", "virtlogd"] {
            if let process = named(name) { kill(process, SIGKILL) }
        }
    }

    /// Whether the process is gone, or only waits to be reaped.
    func isGone(_ process: Int32) -> Bool {
        let status = read(process, "stat")
        guard let end = status.lastIndex(of: ")") else { return true }
        return status[end...].dropFirst(2).first == "Z"
    }

    private func processes() -> [Int32] {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
    }

    private func read(_ process: Int32, _ file: String) -> String {
        guard let data = FileManager.default.contents(atPath: "/proc/\(process)/\(file)") else { return "" }
        return String(decoding: data, as: UTF8.self)
    }
}
