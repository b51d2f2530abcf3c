// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Libvirt
import Testing

@testable import LibvirtDriver

@Suite("A link to the hypervisor")
struct HypervisorLinkTests {
    private static func link() throws -> HypervisorLink {
        let uri = try ConnectionURI("test:///default")
        return HypervisorLink { () async throws(ComputeError) in
            do throws(LibvirtError) {
                return try await Connection.open(uri)
            } catch {
                throw ComputeError(error, subject: "the test", change: false)
            }
        }
    }

    @Test("wakes all who wait for a connection once somebody opens one, again and again")
    func connected() async throws {
        let link = try Self.link()
        for _ in 0..<3 {
            let waiting = (0..<5).map { _ in Task { await link.connected() } }
            while await link.waiters < waiting.count { await Task.yield() }
            _ = try await link.connection()
            for task in waiting { await task.value }
            await link.connected()
            #expect(await link.waiters == 0)
            await link.close()
        }
    }

    @Test("lets one wait on who tried the connection that there is")
    func tried() async throws {
        let link = try Self.link()
        let first = try await link.connection()
        await link.connected()
        let waiting = Task { await link.connected(otherThan: first) }
        while await link.waiters == 0 { await Task.yield() }
        await link.close()
        _ = try await link.connection()
        await waiting.value
    }

    @Test("lets one go who waits no longer")
    func cancelled() async throws {
        let link = try Self.link()
        let waiting = Task { await link.connected() }
        while await link.waiters == 0 { await Task.yield() }
        waiting.cancel()
        await waiting.value
        #expect(await link.waiters == 0)
    }
}
