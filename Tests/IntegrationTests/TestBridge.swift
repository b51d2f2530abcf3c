// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import RoostKit
import Testing

/// A bridge of this machine for one suite, which only root can make; nobody else has the capability that needs one.
struct TestBridge {
    /// Why a test that needs one is not run.
    static let reason: Comment = "bridges need root, and tap devices a /dev/net/tun that guests may open"
    static let isPermitted: Bool = {
        var status = stat()
        return geteuid() == 0 && stat("/dev/net/tun", &status) == 0 && status.st_mode & 0o006 == 0o006
    }()

    let name: String

    /// The bridge of the suite with this lab; at most nine letters of its name fit.
    init(of lab: String) {
        name = "rb\(getpid() % 10_000)-\(lab.prefix(9))"
    }

    /// The bridge as a document names it; nil where there can be none.
    func forDocument() throws -> BridgeName? {
        Self.isPermitted ? try BridgeName(name) : nil
    }

    /// Runs `body` while the bridge is there, and removes it, and what is left on it.
    func with(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Void
    ) async throws {
        guard Self.isPermitted else { return try await body() }
        try HostCommand("ip", "link", "add", name, "type", "bridge").output()
        defer {
            for device in (try? devices()) ?? [] { _ = try? HostCommand("ip", "link", "delete", device).output() }
            #expect(throws: Never.self) { try HostCommand("ip", "link", "delete", name).output() }
        }
        try await body()
    }

    /// The devices on the bridge, by name.
    func devices() throws -> [String] {
        let links = try HostCommand("ip", "-o", "link", "show").output().split(separator: "\n")
        return links.filter { " \($0) ".contains(" master \(name) ") }.compactMap { line in
            line.split(separator: " ").dropFirst().first.map { String($0.dropLast()) }
        }.sorted()
    }
}
