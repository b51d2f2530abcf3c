// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The checksum of Castagnoli's polynomial, which VHDX has.
enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x82F6_3B78 }
    }

    /// The checksum of `bytes`, where those of `hole` count as 0.
    static func of(_ bytes: [UInt8], hole: Range<Int>) -> UInt32 {
        var value = UInt32.max
        for (index, byte) in bytes.enumerated() {
            value = table[Int((value ^ UInt32(hole.contains(index) ? 0 : byte)) & 0xFF)] ^ value >> 8
        }
        return ~value
    }
}
