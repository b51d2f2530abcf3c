// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import RoostKit
import SystemPackage
import Testing

/// A program of somebody else's over the library.
@Suite("a program that embeds the library")
struct EmbeddingTests {
    @Test("the README's program boots a guest, hears its answer, and leaves no instance")
    func example() async throws {
        let lab = try await Lab("embed")
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(filePath: tests).deletingLastPathComponent().appending(path: "EmbeddingExample").path
        let output = try await HostCommand(program, lab.state.path.string, GuestImage.tiny.path()).outputAside()
        #expect(output.hasPrefix("Linux roost-tiny "))
        #expect(try await lab.driver.instances(context: lab.context).isEmpty)
        #expect(try await lab.driver.images(context: lab.context).map(\.name.description) == ["example"])
    }
}
