// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel
import Libvirt
import Testing

@testable import LibvirtDriver

@Suite("A feed of instances' events")
struct InstanceEventFeedTests {
    /// Answers in turn; the last answer stays.
    private actor Answers {
        private var left: [Result<Bool, ComputeError>]
        private(set) var count = 0

        init(_ answers: Result<Bool, ComputeError>...) { left = answers }

        func next() throws(ComputeError) -> Bool {
            count += 1
            return try (left.count > 1 ? left.removeFirst() : left[0]).get()
        }
    }

    private static let failure = ComputeError(.deadlineExceeded, subject: "domain", message: "libvirt did not answer")

    @Test("that cannot tell whose a domain is says that something is missing, and asks again at the next event")
    func failedLookup() async throws {
        let scene = try await DriverScene()
        let answers = Answers(.failure(Self.failure), .success(true))
        let feed = InstanceEventFeed(
            driver: scene.driver, isOurs: { _ throws(ComputeError) in try await answers.next() })
        try await feed.begin(by: nil)
        let domain = try await scene.driver.requireDomain(try #require(DriverScene.domain))
        try await domain.suspend()
        try await domain.resume()
        #expect(try await feed.next()?.kind == .gap)
        let event = try await feed.next()
        #expect(event?.kind == .resumed)
        #expect(event?.name == "test")
        #expect(await answers.count == 2)
    }

    @Test("asks once about a domain that others made")
    func foreign() async throws {
        let scene = try await DriverScene()
        let answers = Answers(.success(false))
        let feed = InstanceEventFeed(
            driver: scene.driver, isOurs: { _ throws(ComputeError) in try await answers.next() })
        try await feed.begin(by: nil)
        let domain = try await scene.driver.requireDomain(try #require(DriverScene.domain))
        for _ in 0..<3 {
            try await domain.suspend()
            try await domain.resume()
        }
        let heard = Task { try await feed.next() }
        while await answers.count == 0 { await Task.yield() }
        await scene.driver.close()
        #expect(try await heard.value == nil)
        #expect(await answers.count == 1)
    }
}
