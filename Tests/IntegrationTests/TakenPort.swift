// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import RoostKit
import Testing

/// A port of 127.0.0.1 that this process has taken, until it lets go.
final class TakenPort {
    let number: UInt16
    private let descriptor: Int32

    /// Takes a port that is free.
    init(_ transport: PublishedPort.Transport) throws {
        let kind = transport == .tcp ? SOCK_STREAM : SOCK_DGRAM
        descriptor = socket(AF_INET, Int32(kind.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        // SAFETY: `sockaddr_in` begins as `sockaddr` does, and the length is its own.
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                bind(descriptor, plain, length) == 0 ? getsockname(descriptor, plain, &length) : -1
            }
        }
        number = UInt16(bigEndian: address.sin_port)
        try #require(result == 0)
        if transport == .tcp { try #require(listen(descriptor, 1) == 0) }
    }

    deinit { close(descriptor) }

    /// A port that is free now.
    static func free() throws -> UInt16 {
        try TakenPort(.tcp).number
    }
}
