// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import HostFiles
import SystemPackage

/// The program that serves directories by virtio-fs, which libvirt finds by descriptors of programs for vhost-user.
enum VirtioFSDaemon {
    /// Whether a descriptor of this host names one that can be run.
    static var isInstalled: Bool {
        ["/etc/qemu/vhost-user", "/usr/share/qemu/vhost-user"].contains { directory in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            return names.contains { $0.hasSuffix(".json") && isOne(FilePath(directory).appending($0)) }
        }
    }

    static func isOne(_ descriptor: FilePath) -> Bool {
        guard let bytes = try? HostFile.open(descriptor).bytes(atMost: 64 << 10),
            let description = try? JSONDecoder().decode(Description.self, from: Data(bytes))
        else { return false }
        return description.type == "fs" && access(description.binary, X_OK) == 0
    }

    private struct Description: Decodable {
        let type: String
        let binary: String
    }
}
