// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute
import Foundation
import Glibc
import HostFiles
public import InstanceModel
public import Programs
import SystemPackage

/// Makes, lists and deletes the tap devices that put guests on the host's bridges, through `ip` of iproute2.
///
/// Each device carries its owner's mark as its alias. A device without that mark is never changed, except one of the
/// right name and without any alias: that is what a process leaves that dies while it makes a device.
public struct TapDevices: Sendable {
    private let runner: ProgramRunner
    private let namespace: String?

    /// The tap devices of this process's network.
    ///
    /// - Parameters:
    ///   - runner: runs `ip`.
    ///   - namespace: the named network namespace (ip-netns(8)) in which they are instead.
    public init(runner: ProgramRunner = ProgramRunner(), namespace: String? = nil) {
        self.runner = runner
        self.namespace = namespace
    }

    /// Checks that this process may make network devices.
    ///
    /// - Throws: ``NetworkingError/notPermitted(_:)``.
    public static func checkPermission() throws(NetworkingError) {
        let status = HostFile.kernelText("/proc/self/status") ?? ""
        guard givesNetworkAdministration(status: status, isRoot: geteuid() == 0) else {
            throw .notPermitted(.networkAdministration)
        }
        let descriptor = open("/dev/net/tun", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw .notPermitted(.tunDevice(errno)) }
        close(descriptor)
    }

    /// Whether a program that a process of this `/proc/PID/status` starts has CAP_NET_ADMIN: of root's capabilities
    /// those of the bounding set reach the program, of another account's the ambient ones (capabilities(7)).
    static func givesNetworkAdministration(status: String, isRoot: Bool) -> Bool {
        let field = isRoot ? "CapBnd:" : "CapAmb:"
        let line = status.split(separator: "\n").first { $0.hasPrefix(field) }
        let digits = line?.dropFirst(field.count).filter { !$0.isWhitespace } ?? ""
        let networkAdministration: UInt64 = 1 << 12
        return (UInt64(digits, radix: 16) ?? 0) & networkAdministration != 0
    }

    /// Makes `tap` on `bridge`, up, for QEMU to open as `account`; a device that an earlier attempt left is replaced.
    ///
    /// On failure nothing is left.
    ///
    /// - Throws: ``NetworkingError``: `notPermitted`, `noBridge`, `deviceTaken`, `program`, `unreadable`.
    public func create(
        _ tap: TapDevice, on bridge: BridgeName, for account: GuestAccount, port: TapPort = TapPort()
    ) async throws(NetworkingError) {
        try Self.checkPermission()
        try await requireBridge(bridge)
        if let existing = try await link(named: tap.name) {
            guard existing.isTap, existing.belongs(to: tap) else { throw .deviceTaken(tap) }
            try await delete(tap)
        }
        do throws(NetworkingError) {
            let queues = port.hasQueues ? ["multi_queue"] : []
            try await ip(["tuntap", "add", "dev", tap.name, "mode", "tap", "user", String(account.userID)] + queues)
            try await ip(["link", "set", "dev", tap.name, "alias", tap.alias])
            if let mtu = port.mtu { try await ip(["link", "set", "dev", tap.name, "mtu", String(mtu.bytes)]) }
            guard port.isIsolated else {
                return try await ip(["link", "set", "dev", tap.name, "master", bridge.description, "up"])
            }
            // Isolated before it is up: no packet passes meanwhile.
            try await ip(["link", "set", "dev", tap.name, "master", bridge.description])
            try await ip(["link", "set", "dev", tap.name, "type", "bridge_slave", "isolated", "on"])
            try await ip(["link", "set", "dev", tap.name, "up"])
        } catch {
            // In a task of its own, since a task that was cancelled runs no program. The cause is worth more than a
            // second failure; a device that stays is replaced by the next attempt.
            await Task { try? await delete(tap) }.value
            throw error
        }
    }

    /// Deletes `tap`; does nothing where there is none.
    ///
    /// - Throws: ``NetworkingError/deviceTaken(_:)`` where the name belongs to something else, `program`, `unreadable`.
    public func delete(_ tap: TapDevice) async throws(NetworkingError) {
        guard let existing = try await link(named: tap.name) else { return }
        guard existing.isTap, existing.belongs(to: tap) else { throw .deviceTaken(tap) }
        do throws(NetworkingError) {
            try await ip(["link", "delete", "dev", tap.name])
        } catch {
            // Somebody else may have deleted it meanwhile, and then all is as was asked.
            guard try await link(named: tap.name) == nil else { throw error }
        }
    }

    /// The tap devices that carry Roost's mark, by name.
    ///
    /// - Throws: ``NetworkingError``: `program`, `unreadable`.
    public func list() async throws(NetworkingError) -> [TapDevice] {
        try await links(ofKind: "tun").filter(\.isTap).compactMap { $0.alias.flatMap(TapDevice.init(alias:)) }
            .sorted { $0.name < $1.name }
    }

    /// Checks that `bridge` is a bridge of the kernel.
    ///
    /// - Throws: ``NetworkingError``: `noBridge`, `program`, `unreadable`.
    public func requireBridge(_ bridge: BridgeName) async throws(NetworkingError) {
        let bridges = try await links(ofKind: "bridge").map(\.name)
        guard bridges.contains(bridge.description) else { throw .noBridge(bridge, existing: bridges.sorted()) }
    }

    private func link(named name: String) async throws(NetworkingError) -> NetworkLink? {
        try await links(ofKind: nil).first { $0.name == name }
    }

    private func links(ofKind kind: String?) async throws(NetworkingError) -> [NetworkLink] {
        // Asked of the kernel's netlink and not of /sys, which shows the network of whoever mounted it.
        let arguments = ["-json", "-details", "link", "show"] + (kind.map { ["type", $0] } ?? [])
        let output = try await output(of: arguments)
        guard let links = NetworkLink.list(from: output) else {
            throw .unreadable(command: "ip \(arguments.joined(separator: " "))")
        }
        return links
    }

    private func ip(_ arguments: [String]) async throws(NetworkingError) {
        _ = try await output(of: arguments)
    }

    private func output(of arguments: [String]) async throws(NetworkingError) -> [UInt8] {
        let place = namespace.map { ["-netns", $0] } ?? []
        // A host with ten thousand devices writes about 20 MB.
        let limits = ProgramLimits(wallTime: .seconds(30), outputBytes: 64 << 20)
        let call = ProgramCall(
            HostProgram("ip", package: "iproute2"), arguments: place + arguments, limits: limits)
        do throws(ProgramError) {
            return try await runner.run(call).output
        } catch {
            throw .program(error)
        }
    }
}
