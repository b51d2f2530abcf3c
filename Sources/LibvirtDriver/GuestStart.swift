// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainPlanning
import InstanceModel
import Libvirt
import Networking
import SystemPackage

extension LibvirtDriver {
    /// How long a change waits for another operation on the same instance.
    static let lockPatience: Duration = .seconds(30)

    /// Makes what a start needs and a host's reboot loses, and refuses a port of the host that is taken.
    func prepareToStart(_ instance: Instance, id: InstanceID) async throws(ComputeError) {
        try refuseTakenPorts(of: instance)
        // What is there may have changed since the guest was made.
        try refuseHostPaths(of: instance)
        for index in instance.interfaces.indices { try await makeTap(index, of: instance, id: id) }
    }

    /// Makes the tap device of an interface on a bridge; does nothing for others, and for one that is there.
    func makeTap(_ index: Int, of instance: Instance, id: InstanceID) async throws(ComputeError) {
        let interface = instance.interfaces[index]
        guard case .bridge(let bridge) = interface.network else { return }
        do throws(NetworkingError) {
            try await taps.create(
                TapDevice(instance: id, index: index), on: bridge, for: account, port: TapPort(interface))
        } catch {
            throw ComputeError(error, subject: "instance \(instance.name)")
        }
    }

    /// Starts the guest; where ports are published it is started paused, so that none of its life is without them.
    ///
    /// - Throws: ``ComputeError``; the guest is off again then, and the last lines of QEMU's log are in the details.
    func start(_ domain: Domain, instance: Instance, deadline: ContinuousClock.Instant?) async throws(ComputeError) {
        let publishes = !instance.publishedPorts.isEmpty
        do throws(LibvirtError) {
            try await domain.start(publishes ? .paused : [], deadline: deadline)
        } catch {
            let failure = ComputeError(error, subject: "instance \(instance.name)", change: true)
            // A start that was never made started nothing, and what libvirt reports it has put back itself.
            if case .reported = error {} else if failure.outcome == .unknown { await turnOffUnasked(domain) }
            throw failure.adding(details: qemuLog.lastLines(10, of: domain.name))
        }
        guard publishes else { return }
        do throws(ComputeError) {
            try await publish(instance, on: domain, deadline: deadline)
            try await changing("instance \(instance.name)") { () throws(LibvirtError) in
                try await domain.resume(deadline: deadline)
            }
        } catch {
            await turnOffUnasked(domain)
            throw error
        }
    }

    /// Ends a guest whose start failed half-way, also for a caller that was cancelled; what is left to tell is why.
    private func turnOffUnasked(_ domain: Domain) async {
        await Task { try? await domain.destroy(deadline: .now + Self.changeLimit) }.value
    }

    /// Leads the published ports into the guest by the monitor's `hostfwd_add`, whose errors come back as text.
    private func publish(
        _ instance: Instance, on domain: Domain, deadline: ContinuousClock.Instant?
    ) async throws(ComputeError) {
        for (index, interface) in instance.interfaces.enumerated() {
            guard case .user(let ports) = interface.network else { continue }
            for port in ports {
                let command = "hostfwd_add \(DeviceNames.netdev(index)) \(port.forwardingRule)"
                let answer = try await changing("instance \(instance.name)") { () throws(LibvirtError) in
                    try await domain.monitorCommand(command, human: true, deadline: deadline)
                }
                guard answer.allSatisfy(\.isWhitespace) else {
                    throw ComputeError(
                        .conflict, subject: "instance \(instance.name)",
                        message: "port \(port) cannot be published: another program may have taken it",
                        hint: "choose another port of the host, or end what listens there", details: [answer])
                }
            }
        }
    }

    private var qemuLog: QEMULog {
        switch choice.target {
        case .privateDaemon: QEMULog(directory: state.daemonCache.appending("libvirt/qemu/log"), trusted: state.path)
        case .uri: QEMULog(directory: "/var/log/libvirt/qemu", trusted: "/var/log/libvirt/qemu")
        }
    }
}

extension Instance {
    /// The ports of the host that lead into the guest, of all interfaces.
    var publishedPorts: [PublishedPort] {
        interfaces.flatMap(\.network.publishedPorts)
    }
}

extension PublishedPort {
    /// QEMU's form of a forwarding rule; it holds numbers and an IPv4 address only.
    fileprivate var forwardingRule: String {
        "\(endpoint.transport.rawValue):\(endpoint.address):\(endpoint.port)-:\(guestPort)"
    }
}
