// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel
public import Programs
public import SystemPackage

/// Why the storage did not do what was asked; nothing of it was done then, unless a case says otherwise.
public enum StorageError: Error, Sendable, Hashable {
    /// The file that was to be added cannot be opened.
    case sourceUnreadable(FilePath, Errno)
    /// The file that was to be added is no regular file.
    case notRegularFile(FilePath)
    /// The file was written to while it was copied.
    case sourceChanged(FilePath)
    /// The file is not what it was declared to be, or may not be kept.
    case refused(FilePath, ImageRefusal)
    /// The bytes given have another SHA-256 than they must have; 64 hexadecimal digits each.
    case wrongDigest(FilePath, expected: String, found: String)
    /// The name is taken.
    case imageExists(ImageName)
    /// No image has this name.
    case imageNotFound(ImageName)
    /// Instances have disks on the image, or boot from it.
    case imageInUse(ImageName, [InstanceID])
    /// Another operation uses the image now.
    case imageBusy(ImageName)
    /// The image's file is not the one that was added.
    case imageChanged(ImageName, FilePath)
    /// The image's file is gone.
    case imageMissing(ImageName, FilePath)
    /// The image is not of the kind that is needed.
    case wrongKind(ImageName, needed: String)
    /// A disk cannot be smaller than the image below it.
    case smallerThanImage(ImageName, requested: ByteCount, image: ByteCount)
    /// The name of a volume is taken.
    case volumeExists(VolumeName)
    /// No volume has this name.
    case volumeNotFound(VolumeName)
    /// Another operation uses the volume now.
    case volumeBusy(VolumeName)
    /// The volume's file is gone.
    case volumeMissing(VolumeName, FilePath)
    /// A manifest cannot be read; what it describes is left alone.
    case manifestUnreadable(FilePath, reason: String)
    /// The file system is full, or a quota is used up.
    case noSpace(FilePath)
    /// Something of that name is there already.
    case exists(FilePath)
    /// The instance has no directory.
    case instanceNotFound(InstanceID)
    /// A path is not what only Roost writes: a link, another kind of file, another owner.
    case unsafePath(FilePath, reason: String)
    /// A seed cannot be made, since only the digest of the user data was kept.
    case userDataNotKept(InstanceID)
    /// A program failed.
    case program(ProgramError)
    /// A system call failed.
    case system(call: String, FilePath, Errno)
    /// The caller was cancelled.
    case cancelled

    /// The error for a system call's `errno`, which must be read before anything else can change it.
    static func system(_ call: String, _ path: FilePath, errno code: Int32) -> StorageError {
        switch Errno(rawValue: code) {
        case .noSpace, .diskQuotaExceeded: .noSpace(path)
        case let other: .system(call: call, path, other)
        }
    }
}

extension StorageError {
    /// What went wrong, as a sentence without its full stop.
    public var message: String {
        switch self {
        case .sourceUnreadable(let path, let code): "\(path.shown) cannot be read: \(code)"
        case .notRegularFile(let path): "\(path.shown) is not a regular file"
        case .sourceChanged(let path): "\(path.shown) changed while it was copied"
        case .refused(let path, let refusal): "\(path.shown) \(refusal.message)"
        case .wrongDigest(let path, let expected, let found):
            "\(path.shown) has the sha-256 \(found), not \(expected)"
        case .imageExists(let name): "an image named \(name) exists"
        case .imageNotFound(let name): "no image is named \(name)"
        case .imageInUse(let name, let users):
            "image \(name) is used by \(users.count == 1 ? "instance" : "instances") "
                + users.map(\.description).joined(separator: ", ")
        case .imageBusy(let name): "image \(name) is in use by another operation"
        case .imageChanged(let name, let path): "the file of image \(name), \(path.shown), changed since it was added"
        case .imageMissing(let name, let path): "the file of image \(name), \(path.shown), is gone"
        case .wrongKind(let name, let needed): "image \(name) is not a \(needed)"
        case .smallerThanImage(let name, let requested, let image):
            "a disk of \(requested) is smaller than its image \(name), which has \(image)"
        default: placeMessage
        }
    }

    private var placeMessage: String {
        switch self {
        case .manifestUnreadable(let path, let reason): "the manifest \(path.shown) cannot be read: \(reason)"
        case .volumeExists(let name): "a volume named \(name) exists"
        case .volumeNotFound(let name): "no volume is named \(name)"
        case .volumeBusy(let name): "volume \(name) is in use by another operation"
        case .volumeMissing(let name, let path): "the file of volume \(name), \(path.shown), is gone"
        case .noSpace(let path): "no space is left for \(path.shown)"
        case .exists(let path): "\(path.shown) exists"
        case .instanceNotFound(let id): "instance \(id) has no directory"
        case .unsafePath(let path, let reason): "\(path.shown) is left alone: \(reason)"
        case .userDataNotKept(let id): "the user data of instance \(id) was not kept, only its digest"
        case .program(let error): error.message
        case .system(let call, let path, let code): "\(call) failed on \(path.shown): \(code)"
        default: "cancelled"
        }
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .sourceUnreadable: "check that the file exists and that you may read it"
        case .notRegularFile: "give a file; a block device is copied to one first, with qemu-img convert"
        case .sourceChanged: "stop what writes to the file, and add it again"
        case .refused(_, let refusal): refusal.hint
        case .wrongDigest: "fetch the file again, and the digest from where you trust it"
        case .imageExists: "choose another name, or delete that image first"
        case .imageNotFound: "`roost image list` shows the images"
        case .imageInUse: "delete those instances first"
        case .volumeExists: "choose another name, or delete that volume first"
        case .volumeNotFound: "`roost volume list` shows the volumes"
        case .volumeMissing: "put the file back from a copy, or delete the volume"
        case .imageBusy, .volumeBusy: "try again when that operation is done"
        case .imageChanged, .imageMissing: "put the original file back, or delete the image and add it again"
        case .smallerThanImage(_, _, let image): "ask for at least \(image), or leave the size out"
        case .manifestUnreadable: "put the manifest back from a backup, or delete what it belongs to"
        case .noSpace: "free some space; `roost doctor` shows how much is left"
        case .unsafePath: "look at who put it there, and remove it"
        case .userDataNotKept: "give the whole document again"
        case .program(let error): error.hint
        case .wrongKind, .exists, .instanceNotFound, .system, .cancelled: nil
        }
    }
}

extension FilePath {
    /// The path fit for a terminal and a log: in quotes with escapes where it holds control characters.
    var shown: String {
        let text = string
        let plain = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
            default: true
            }
        }
        return plain ? text : text.debugDescription
    }
}
