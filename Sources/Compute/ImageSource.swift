// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What is to become an image: where its bytes are, and what the caller declares them to be.
public struct ImageSource: Sendable, Hashable {
    /// Where the bytes are.
    public var input: Input
    /// The format, never probed; of what is left after the expansion.
    public var format: Format
    /// How the bytes are compressed as a whole; nil: not at all.
    public var compression: Compression?
    /// What the SHA-256 of the bytes as given must be; nil: anything.
    public var sha256: ImageDigest?

    /// A source.
    public init(
        _ input: Input, format: Format, compression: Compression? = nil, sha256: ImageDigest? = nil
    ) {
        self.input = input
        self.format = format
        self.compression = compression
        self.sha256 = sha256
    }

    /// Where bytes are.
    public enum Input: Sendable, Hashable {
        /// In a regular file, or behind a link to one.
        case file(String)
        /// Behind an open descriptor, of a pipe too, which is read to its end and stays open.
        case descriptor(Int32)
    }

    /// A format that is taken. Those that are not kept as they are become qcow2.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// QEMU's copy-on-write format, version 2 or 3.
        case qcow2
        /// Plain bytes.
        case raw
        /// A CD or DVD (ISO 9660), kept as it is.
        case iso
        /// VMware's, in one file that holds its data: `monolithicSparse` or `streamOptimized`; converted.
        case vmdk
        /// VirtualBox's, without a parent; converted.
        case vdi
        /// Hyper-V's, without a parent and with an empty log; converted.
        case vhdx
        /// Virtual PC's, fixed or dynamic; converted.
        case vhd
    }

    /// A compression of a whole file.
    public enum Compression: String, Sendable, Hashable, CaseIterable {
        /// RFC 1952.
        case gzip
        /// RFC 8878.
        case zstd
        /// The .xz format.
        case xz
    }
}

extension ImageSource.Format {
    /// The format in which images of this one are kept.
    public var kept: ImageFormat {
        switch self {
        case .raw, .iso: .raw
        case .qcow2, .vmdk, .vdi, .vhdx, .vhd: .qcow2
        }
    }

    /// The format of files that are kept as they are.
    public init(_ format: ImageFormat) {
        switch format {
        case .qcow2: self = .qcow2
        case .raw: self = .raw
        }
    }
}

/// A SHA-256 that bytes must have.
public struct ImageDigest: Sendable, Hashable, CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    public let description: String

    /// The digest that `text` writes as 64 hexadecimal digits; nil for other texts.
    public init?(_ text: String) {
        let digits = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                UInt8(ascii: "A")...UInt8(ascii: "F"):
                true
            default: false
            }
        }
        guard digits, text.utf8.count == 64 else { return nil }
        description = text.lowercased()
    }
}
