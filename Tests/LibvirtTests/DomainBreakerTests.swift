// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Testing

@testable import Libvirt

@Suite("A breaker")
struct DomainBreakerTests {
    private static let start = ContinuousClock.now
    private static let first = HungCall(call: "first", since: start)
    private static let second = HungCall(call: "second", since: start + .seconds(1))

    @Test("lets every call through while none hangs")
    func closed() {
        var breaker = DomainBreaker()
        for number in 1...3 { #expect(breaker.asked(number) == .make) }
        for number in 1...3 { breaker.returned(number) }
        #expect(breaker.isClosed)
    }

    @Test("refuses calls while one hangs, and names the one that has hung longest")
    func open() {
        var breaker = DomainBreaker()
        #expect(breaker.hung(2, Self.second) == .refuseWaiting(Self.second))
        #expect(breaker.asked(3) == .refuse(Self.second))
        // It was made before, and hangs too: who waits was told already.
        #expect(breaker.hung(1, Self.first) == .nothing)
        #expect(breaker.asked(4) == .refuse(Self.first))
        breaker.returned(1)
        #expect(breaker.asked(5) == .refuse(Self.second))
    }

    @Test("lets one call try once none hangs any more, and all when that one returned")
    func halfOpen() {
        var breaker = DomainBreaker()
        _ = breaker.hung(1, Self.first)
        breaker.returned(1)
        #expect(breaker.asked(2) == .make)
        #expect(breaker.asked(3) == .refuse(Self.first))
        breaker.returned(2)
        #expect(breaker.isClosed)
        #expect(breaker.asked(4) == .make)
    }

    @Test("opens again where the call on trial hangs")
    func trialHangs() {
        var breaker = DomainBreaker()
        _ = breaker.hung(1, Self.first)
        breaker.returned(1)
        #expect(breaker.asked(2) == .make)
        #expect(breaker.hung(2, Self.second) == .refuseWaiting(Self.second))
        #expect(breaker.asked(3) == .refuse(Self.second))
    }

    @Test("gives the trial to another where it was never made")
    func trialDropped() {
        var breaker = DomainBreaker()
        _ = breaker.hung(1, Self.first)
        breaker.returned(1)
        #expect(breaker.asked(2) == .make)
        breaker.dropped(2)
        #expect(breaker.asked(3) == .make)
    }

    @Test("a call that returns and was neither hung nor on trial changes nothing")
    func others() {
        var breaker = DomainBreaker()
        _ = breaker.hung(1, Self.first)
        breaker.returned(7)
        breaker.dropped(7)
        #expect(breaker.asked(8) == .refuse(Self.first))
        breaker.returned(1)
        breaker.returned(7)
        #expect(!breaker.isClosed)
    }

    @Test("no order of events lets a call through while one hangs, or leaves it shut when none does")
    func everyOrder() {
        // Every sequence of ten events of three calls, checked against what it should know.
        var sequences = 0
        func explore(_ breaker: DomainBreaker, hung: Set<Int>, running: Set<Int>, trial: Int?, depth: Int) {
            sequences += 1
            guard depth < 7 else { return }
            for number in 1...3 {
                if !running.contains(number), !hung.contains(number) {
                    var next = breaker
                    let answer = next.asked(number)
                    let isMade = answer == .make
                    #expect(isMade == (hung.isEmpty && trial == nil))
                    if isMade {
                        let isTrial = !breaker.isClosed
                        explore(
                            next, hung: hung, running: running.union([number]), trial: isTrial ? number : nil,
                            depth: depth + 1)
                    }
                }
                if running.contains(number) {
                    var next = breaker
                    _ = next.hung(number, Self.first)
                    explore(
                        next, hung: hung.union([number]), running: running.subtracting([number]), trial: nil,
                        depth: depth + 1)
                    next = breaker
                    next.returned(number)
                    if trial == number { #expect(next.isClosed) }
                    explore(
                        next, hung: hung, running: running.subtracting([number]),
                        trial: trial == number ? nil : trial, depth: depth + 1)
                }
                if hung.contains(number) {
                    var next = breaker
                    next.returned(number)
                    #expect(!next.isClosed)
                    explore(
                        next, hung: hung.subtracting([number]), running: running, trial: trial, depth: depth + 1)
                }
            }
        }
        explore(DomainBreaker(), hung: [], running: [], trial: nil, depth: 0)
        #expect(sequences > 1000)
    }

    @Test("the collection forgets domains that only wait for a trial, and keeps those with calls that hang")
    func bounded() {
        var breakers = DomainBreakers()
        let hung = CallTarget(host: "test:///default", domain: UUID(), part: .machine)
        _ = breakers.hung(0, Self.first, of: hung)
        for number in 1...1000 {
            let target = CallTarget(host: "test:///default", domain: UUID(), part: .machine)
            _ = breakers.hung(number, Self.first, of: target)
            breakers.returned(number, of: target)
        }
        #expect(breakers.count <= 257)
        #expect(breakers.asked(1001, of: hung) == .refuse(Self.first))
    }
}
