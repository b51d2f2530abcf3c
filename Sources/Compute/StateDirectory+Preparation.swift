// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import SystemPackage

extension StateDirectory {
    /// Makes what is missing of the directory, with owners and modes as they must be, and records its place once.
    ///
    /// Where the guest account is another user than the caller, it may pass through the directory to what is its own,
    /// and sees no list of anything. Directories above the state directory are made as needed.
    ///
    /// - Throws: ``ComputeError`` with code `conflict` where the directory, or one in it, belongs to somebody else, may
    ///   be written by others, holds other things, lies below another account's directory, or is out of the guest
    ///   account's reach; `failed` and `exhausted`
    ///   where the system refuses.
    public func prepare(guestAccount: GuestAccount) throws(ComputeError) {
        let mode: mode_t = guestAccount.isCurrentUser ? 0o700 : 0o711
        let owner = GuestAccount.currentUser()
        try makeParents()
        try Self.make(path, mode: mode)
        let root = try DirectoryHandle.open(path)
        try root.verifyOwner([owner.userID])
        try refuseStrangers(root)
        try root.settle(mode: mode)
        try checkReach(of: guestAccount)
        var isChanged = false
        for (name, mode) in [("images", mode), ("instances", mode), ("volumes", mode), ("locks", 0o700)] {
            if try root.makeDirectory(name, mode: 0o700) { isChanged = true }
            let directory = try root.open(name)
            try directory.verifyOwner([owner.userID])
            try directory.settle(mode: mode)
        }
        if try root.makeDirectory("private", mode: 0o700) { isChanged = true }
        let daemon = try root.open("private")
        // It is ours for as long as a crash kept us from handing it over.
        try daemon.verifyOwner([guestAccount.userID, owner.userID])
        try daemon.settle(mode: 0o700)
        if try daemon.status().st_uid != guestAccount.userID {
            try daemon.setOwner(guestAccount.userID, guestAccount.groupID)
        }
        if isChanged { try root.synchronize() }
        if try identity() == nil { try recordPlace() }
    }

    /// Makes the directory unless it is there. A loss of power takes neither it nor what is flushed in it later on.
    private static func make(_ path: FilePath, mode: mode_t) throws(ComputeError) {
        guard mkdir(path.string, mode) != 0 else { return try DirectoryHandle.open(path.appending("..")).synchronize() }
        guard errno == EEXIST else { throw .system(errno, "make the directory", path) }
    }

    /// Whether the directory was prepared at some time.
    public var isPrepared: Bool {
        var status = stat()
        return lstat(identityFile.string, &status) == 0
    }

    /// What is above the directory, from the top, without the root.
    private var ancestors: [FilePath] { path.removingLastComponent().andAbove }

    private func makeParents() throws(ComputeError) {
        for ancestor in ancestors {
            // As the XDG specification asks for a user's directories, and as /var's are for root.
            try Self.make(ancestor, mode: geteuid() == 0 ? 0o755 : 0o700)
            // Before anything is made in it.
            try refuseForeign(ancestor)
            var status = stat()
            guard stat(ancestor.string, &status) == 0 else { throw .system(errno, "inspect", ancestor) }
            guard status.st_mode & (S_IWOTH | S_ISVTX) != S_IWOTH else {
                throw ComputeError(
                    .conflict, subject: "state directory",
                    message: "everybody may rename what is in \(ancestor), and so exchange the state directory",
                    hint: "chmod o-w \(ancestor), or choose another state directory")
            }
        }
    }

    /// Refuses a directory, or a link to one, that an account could exchange which is neither root nor the caller.
    ///
    /// In a user namespace without root, such as a container's, root's directories belong to an account that stands for
    /// all that the namespace does not know: only root itself refuses those.
    private func refuseForeign(_ ancestor: FilePath) throws(ComputeError) {
        var status = stat()
        guard lstat(ancestor.string, &status) == 0 else { throw .system(errno, "inspect", ancestor) }
        let isUnknown = status.st_uid == 65_534 && geteuid() != 0
        guard status.st_uid == 0 || status.st_uid == geteuid() || isUnknown else {
            throw ComputeError(
                .conflict, subject: "state directory",
                message: "\(ancestor) belongs to the user with id \(status.st_uid), who could put another directory "
                    + "in the state directory's place",
                hint: "choose a state directory below directories that are root's or the caller's own")
        }
        guard status.st_mode & S_IFMT == S_IFLNK else { return }
        guard let resolved = realpath(ancestor.string, nil) else { throw .system(errno, "resolve", ancestor) }
        defer { free(resolved) }
        for real in FilePath(platformString: resolved).andAbove { try refuseForeign(real) }
    }

    private func refuseStrangers(_ root: borrowing DirectoryHandle) throws(ComputeError) {
        let names = try root.names()
        let ours = ["images", "instances", "volumes", "locks", "private", "state.json", "roost.db", "lost+found"]
        guard names.contains(where: { ours.contains($0) }) || names.isEmpty else {
            throw ComputeError(
                .conflict, subject: "state directory",
                message: "\(path) holds other things, such as \(names.min() ?? ""), and is no state directory",
                hint: "name an empty directory, or one that is not there yet")
        }
    }

    private func checkReach(of account: GuestAccount) throws(ComputeError) {
        guard !account.isCurrentUser, account.userID != 0 else { return }
        // Looked up only where it matters: asking for a user's groups loads the system's name services.
        lazy var groups = account.groups()
        for directory in ancestors + [path] {
            var status = stat()
            guard stat(directory.string, &status) == 0 else { throw .system(errno, "inspect", directory) }
            let everybody = S_IXUSR | S_IXGRP | S_IXOTH
            if status.st_mode & everybody == everybody { continue }
            let bit =
                status.st_uid == account.userID ? S_IXUSR : groups.contains(status.st_gid) ? S_IXGRP : S_IXOTH
            guard status.st_mode & bit == 0 else { continue }
            throw ComputeError(
                .conflict, subject: "state directory",
                message: "\(account.name), the account that guests run as, may not pass through \(directory)",
                hint: "choose a state directory such as /var/lib/roost, or chmod o+x \(directory)")
        }
    }
}

extension DirectoryHandle {
    /// Refuses a directory that is not one of `owners`', or that group or others may write.
    fileprivate func verifyOwner(_ owners: Set<uid_t>) throws(ComputeError) {
        let status = try status()
        guard owners.contains(status.st_uid) else {
            throw ComputeError(
                .conflict, subject: path.string, message: "\(path) belongs to the user with id \(status.st_uid)",
                hint: "run as that user, or choose another state directory")
        }
        guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw ComputeError(
                .conflict, subject: path.string, message: "users other than the owner may write \(path)",
                hint: "look what is in it, then chmod go-w \(path)")
        }
    }

    fileprivate func settle(mode: mode_t) throws(ComputeError) {
        if try status().st_mode & 0o7777 != mode { try setMode(mode) }
    }
}

extension FilePath {
    /// The path and all above it, from the top, without the root.
    fileprivate var andAbove: [FilePath] {
        var paths: [FilePath] = []
        var path = self
        while !path.components.isEmpty {
            paths.append(path)
            path.removeLastComponent()
        }
        return paths.reversed()
    }
}
