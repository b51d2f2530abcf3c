// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The state of a console between libvirt's callback, one reader and those who write: a value without effects.
struct ConsoleBuffer {
    /// Why nothing more comes.
    enum End: Sendable, Equatable {
        /// The other side hung up: the guest stopped, or somebody else took the console.
        case hungUp
        /// libvirt reported an error.
        case failed(LibvirtError)
        /// It was closed here.
        case closed
    }

    /// What libvirt is asked to tell.
    struct Interest: Equatable {
        var readable: Bool
        var writable: Bool
    }

    let capacity: Int
    private(set) var end: End?
    /// What libvirt was last asked to tell.
    var told = Interest(readable: true, writable: false)
    /// Somebody waits for libvirt to take more.
    var awaitsWritable = false

    private var chunks: [[UInt8]] = []
    private var buffered = 0
    private var isFull = false

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// How many bytes still fit.
    var room: Int { max(0, capacity - buffered) }

    /// What libvirt should be asked to tell: nothing to read while the buffer is full, until half of it is taken.
    var wanted: Interest {
        end == nil ? Interest(readable: !isFull, writable: awaitsWritable) : Interest(readable: false, writable: false)
    }

    mutating func add(_ chunk: [UInt8]) {
        chunks.append(chunk)
        buffered += chunk.count
        if buffered >= capacity { isFull = true }
    }

    /// The oldest bytes; `nil` where there are none.
    mutating func take() -> [UInt8]? {
        guard !chunks.isEmpty else { return nil }
        let chunk = chunks.removeFirst()
        buffered -= chunk.count
        if buffered <= capacity / 2 { isFull = false }
        return chunk
    }

    /// Ends it, the first time.
    mutating func finish(_ reason: End) {
        if end == nil { end = reason }
    }
}
