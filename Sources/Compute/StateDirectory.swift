// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel
public import SystemPackage

/// The directory that holds everything that Roost keeps on a host, and where each thing is in it.
public struct StateDirectory: Sendable, Hashable {
    /// The absolute path.
    public let path: FilePath

    /// The state directory at `path`.
    ///
    /// - Throws: ``ComputeError`` with code `invalid` for a relative path, a `..`, a control character, a comma or an
    ///   equals sign, the root directory, or more than ``maximumPathLength`` bytes.
    public init(_ path: FilePath) throws(ComputeError) {
        let text = path.string
        func refuse(_ rule: String, _ remedy: String) -> ComputeError {
            let problem = SpecProblem(
                path: "state_dir", violation: RuleViolation(value: text, rule: rule, remedy: remedy))
            return ComputeError(
                .invalid, subject: "state directory", message: "\(problem.violation.value): \(rule)", hint: remedy,
                problems: [problem])
        }
        let isPlain = path.components.allSatisfy { $0.kind == .regular }
        guard path.isAbsolute, isPlain, !path.components.isEmpty else {
            throw refuse("a state directory is an absolute path without '..'", "for example /var/lib/roost")
        }
        guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw refuse("a state directory's path has no control characters", "choose another directory")
        }
        guard !text.contains(where: { ",=".contains($0) }) else {
            throw refuse(
                "a state directory's path has no comma and no equals sign, which part QEMU's options",
                "choose another directory")
        }
        guard text.utf8.count <= Self.maximumPathLength else {
            throw refuse(
                "a state directory's path has at most \(Self.maximumPathLength) bytes, since the sockets of guests "
                    + "are in it, and Linux takes \(Self.maximumSocketPathLength) bytes for a socket's path",
                "choose a shorter one with --state-dir or ROOST_STATE_DIR")
        }
        self.path = path
    }

    /// The most bytes that Linux takes for a unix socket's path: `sun_path` without its terminating zero.
    public static let maximumSocketPathLength = 107

    /// The most bytes of a state directory's path.
    ///
    /// The longest socket below it is a guest's QEMU monitor, whose path libvirt makes of the domain's number and
    /// the first 20 characters of its name. Numbers start at 1 with each daemon, so four digits leave room enough; for
    /// the socket of a TPM, whose path is one byte longer, three.
    public static let maximumPathLength =
        maximumSocketPathLength - "/private/libvirt/qemu/lib/domain-9999-".utf8.count - 20
        - "/monitor.sock".utf8.count

    /// The usual state directory: `/var/lib/roost` for root, else `roost` in the XDG state directory, which
    /// `XDG_STATE_HOME` or `HOME` of the process's environment names. Below a `HOME` that is too long for that, it is
    /// `.roost`, which is shorter: with 18 to 29 bytes.
    ///
    /// - Throws: ``ComputeError`` with code `invalid` where the path may not be one, or the environment names none.
    public static func standard(userID: UInt32, environment: [String: String]) throws(ComputeError) -> StateDirectory {
        guard userID != 0 else { return try StateDirectory("/var/lib/roost") }
        // The XDG specification has relative paths ignored.
        if let base = environment["XDG_STATE_HOME"], base.hasPrefix("/") {
            return try StateDirectory(FilePath(base).appending("roost"))
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw ComputeError(
                .invalid, subject: "state directory", message: "neither XDG_STATE_HOME nor HOME names a directory",
                hint: "name one with --state-dir or ROOST_STATE_DIR")
        }
        let usual = FilePath(home).appending([".local", "state", "roost"])
        guard usual.string.utf8.count > maximumPathLength else { return try StateDirectory(usual) }
        return try StateDirectory(FilePath(home).appending(".roost"))
    }

    /// The database of the journal, claims and index.
    public var database: FilePath { path.appending("roost.db") }
    /// The image store.
    public var images: FilePath { path.appending("images") }
    /// The directories of the instances.
    public var instances: FilePath { path.appending("instances") }
    /// The store of volumes.
    public var volumes: FilePath { path.appending("volumes") }
    /// The directory of the locks.
    public var locks: FilePath { path.appending("locks") }
    /// The file in which the instances are locked.
    public var lockTable: FilePath { locks.appending("instances") }
    /// The record of where the directory is, and of its connection.
    public var identityFile: FilePath { path.appending("state.json") }

    /// All that the private daemon keeps; it belongs to the guest account.
    public var privateDaemon: FilePath { path.appending("private") }
    /// The private daemon's `XDG_RUNTIME_DIR`.
    public var daemonRun: FilePath { privateDaemon.appending("run") }
    /// The private daemon's `XDG_CONFIG_HOME`: no directory of its own, since every byte of it would shorten the
    /// longest state directory.
    public var daemonConfig: FilePath { privateDaemon }
    /// The private daemon's `XDG_CACHE_HOME`.
    public var daemonCache: FilePath { privateDaemon.appending("cache") }
    /// The private daemon's `XDG_DATA_HOME`.
    public var daemonData: FilePath { privateDaemon.appending("data") }
    /// The private daemon's `HOME`.
    public var daemonHome: FilePath { privateDaemon.appending("home") }
    /// The socket on which the private daemon listens.
    public var daemonSocket: FilePath { daemonRun.appending(["libvirt", "libvirt-sock"]) }

    /// The private daemon's address, in which every byte of the path is escaped that means something in a URI
    /// (RFC 3986), or is none of ASCII.
    public var daemonURI: String {
        let path = daemonSocket.string.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || "/-._~".utf8.contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "qemu:///session?socket=" + path.joined()
    }

    /// The instance's own directory.
    public func directory(of id: InstanceID) -> FilePath { instances.appending(id.description) }
    /// Where the socket of the instance's agent channel fits: libvirt's own place for it would be too long.
    public func agentSocket(of id: InstanceID) -> FilePath {
        privateDaemon.appending(["agent", FilePath.Component(stringLiteral: id.description)])
    }
}
