// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import InstanceModel

/// Why a file may not be kept as an image.
public enum ImageRefusal: Error, Sendable, Hashable {
    /// The file has no bytes.
    case empty
    /// The file does not start with qcow2's magic number.
    case notQCOW2
    /// The file is not of this format, which it was declared to be.
    case notFormat(ImageSource.Format)
    /// The file is not compressed in this way, which it was declared to be.
    case notCompressed(ImageSource.Compression)
    /// The file is of a kind of its format that is not taken.
    case subformat(String, allowed: String)
    /// The compressed file is damaged; what the program that expands it said.
    case notExpandable(String)
    /// The file expands to more than this many bytes.
    case expandsTooFar(limit: UInt64)
    /// The version is neither 2 nor 3.
    case qcow2Version(UInt32)
    /// The file ends before this part of it does.
    case truncated(String)
    /// A field breaks its rule.
    case malformed(String)
    /// The image lies over another file.
    case backingFile
    /// The image keeps its data in another file.
    case externalDataFile
    /// The image is encrypted.
    case encrypted
    /// The image was not closed well.
    case dirty
    /// The image is marked as corrupt.
    case markedCorrupt
    /// The image uses features that this version does not know; the bits of the header's field.
    case unknownFeatures(UInt64)
    /// The image holds snapshots.
    case internalSnapshots(UInt32)
    /// The size that a guest would see is no multiple of 512 bytes.
    case unalignedSize(UInt64)
    /// The size, in bytes, is above the limit.
    case tooLarge(UInt64, limit: UInt64)
    /// The file was declared raw and is of this format.
    case foreignFormat(String)
    /// Kernels and initial ramdisks are raw files.
    case formatOfKind(ImageKind)
    /// The file is neither a bzImage nor an ELF file.
    case notKernel
    /// `qemu-img check` found this many corruptions.
    case corrupt(Int)
    /// `qemu-img check` could not read the image, and said why.
    case unreadable(String)

    /// What is wrong with the file, to follow its path.
    public var message: String {
        switch self {
        case .empty: "is empty"
        case .notQCOW2: "is not a qcow2 image"
        case .notFormat(let format): "is not \(format.shown)"
        case .notCompressed(let compression): "is not compressed with \(compression.rawValue)"
        case .subformat(let found, let allowed): "is a \(found), not \(allowed)"
        case .notExpandable(let reason): "cannot be expanded: \(reason)"
        case .expandsTooFar(let limit): "expands to more than \(ByteCount(bytes: limit))"
        case .qcow2Version(let version): "has qcow2 version \(version), not 2 or 3"
        case .truncated(let part): "is truncated: it ends before its \(part) does"
        case .malformed(let rule): "is not sound: \(rule)"
        case .backingFile: "lies over a backing file"
        case .externalDataFile: "keeps its data in another file"
        case .encrypted: "is encrypted"
        case .dirty: "was not closed well"
        case .markedCorrupt: "is marked as corrupt"
        case .unknownFeatures(let bits): "uses unknown qcow2 features (bits 0x\(String(bits, radix: 16)))"
        case .internalSnapshots(let count): "holds \(count) internal \(count == 1 ? "snapshot" : "snapshots")"
        case .unalignedSize(let size): "has \(size) bytes, which is not a multiple of 512"
        case .tooLarge(let size, let limit):
            "has \(ByteCount(bytes: size)), more than \(ByteCount(bytes: limit))"
        case .foreignFormat(let format): "is \(format), not what it was declared to be"
        case .formatOfKind(let kind): "was declared to be a disk's format, and a file of kind \(kind.rawValue) is raw"
        case .notKernel: "is neither a bzImage nor an ELF file"
        case .corrupt(let count): "is corrupt in \(count) \(count == 1 ? "place" : "places")"
        case .unreadable(let reason): "cannot be read by qemu-img: \(reason)"
        }
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .backingFile, .externalDataFile, .internalSnapshots, .qcow2Version, .unknownFeatures:
            "if you trust where it is from, make a plain copy: qemu-img convert -f FORMAT -O qcow2 FILE COPY"
        case .encrypted: "decrypt it first, with qemu-img convert"
        case .dirty, .markedCorrupt, .corrupt: "repair a copy with qemu-img check -r all, or fetch the file again"
        case .unalignedSize: "enlarge it: truncate -s %512 FILE"
        case .notQCOW2, .notFormat: "give the file's true format"
        case .foreignFormat(let format) where ImageSource.Compression(rawValue: format) != nil:
            "give --compression \(format), and the format of what is inside"
        case .foreignFormat: "give the file's true format, or make a raw copy with qemu-img convert -O raw"
        case .notCompressed: "give the compression that it has, or none"
        case .subformat(_, let allowed): "make a copy of a kind that is taken (\(allowed)), with the tool that made it"
        case .expandsTooFar: "expand it yourself, if you trust where it is from, and add the result"
        case .formatOfKind: "give --format raw"
        case .truncated, .empty, .unreadable, .malformed, .notExpandable: "fetch the file again"
        case .notKernel: "give the vmlinuz of the guest's distribution"
        case .tooLarge: nil
        }
    }
}

extension ImageSource.Format {
    /// The format in a sentence, with its article.
    fileprivate var shown: String {
        switch self {
        case .qcow2: "a qcow2 image"
        case .raw: "a raw image"
        case .iso: "an ISO 9660 image"
        case .vmdk: "a VMDK"
        case .vdi: "a VDI"
        case .vhdx: "a VHDX"
        case .vhd: "a VHD"
        }
    }
}
