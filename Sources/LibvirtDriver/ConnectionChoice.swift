// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Glibc
import InstanceModel
import Libvirt
import SystemPackage

/// The connection that was chosen, and why.
struct ConnectionChoice: Sendable {
    /// What is connected to.
    let target: Target
    /// Why it was chosen, for people.
    let reason: String

    /// What can be connected to.
    enum Target: Sendable {
        /// The private daemon.
        case privateDaemon
        /// Another libvirt.
        case uri(ConnectionURI)
    }

    /// The name under which a state directory is bound to the private daemon.
    static let privateBinding = "private"

    /// Whether the libvirt there runs guests with root's privileges at hand.
    var isPrivileged: Bool {
        switch target {
        case .privateDaemon: false
        case .uri(let uri): uri.path != "/session" && (uri.path != "/embed" || getuid() == 0)
        }
    }

    /// The text by which a state directory is bound to this choice.
    var binding: String {
        switch target {
        case .privateDaemon: Self.privateBinding
        case .uri(let uri): uri.text
        }
    }

    /// Whether libvirt is on this machine, whose devices are then its own.
    var isLocal: Bool {
        switch target {
        case .privateDaemon: true
        case .uri(let uri): uri.host == nil
        }
    }

    /// Chooses by the caller's request, the state directory's binding, a system libvirt that answers, in that order.
    ///
    /// - Throws: `invalid` for a malformed URI, `conflict` where the directory is bound to another connection.
    static func choose(
        _ request: ConnectionRequest, state: StateDirectory
    ) async throws(ComputeError) -> ConnectionChoice {
        let bound = try state.isPrepared ? state.binding() : nil
        if bound == nil, case .automatic = request, state.isPrepared, try hasInstances(state) {
            throw ComputeError(
                .conflict, subject: "state directory \(state.path)",
                message: "it has instances, and which hypervisor has them is not recorded",
                hint: "name it with --connect, such as --connect private")
        }
        let choice = try await unbound(request, bound: bound)
        if let bound, bound != choice.binding, try hasInstances(state) {
            throw ComputeError(
                .conflict, subject: "state directory \(state.path)",
                message: "its instances belong to the connection \(bound), not to \(choice.binding)",
                hint: "leave --connect out, or use another --state-dir")
        }
        return choice
    }

    private static func hasInstances(_ state: StateDirectory) throws(ComputeError) -> Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: state.instances.string)) ?? []
        // The database may be lost; the instances' directories are there all the same.
        if names.contains(where: { InstanceID($0) != nil }) { return true }
        guard let journal = try Journal.openForReading(state) else { return false }
        guard try journal.instances().isEmpty else { return true }
        return try !journal.unfinishedOperations().isEmpty
    }

    private static func unbound(
        _ request: ConnectionRequest, bound: String?
    ) async throws(ComputeError) -> ConnectionChoice {
        switch request {
        case .privateDaemon:
            return ConnectionChoice(target: .privateDaemon, reason: "the private daemon was asked for")
        case .uri(privateBinding, let source):
            return ConnectionChoice(target: .privateDaemon, reason: "\(source) asks for the private daemon")
        case .uri(let text, let source):
            return ConnectionChoice(target: .uri(try parse(text)), reason: "\(source) asks for it")
        case .automatic:
            if bound == privateBinding {
                return ConnectionChoice(target: .privateDaemon, reason: "the state directory is bound to it")
            }
            if let bound {
                return ConnectionChoice(target: .uri(try parse(bound)), reason: "the state directory is bound to it")
            }
            if let system = await systemLibvirt() {
                return ConnectionChoice(
                    target: .uri(system), reason: "this host's libvirt answers on its read-write socket")
            }
            return ConnectionChoice(
                target: .privateDaemon, reason: "no libvirt of this host answers on a read-write socket")
        }
    }

    private static func parse(_ text: String) throws(ComputeError) -> ConnectionURI {
        do {
            return try ConnectionURI(text)
        } catch {
            throw ComputeError(
                .invalid, subject: "connection", message: "\(error)",
                hint: "for example qemu:///system, qemu+ssh://host/system, or private")
        }
    }

    /// The system libvirt's address, where its socket takes this caller's reads and writes.
    private static func systemLibvirt() async -> ConnectionURI? {
        let sockets = ["/run/libvirt/virtqemud-sock", "/run/libvirt/libvirt-sock"]
        guard sockets.contains(where: { access($0, R_OK | W_OK) == 0 }),
            let uri = try? ConnectionURI("qemu:///system"),
            let connection = try? await Connection.open(uri, deadline: .now + .seconds(5))
        else { return nil }
        await connection.close()
        return uri
    }
}
