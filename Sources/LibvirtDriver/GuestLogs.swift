// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import HostFiles
import SystemPackage

/// QEMU's own log of a domain, which libvirt writes on this host; its last lines say why QEMU did not start.
struct QEMULog {
    /// Where libvirt keeps the logs of its QEMU processes.
    let directory: FilePath
    /// That directory or one above it, which only the caller and root may write.
    let trusted: FilePath

    /// The last `count` lines for the domain `name`, without the command line; empty where there is no log.
    ///
    /// The directory may belong to the account that QEMU runs as, which could put anything in its place: no link is
    /// followed below what is trusted, and only the last 16 KiB of a regular file are read.
    func lastLines(_ count: Int, of name: String) -> [String] {
        let path = directory.appending("\(name).log")
        guard let bytes = try? HostFile.open(path, below: trusted).tail(atMost: 16 << 10) else { return [] }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        let own = lines.lastIndex { $0.contains("starting up") } ?? lines.startIndex
        var interesting: [String] = []
        var isCommandLine = false
        for line in lines[own...] where !line.contains("starting up") {
            // The environment and the command line go over several lines, each but the last with a backslash.
            let continues = line.hasSuffix("\\")
            if !continues, !isCommandLine, !line.contains("shutting down") { interesting.append(line) }
            isCommandLine = continues
        }
        return interesting.suffix(count).map { String($0.prefix(400)) }
    }
}
