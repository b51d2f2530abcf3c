// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Libvirt

extension HypervisorLink {
    /// A link to what was chosen: the private daemon, started when it is needed, or another libvirt.
    init(
        state: StateDirectory, account: Result<GuestAccount, ComputeError>, choice: ConnectionChoice,
        daemonIdleSeconds: Int, threads: CallThreads
    ) {
        switch choice.target {
        case .privateDaemon:
            self.init { () async throws(ComputeError) in
                let account = try account.get()
                try state.prepare(guestAccount: account)
                return try await PrivateDaemon(
                    state: state, account: account, idleSeconds: daemonIdleSeconds, threads: threads
                ).connect()
            }
        case .uri(let uri):
            self.init { () async throws(ComputeError) in
                do throws(LibvirtError) {
                    return try await Connection.open(
                        uri, keepAlive: PrivateDaemon.keepAlive, deadline: .now + PrivateDaemon.patience,
                        threads: threads)
                } catch {
                    throw Self.unreachable(uri, error)
                }
            }
        }
    }

    private static func unreachable(_ uri: ConnectionURI, _ error: LibvirtError) -> ComputeError {
        let cause = ComputeError(error, subject: "connection \(uri)", change: false)
        return ComputeError(
            cause.code == .denied ? .denied : .hostUnavailable, subject: cause.subject, message: cause.message,
            hint: "is libvirt running there? `roost doctor` tells what was chosen, and why", libvirt: cause.libvirt)
    }
}
