// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Testing

@testable import Libvirt

@Suite("Connections")
struct ConnectionTests {
    @Test("opens libvirt's shared test host")
    func sharedTestHost() async throws {
        let connection = try await Connection.open(ConnectionURI("test:///default"))
        #expect(try await connection.domain(named: "test").name == "test")
        #expect(try await connection.freeMemory() > 0)
        await connection.close()
    }

    @Test("tells of the host")
    func hostFacts() async throws {
        let host = try await TestHost()
        #expect(try await host.connection.isAlive())
        let client = try Connection.clientLibraryVersion()
        #expect(try await host.connection.libraryVersion() == client)
        #expect(try await host.connection.libraryVersion() >= Version(9, 0, 0))
        #expect(try await host.connection.hypervisorVersion() == Version(0, 0, 2))
        #expect(try await !host.connection.hostname().isEmpty)
        #expect(try await host.connection.capabilities().hasPrefix("<capabilities>"))
        let node = try await host.connection.nodeInfo()
        #expect(node.model == "i686")
        #expect(node.cpus == 16)
        #expect(node.memoryBytes == 3 * 1024 * 1024 * 1024)
        let topology = [node.numaCells, node.socketsPerCell, node.coresPerSocket, node.threadsPerCore]
        #expect(topology == [2, 2, 2, 2])
        await host.connection.close()
    }

    @Test("reports what the driver cannot do")
    func unsupported() async throws {
        let host = try await TestHost()
        let domain = try #require(await host.connection.listDomains().first)
        let command = try await reportKey { () throws(LibvirtError) in
            _ = try await domain.agentCommand("{}")
        }
        #expect(command.code == .noSupport)
        #expect(command.call == "virDomainQemuAgentCommand")
        await host.connection.close()
    }

    @Test("opens without a keepalive where the driver knows none")
    func withoutKeepAlive() async throws {
        let connection = try await Connection.open(
            ConnectionURI("test:///default"), keepAlive: KeepAlive(interval: 5, count: 5))
        #expect(try await connection.isAlive())
        await connection.close()
    }

    @Test("reports why it cannot connect")
    func openFailure() async throws {
        let uri = try ConnectionURI("test:///nonexistent/node.xml")
        let ledger = LiveHandles()
        let key = try await reportKey { () throws(LibvirtError) in
            _ = try await Connection.open(uri, ledger: ledger)
        }
        #expect(key.call == "virConnectOpen")
        #expect(ledger.total == 0)
    }

    @Test("does not open once the deadline has passed")
    func openDeadline() async throws {
        let uri = try ConnectionURI("test:///default")
        await #expect(throws: LibvirtError.deadlineExceeded(call: "virConnectOpen", callMade: false)) {
            try await Connection.open(uri, deadline: .now)
        }
    }

    @Test("a read-only connection changes nothing")
    func readOnly() async throws {
        let host = try await TestHost(readOnly: true)
        let domain = try await host.connection.domain(named: "first")
        let key = try await reportKey { () throws(LibvirtError) in try await domain.destroy() }
        #expect(key == ReportKey(code: .operationDenied, domain: .domain, call: "virDomainDestroyFlags"))
        await host.connection.close()
    }

    @Test("closing twice does no harm, and later calls are refused")
    func close() async throws {
        let host = try await TestHost()
        let domain = try await host.connection.domain(named: "first")
        await host.connection.close()
        await host.connection.close()
        #expect(try await !host.connection.isAlive())
        await #expect(throws: LibvirtError.closed) { try await host.connection.hostname() }
        await #expect(throws: LibvirtError.closed) { try await domain.state() }
        #expect(domain.name == "first")
    }

    @Test("closes at once when nothing else holds it")
    func closeIsComplete() async throws {
        let host = try await TestHost()
        #expect(host.ledger.count(of: .connection) == 1)
        await host.connection.close()
        #expect(host.ledger.total == 0)
    }

    @Test("counts every object, and all are gone in the end")
    func liveHandles() async throws {
        let threads = CallThreads()
        let ledger = LiveHandles()
        func use() async throws {
            let connection = try await Connection.open(
                ConnectionURI("test:///default"), threads: threads, ledger: ledger)
            var domains = try await connection.listDomains()
            #expect(!domains.isEmpty)
            #expect(ledger.count(of: .domain) == domains.count)
            let events = try await connection.events()
            #expect(ledger.count(of: .subscription) == 1)
            _ = try? await connection.domain(named: "no such domain")
            #expect(ledger.count(of: .domain) == domains.count)
            domains = []
            #expect(ledger.count(of: .domain) == 0)
            withExtendedLifetime(events) {}
        }
        try await use()
        try await threads.call("settle", lane: .release) {}
        #expect(ledger.total == 0)
    }

    @Test("a domain keeps its connection open after the connection object is gone")
    func domainOutlivesConnection() async throws {
        let ledger = LiveHandles()
        let threads = CallThreads()
        func look() async throws -> Domain {
            try await Connection.open(ConnectionURI("test:///default"), threads: threads, ledger: ledger)
                .domain(named: "test")
        }
        var domain: Domain? = try await look()
        #expect(ledger.count(of: .connection) == 1)
        #expect(try await domain?.isPersistent() == true)
        domain = nil
        try await threads.call("settle", lane: .release) {}
        #expect(ledger.total == 0)
    }

    @Test("serves two hundred tasks at once, each with its own answer")
    func manyTasks() async throws {
        let host = try await TestHost()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    if number.isMultiple(of: 2) {
                        let domain = try await host.connection.domain(named: "first")
                        #expect(domain.name == "first")
                    } else {
                        do throws(LibvirtError) {
                            _ = try await host.connection.domain(named: "none-\(number)")
                            Issue.record("found none-\(number)")
                        } catch {
                            #expect(error.code == .noDomain)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        await host.connection.close()
        #expect(host.ledger.total == 0)
    }
}
