// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The header of a qcow2 image, read and judged by ourselves before any tool opens the file.
///
/// It follows QEMU's `docs/interop/qcow2.txt`; what that allows and Roost does not is refused with its own reason.
struct QCOW2Header: Sendable, Hashable {
    /// The size that a guest sees, in bytes.
    let virtualSize: UInt64

    /// Reads the header of `file`, which has `fileSize` bytes; reads at most its first cluster.
    static func read(_ file: OpenFile, fileSize: UInt64) throws(StorageError) -> Result<QCOW2Header, ImageRefusal> {
        let start = try file.read(at: 0, count: Field.end)
        guard start.count >= 4, start.bigEndian(UInt32.self, at: Field.magic) == 0x5146_49FB else {
            return .failure(start.isEmpty ? .empty : .notQCOW2)
        }
        guard start.count >= Field.endOfVersion2 else { return .failure(.truncated("header")) }
        let bits = start.bigEndian(UInt32.self, at: Field.clusterBits)
        guard (9...21).contains(bits) else {
            return .failure(.malformed("clusters have 2^9 to 2^21 bytes, not 2^\(bits)"))
        }
        let cluster = try file.read(at: 0, count: 1 << Int(bits))
        do throws(ImageRefusal) {
            return .success(try QCOW2Header(firstCluster: cluster, clusterBits: bits, fileSize: fileSize))
        } catch {
            return .failure(error)
        }
    }

    private init(firstCluster bytes: [UInt8], clusterBits: UInt32, fileSize: UInt64) throws(ImageRefusal) {
        let header = try Layout(bytes)
        try header.refuseOtherFiles(bytes)
        try header.refuseFeatures()
        let extended = header.incompatible & Layout.extendedL2 != 0
        guard !extended || clusterBits >= 14 else {
            throw .malformed("extended L2 entries need clusters of 2^14 bytes or more, not 2^\(clusterBits)")
        }
        try Extensions(bytes: bytes, fileSize: fileSize).check(from: header.length)
        virtualSize = bytes.bigEndian(UInt64.self, at: Field.size)
        guard virtualSize <= 64 << 40 else { throw .tooLarge(virtualSize, limit: 64 << 40) }
        guard virtualSize > 0 else { throw .malformed("the size is above 0") }
        guard virtualSize.isMultiple(of: 512) else { throw .unalignedSize(virtualSize) }
        let tables = Tables(bytes, clusterSize: 1 << UInt64(clusterBits), fileSize: fileSize)
        try tables.checkL1(virtualSize: virtualSize, extended: extended)
        try tables.checkReferenceCounts()
        let snapshots = bytes.bigEndian(UInt32.self, at: Field.snapshotCount)
        guard snapshots == 0 else { throw .internalSnapshots(snapshots) }
    }

    /// Offsets of the header's fields.
    private enum Field {
        static let magic = 0
        static let version = 4
        static let backingOffset = 8
        static let clusterBits = 20
        static let size = 24
        static let encryption = 32
        static let l1Entries = 36
        static let l1Offset = 40
        static let referenceTableOffset = 48
        static let referenceTableClusters = 56
        static let snapshotCount = 60
        static let endOfVersion2 = 72
        static let incompatible = 72
        static let autoclear = 88
        static let referenceOrder = 96
        static let headerLength = 100
        static let compression = 104
        static let end = 112
    }

    /// What differs between versions 2 and 3.
    private struct Layout {
        let length: Int
        let incompatible: UInt64
        let autoclear: UInt64

        static let dirty: UInt64 = 1 << 0
        static let corrupt: UInt64 = 1 << 1
        static let externalData: UInt64 = 1 << 2
        static let compressionType: UInt64 = 1 << 3
        static let extendedL2: UInt64 = 1 << 4
        static let rawExternalData: UInt64 = 1 << 1

        init(_ bytes: [UInt8]) throws(ImageRefusal) {
            switch bytes.bigEndian(UInt32.self, at: Field.version) {
            case 2:
                (length, incompatible, autoclear) = (Field.endOfVersion2, 0, 0)
            case 3:
                guard bytes.count >= Field.end else { throw .truncated("header") }
                length = Int(bytes.bigEndian(UInt32.self, at: Field.headerLength))
                incompatible = bytes.bigEndian(UInt64.self, at: Field.incompatible)
                autoclear = bytes.bigEndian(UInt64.self, at: Field.autoclear)
                guard length >= 104, length.isMultiple(of: 8), length <= bytes.count else {
                    throw .malformed("the header's length is 104 to a cluster, in steps of 8, not \(length)")
                }
                let order = bytes.bigEndian(UInt32.self, at: Field.referenceOrder)
                guard order <= 6 else { throw .malformed("reference counts have at most 2^6 bits, not 2^\(order)") }
                try checkCompression(bytes)
            case let other: throw .qcow2Version(other)
            }
        }

        private func checkCompression(_ bytes: [UInt8]) throws(ImageRefusal) {
            let kind = length > Field.compression ? bytes[Field.compression] : 0
            guard kind <= 1 else { throw .malformed("the compression is 0 or 1, not \(kind)") }
            guard (kind != 0) == (incompatible & Self.compressionType != 0) else {
                throw .malformed("the compression and its feature bit agree")
            }
        }

        func refuseOtherFiles(_ bytes: [UInt8]) throws(ImageRefusal) {
            guard bytes.bigEndian(UInt64.self, at: Field.backingOffset) == 0 else { throw .backingFile }
            guard bytes.bigEndian(UInt32.self, at: Field.encryption) == 0 else { throw .encrypted }
            guard incompatible & Self.externalData == 0, autoclear & Self.rawExternalData == 0 else {
                throw .externalDataFile
            }
        }

        func refuseFeatures() throws(ImageRefusal) {
            guard incompatible & Self.corrupt == 0 else { throw .markedCorrupt }
            guard incompatible & Self.dirty == 0 else { throw .dirty }
            let unknown = incompatible & ~(Self.compressionType | Self.extendedL2)
            guard unknown == 0 else { throw .unknownFeatures(unknown) }
        }
    }

    /// The header's extensions, between the header and the end of the first cluster.
    private struct Extensions {
        let bytes: [UInt8]
        let fileSize: UInt64

        func check(from start: Int) throws(ImageRefusal) {
            var offset = start
            // Each extension takes at least eight bytes, so that the cluster bounds the walk.
            while offset + 8 <= bytes.count {
                let kind = bytes.bigEndian(UInt32.self, at: offset)
                let length = Int(bytes.bigEndian(UInt32.self, at: offset + 4))
                if kind == 0 { return }
                guard length <= bytes.count - offset - 8 else {
                    throw .malformed("a header extension ends within the first cluster")
                }
                try judge(kind, length: length, at: offset + 8)
                offset += 8 + (length + 7) / 8 * 8
            }
        }

        /// Judges one extension; those that are not known may be ignored, says the format.
        private func judge(_ kind: UInt32, length: Int, at offset: Int) throws(ImageRefusal) {
            switch kind {
            case 0xE279_2ACA: throw .backingFile
            case 0x4441_5441: throw .externalDataFile
            case 0x0537_BE77: throw .encrypted
            case 0x6803_F857:
                guard length.isMultiple(of: 48) else {
                    throw .malformed("the feature names take 48 bytes each, not \(length) in all")
                }
            case 0x2385_2875: try checkBitmaps(length: length, at: offset)
            default: break
            }
        }

        private func checkBitmaps(length: Int, at offset: Int) throws(ImageRefusal) {
            guard length == 24 else { throw .malformed("the bitmaps' extension has 24 bytes, not \(length)") }
            let count = bytes.bigEndian(UInt32.self, at: offset)
            let size = bytes.bigEndian(UInt64.self, at: offset + 8)
            let place = bytes.bigEndian(UInt64.self, at: offset + 16)
            // An entry has at least 24 bytes and a name of at most 1,023.
            guard (1...65_535).contains(count), (24...1_152 * 65_535).contains(size) else {
                throw .malformed("the bitmaps' directory has 1 to 65535 entries of 24 to 1152 bytes")
            }
            guard place <= fileSize, size <= fileSize - place else { throw .truncated("bitmaps' directory") }
        }
    }

    /// The tables that the header points to, judged by their places alone.
    private struct Tables {
        let bytes: [UInt8]
        let clusterSize: UInt64
        let fileSize: UInt64

        init(_ bytes: [UInt8], clusterSize: UInt64, fileSize: UInt64) {
            self.bytes = bytes
            self.clusterSize = clusterSize
            self.fileSize = fileSize
        }

        func checkL1(virtualSize: UInt64, extended: Bool) throws(ImageRefusal) {
            let entries = UInt64(bytes.bigEndian(UInt32.self, at: Field.l1Entries))
            // QEMU's own limit for the table is 32 MiB.
            guard entries * 8 <= 32 << 20 else { throw .malformed("the L1 table has at most 32 MiB") }
            let covered = clusterSize * (clusterSize / (extended ? 16 : 8))
            guard entries >= (virtualSize - 1) / covered + 1 else {
                throw .malformed("the L1 table covers the image's size")
            }
            try checkPlace("L1 table", Field.l1Offset, length: entries * 8, roundedUp: false)
        }

        func checkReferenceCounts() throws(ImageRefusal) {
            let clusters = UInt64(bytes.bigEndian(UInt32.self, at: Field.referenceTableClusters))
            // QEMU's own limit for the table is 8 MiB.
            guard clusters > 0, clusters * clusterSize <= max(8 << 20, clusterSize) else {
                throw .malformed("the reference count table has one cluster to 8 MiB")
            }
            try checkPlace(
                "reference count table", Field.referenceTableOffset, length: clusters * clusterSize, roundedUp: true)
        }

        private func checkPlace(
            _ name: String, _ field: Int, length: UInt64, roundedUp: Bool
        ) throws(ImageRefusal) {
            let offset = bytes.bigEndian(UInt64.self, at: field)
            guard offset >= clusterSize, offset.isMultiple(of: clusterSize) else {
                throw .malformed("the \(name) starts at a cluster after the first")
            }
            let end = roundedUp ? (fileSize + clusterSize - 1) / clusterSize * clusterSize : fileSize
            guard offset <= end, length <= end - offset else { throw .truncated(name) }
        }
    }
}

extension [UInt8] {
    /// The number whose most significant byte is at `offset`; missing bytes count as 0.
    func bigEndian<Number: FixedWidthInteger & UnsignedInteger>(_: Number.Type, at offset: Int) -> Number {
        (0..<Number.bitWidth / 8).reduce(Number(0)) { number, index in
            number << 8 | Number(offset + index < count ? self[offset + index] : 0)
        }
    }
}
