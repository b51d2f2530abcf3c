// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

/// What libvirt's callback for a console and the console's users share.
final class ConsoleChannel: Sendable {
    static let table = CallbackTable<ConsoleChannel>()

    private struct State {
        var buffer: ConsoleBuffer
        var reader: CheckedContinuation<[UInt8]?, Never>?
        var isReadingOver = false
        var writers: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastWriter = 0
    }

    /// Bytes asked of libvirt at a time.
    private static let chunkSize = 16 * 1024
    /// Chunks read in one turn of the event loop, which other consoles share.
    private static let chunksPerTurn = 16
    /// Chunks read past the buffer's limit after a hang-up: what a pipe holds, and some.
    private static let chunksAfterHangUp = 16

    private let state: Guarded<State>
    /// Held while libvirt is told what to tell, so that two tellings cannot overtake each other.
    private let isRemoved = Guarded(false)

    init(capacity: Int) {
        state = Guarded(State(buffer: ConsoleBuffer(capacity: capacity)))
    }

    /// Why nothing more comes.
    var end: ConsoleBuffer.End? { state.withLock { $0.buffer.end } }

    static let firstInterest = events(for: ConsoleBuffer.Interest(readable: true, writable: false))

    static var callback: virStreamEventCallback {
        { stream, events, opaque in
            guard let stream, let channel = ConsoleChannel.table.target(of: opaque) else { return }
            channel.happened(VirStreamEvents(rawValue: events), on: stream)
        }
    }

    private static func events(for interest: ConsoleBuffer.Interest) -> VirStreamEvents {
        var events: VirStreamEvents = [.error, .hangUp]
        if interest.readable { events.insert(.readable) }
        if interest.writable { events.insert(.writable) }
        return events
    }

    /// Runs on the event loop's thread.
    private func happened(_ events: VirStreamEvents, on stream: OpaquePointer) {
        if events.contains(.writable) { wakeWriters() }
        if !events.isDisjoint(with: [.readable, .hangUp, .error]) {
            // A descriptor that hung up wakes the loop for ever, so it is emptied now, whether it fits or not.
            let isOver = !events.isDisjoint(with: [.hangUp, .error])
            read(from: stream, pastCapacity: isOver)
            if isOver { finish(.hungUp) }
        }
        tell(stream)
    }

    private func read(from stream: OpaquePointer, pastCapacity: Bool) {
        for _ in 0..<(pastCapacity ? Self.chunksAfterHangUp : Self.chunksPerTurn) {
            let room = pastCapacity ? Self.chunkSize : min(Self.chunkSize, state.withLock { $0.buffer.room })
            guard room > 0 else { return }
            var count: Int32 = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: room) { bytes, filled in
                // SAFETY: libvirt writes at most `room` bytes into the array's own memory, and says how many.
                bytes.withMemoryRebound(to: CChar.self) { count = virStreamRecv(stream, $0.baseAddress, room) }
                filled = max(0, Int(count))
            }
            switch count {
            case 1...: deliver(chunk)
            case 0: return finish(.hungUp)
            // Nothing there now.
            case -2: return
            default: return finish(.failed(.lastOnThisThread(after: "virStreamRecv")))
            }
        }
    }

    private func deliver(_ chunk: [UInt8]) {
        let reader = state.withLock { state in
            let reader = state.reader
            state.reader = nil
            if reader == nil, !state.isReadingOver { state.buffer.add(chunk) }
            return reader
        }
        reader?.resume(returning: chunk)
    }

    /// Tells libvirt what to tell from now on, where that changed.
    func tell(_ stream: OpaquePointer) {
        isRemoved.withLock { isRemoved in
            guard !isRemoved else { return }
            let changed = state.withLock { state -> ConsoleBuffer.Interest? in
                let wanted = state.buffer.wanted
                guard wanted != state.buffer.told else { return nil }
                state.buffer.told = wanted
                return wanted
            }
            if let changed { virStreamEventUpdateCallback(stream, Self.events(for: changed).rawValue) }
        }
    }

    /// After this libvirt is told nothing more.
    func remove() {
        isRemoved.withLock { $0 = true }
    }

    /// Ends it for reader and writers. Bytes that came before can still be read, unless it was closed here.
    func finish(_ reason: ConsoleBuffer.End) {
        let reader = state.withLock { state in
            state.buffer.finish(reason)
            let reader = state.reader
            state.reader = nil
            return reader
        }
        reader?.resume(returning: nil)
        wakeWriters()
    }

    /// Ends reading alone: its task was cancelled.
    func stopReading() {
        let reader = state.withLock { state in
            state.isReadingOver = true
            let reader = state.reader
            state.reader = nil
            return reader
        }
        reader?.resume(returning: nil)
    }

    /// The next bytes, as soon as there are some; `nil` is the end. `drained` runs where libvirt must be told to go on.
    func next(drained: @Sendable () -> Void) async -> [UInt8]? {
        let bytes = await withCheckedContinuation { continuation in
            let (answer, mustTell) = state.withLock { state -> ([UInt8]??, Bool) in
                if state.isReadingOver || state.buffer.end == .closed { return (.some(nil), false) }
                if let chunk = state.buffer.take() { return (chunk, state.buffer.wanted != state.buffer.told) }
                if state.buffer.end != nil || state.reader != nil { return (.some(nil), false) }
                state.reader = continuation
                return (nil, false)
            }
            if mustTell { drained() }
            if let answer { continuation.resume(returning: answer) }
        }
        state.synchronize()
        return bytes
    }

    /// Returns when libvirt may take bytes again, when the console ended, or when the task was cancelled.
    func writable(waiting: @Sendable () -> Void) async {
        let number = state.withLock { state in
            state.lastWriter += 1
            return state.lastWriter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let mustWait = state.withLock { state in
                    guard state.buffer.end == nil, !Task.isCancelled else { return false }
                    state.writers[number] = continuation
                    state.buffer.awaitsWritable = true
                    return true
                }
                if mustWait { waiting() } else { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.writers.removeValue(forKey: number) }?.resume()
        }
    }

    private func wakeWriters() {
        let writers = state.withLock { state in
            defer {
                state.writers = [:]
                state.buffer.awaitsWritable = false
            }
            return state.writers.values.map { $0 }
        }
        for writer in writers { writer.resume() }
    }
}

/// What can happen to a stream (`virStreamEventType`).
struct VirStreamEvents: OptionSet {
    let rawValue: Int32
    static let readable = VirStreamEvents(rawValue: 1 << 0)
    static let writable = VirStreamEvents(rawValue: 1 << 1)
    static let error = VirStreamEvents(rawValue: 1 << 2)
    static let hangUp = VirStreamEvents(rawValue: 1 << 3)
}
