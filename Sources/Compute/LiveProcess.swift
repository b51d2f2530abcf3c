// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import HostFiles
package import SystemPackage

/// A process of this host, with a path that its command line names.
package struct LiveProcess: Sendable, Hashable {
    /// The process.
    package let processID: Int32
    /// The program's name, as the kernel has it.
    package let program: String
    /// The path below which it uses something.
    package let path: FilePath

    /// A process with an argument that has one of `directories`, or something below one, in it; nil where none is seen.
    ///
    /// QEMU's arguments name its monitor's socket, wherever in a longer text. Roost sees the processes of its guests:
    /// they are its own account's, or it is root's.
    package static func first(namingAnyOf directories: [FilePath]) -> LiveProcess? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        for processID in names.compactMap(Int32.init) where processID != getpid() {
            let process = FilePath("/proc/\(processID)")
            guard let words = HostFile.kernelText(process.appending("cmdline"), atMost: 4 << 20),
                let path = directories.first(where: { words.contains("\($0)/") })
            else { continue }
            let program = HostFile.kernelText(process.appending("comm")) ?? ""
            return LiveProcess(
                processID: processID, program: program.trimmingCharacters(in: .newlines), path: path)
        }
        return nil
    }
}
