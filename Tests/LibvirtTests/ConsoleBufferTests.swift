// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

@testable import Libvirt

@Suite("A console's buffer")
struct ConsoleBufferTests {
    @Test("stops asking when it is full, and asks again when half of it is taken")
    func backPressure() {
        var buffer = ConsoleBuffer(capacity: 4)
        buffer.add([1, 2])
        #expect(buffer.wanted.readable)
        #expect(buffer.room == 2)
        buffer.add([3])
        buffer.add([4])
        #expect(!buffer.wanted.readable)
        #expect(buffer.room == 0)
        #expect(buffer.take() == [1, 2])
        #expect(buffer.wanted.readable)
        #expect(buffer.take() == [3])
        #expect(buffer.take() == [4])
        #expect(buffer.take() == nil)
    }

    @Test("asks for nothing once it ended, and keeps the first reason")
    func end() {
        var buffer = ConsoleBuffer(capacity: 4)
        buffer.awaitsWritable = true
        #expect(buffer.wanted == .init(readable: true, writable: true))
        buffer.finish(.hungUp)
        buffer.finish(.closed)
        #expect(buffer.end == .hungUp)
        #expect(buffer.wanted == .init(readable: false, writable: false))
    }

    @Test("gives what came before a hang-up, then the end")
    func readingAfterHangUp() async {
        let channel = ConsoleChannel(capacity: 8)
        channel.finish(.hungUp)
        #expect(await channel.next {} == nil)
        await channel.writable {}
    }

    @Test("a reader that is cancelled reads no more")
    func stopReading() async {
        let channel = ConsoleChannel(capacity: 8)
        channel.stopReading()
        #expect(await channel.next {} == nil)
        #expect(channel.end == nil)
    }
}
