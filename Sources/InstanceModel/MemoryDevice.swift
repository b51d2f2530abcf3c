// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Memory of which a guest can have more or less while it runs (`<memory model='virtio-mem'>`).
public struct MemoryDevice: Sendable, Hashable {
    /// The most of it, in whole blocks.
    public let size: ByteCount
    /// What the guest gets of it at the start, in whole blocks; it may take less.
    public let requested: ByteCount
    /// How large a block is: a power of two, 2 MiB to 1 GiB.
    public let block: ByteCount
    /// The index of the guest's NUMA cell that it belongs to, from 0.
    public let cell: Int

    static let cellRange = 0...127
    /// The size of blocks where none is asked for: that of a huge page of most processors.
    static let usualBlock = ByteCount.mebibytes(2)

    /// A memory device.
    ///
    /// - Throws: ``RuleViolation`` where the block is no power of two from 2 MiB to 1 GiB, the size or what is
    ///   requested is not made of whole blocks, the size is nothing or more than 16 TiB, more is requested than there
    ///   is, or a cell is outside 0 to 127.
    public init(
        size: ByteCount, requested: ByteCount = ByteCount(bytes: 0), block: ByteCount = .mebibytes(2), cell: Int = 0
    ) throws(RuleViolation) {
        try Self.check(block: block)
        guard size.bytes > 0, size.bytes <= 16 << 40, size.bytes.isMultiple(of: block.bytes) else {
            throw RuleViolation(
                value: "size: \(size)", rule: "the `size` of a memory device is whole blocks of \(block), to 16 TiB",
                remedy: "for example 1 GiB")
        }
        guard requested <= size, requested.bytes.isMultiple(of: block.bytes) else {
            throw RuleViolation(
                value: "requested: \(requested)",
                rule: "`requested` is whole blocks of \(block), and no more than `size`, which is \(size)",
                remedy: "round it, or ask for less")
        }
        guard Self.cellRange.contains(cell) else {
            throw RuleViolation(value: "cell: \(cell)", rule: "a cell is 0 to 127", remedy: "for example 0")
        }
        self.size = size
        self.requested = requested
        self.block = block
        self.cell = cell
    }

    static func check(block: ByteCount) throws(RuleViolation) {
        guard (usualBlock...ByteCount.gibibytes(1)).contains(block), block.bytes.nonzeroBitCount == 1 else {
            throw RuleViolation(
                value: "\(block)", rule: "a block of memory is a power of two, 2 MiB to 1 GiB",
                remedy: "for example 2 MiB")
        }
    }
}
