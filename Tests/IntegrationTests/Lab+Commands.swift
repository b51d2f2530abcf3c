// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import RoostKit
import Testing

extension Lab {
    /// A lab with the image `tiny`, and without instances.
    static func ready(_ name: String) async throws -> Lab {
        let lab = try await Lab(name)
        try await lab.storeTinyImage()
        try await lab.deleteAll()
        return lab
    }

    /// The document of a tiny guest, as YAML.
    static func document(_ name: String, more: String = "") -> String {
        """
        version: 1
        name: \(name)
        vcpus: 1
        memory: 128 MiB
        disks:
          - { image: tiny, size: 512 MiB }
        \(more)
        """
    }

    /// A document of the folder `Templates`.
    static func template(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Templates/\(name)")
            .standardizedFileURL.path
    }

    /// Expects that nothing is there that was not there before, and the other way round.
    func expectUnchanged(
        since before: HostSnapshot, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var after = try await HostSnapshot.take(self)
        // A QEMU whose guest went down by itself may still be on its way out when libvirt calls the domain off.
        for _ in 0..<100 where after != before {
            try await Task.sleep(for: .milliseconds(100))
            after = try await HostSnapshot.take(self)
        }
        #expect(after == before, comment, sourceLocation: sourceLocation)
    }

    /// Runs a guest of this name and waits for its agent.
    func runGuest(_ name: String) async throws {
        try await roost.json("run", "-", "--wait", "agent", "--wait-timeout", "3m", input: Self.document(name))
    }
}
