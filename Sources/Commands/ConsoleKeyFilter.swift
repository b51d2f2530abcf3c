// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Watches what is typed into a console for the key that leaves it.
struct ConsoleKeyFilter: Sendable, Hashable {
    /// Ctrl-], as in telnet and virsh.
    static let escape: UInt8 = 0x1d

    private var hasLeft = false

    /// What to do with typed bytes.
    enum Action: Sendable, Hashable {
        /// Type them into the guest.
        case send([UInt8])
        /// Type the bytes before the key, then leave.
        case leave(after: [UInt8])
    }

    /// What to do with these bytes; after the key, further bytes are for nobody.
    mutating func typed(_ bytes: [UInt8]) -> Action {
        guard !hasLeft else { return .leave(after: []) }
        guard let position = bytes.firstIndex(of: Self.escape) else { return .send(bytes) }
        hasLeft = true
        return .leave(after: Array(bytes[..<position]))
    }
}
