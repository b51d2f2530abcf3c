// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Glibc
import HostFiles
import InstanceModel
import SystemPackage

extension LibvirtDriver {
    /// Refuses a path of the host that is below no directory which the configuration allows for it, or to which a link
    /// leads: whoever can write above it, a guest that shares that among them, could make it stand for any other.
    ///
    /// - Throws: `denied` with the place in the document; `notFound` where there is no such directory; `unsupported`
    ///   where libvirt is on another machine.
    func refuseHostPaths(of instance: Instance) throws(ComputeError) {
        for (index, share) in instance.peripherals.shares.enumerated() {
            let use = HostPathUse(
                place: "shares[\(index)].source", setting: "shared_directories",
                allowed: configuration.sharedDirectories)
            try refuse(FilePath(share.source.description), for: use, of: instance)
        }
        for (index, interface) in instance.interfaces.enumerated() {
            guard case .vhostUser(let socket) = interface.network else { continue }
            let use = HostPathUse(
                place: "interfaces[\(index)].network.vhostuser", setting: "socket_directories",
                allowed: configuration.socketDirectories)
            let path = FilePath(socket.description)
            try refuse(path.removingLastComponent(), for: use, of: instance)
            var status = stat()
            guard lstat(path.string, &status) != 0 || status.st_mode & S_IFMT == S_IFSOCK else {
                throw use.refusal(.denied, path, "it is no socket", "name the socket itself", of: instance)
            }
        }
    }

    private func refuse(_ directory: FilePath, for use: HostPathUse, of instance: Instance) throws(ComputeError) {
        guard choice.isLocal else {
            throw use.refusal(
                .unsupported, directory, "paths are this machine's, and libvirt runs on another", "leave it out",
                of: instance)
        }
        guard let allowed = use.allowed.first(where: directory.starts(with:)) else {
            throw use.refusal(
                .denied, directory, "it is in no directory that the configuration allows for this",
                "name one in `\(use.setting)` of the configuration file", of: instance)
        }
        do throws(HostFileError) {
            _ = try HostFile.openDirectory(directory, below: allowed)
        } catch {
            switch error {
            case .missing:
                throw use.refusal(
                    .notFound, directory, "there is no such directory", "make it, or name another", of: instance)
            case .untrusted, .notRegular:
                throw use.refusal(
                    .denied, directory,
                    "on the way to it below \(allowed) is a link, or something that is no directory",
                    "name the directory itself", of: instance)
            case .unreadable(_, let cause):
                throw use.refusal(.denied, directory, "it cannot be opened: \(cause)", "name another", of: instance)
            }
        }
    }
}

/// What a document names a path of the host for.
private struct HostPathUse {
    /// Its place in the document.
    let place: String
    /// The key of the configuration file that allows it.
    let setting: String
    /// The directories that it may lie in.
    let allowed: [FilePath]

    func refusal(
        _ code: ComputeError.Code, _ path: FilePath, _ rule: String, _ remedy: String, of instance: Instance
    ) -> ComputeError {
        let violation = RuleViolation(value: path.string, rule: rule, remedy: remedy)
        return ComputeError(
            code, subject: "instance \(instance.name)", message: "`\(place)` cannot be \(path): \(rule)", hint: remedy,
            problems: [SpecProblem(path: place, violation: violation)])
    }
}
