// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation

extension MACAddress {
    /// The address of an instance's interface that was given none: the same for the same instance and index.
    ///
    /// It has QEMU's prefix 52:54:00 and three bytes that FNV-1a makes of the UUID and the index. Addresses of two
    /// instances may meet, with a chance of one in 16,777,216 a pair: whoever claims addresses must look.
    ///
    /// - Parameters:
    ///   - id: the instance.
    ///   - index: the interface's index, from 0.
    /// - Returns: a unicast address.
    public static func derived(for id: InstanceID, index: Int) -> MACAddress {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ byte: UInt8) {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        // SAFETY: the bytes are of values, and read only while the calls last.
        withUnsafeBytes(of: id.uuid.uuid) { $0.forEach(mix) }
        withUnsafeBytes(of: UInt64(index).littleEndian) { $0.forEach(mix) }
        let folded = hash ^ (hash >> 24) ^ (hash >> 48)
        return MACAddress(
            qemuSuffix: (
                UInt8(truncatingIfNeeded: folded >> 16), UInt8(truncatingIfNeeded: folded >> 8),
                UInt8(truncatingIfNeeded: folded)
            ))
    }
}
