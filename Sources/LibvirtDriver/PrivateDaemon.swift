// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Glibc
import HostFiles
import Libvirt
import Programs
import SystemPackage

/// Libvirt's own daemon in session mode, unprivileged, inside the state directory: started when it is needed, gone by
/// itself when no guest runs and nobody asks.
///
/// Guests outlive it. A daemon that died is started again and finds them; one that hangs is ended first. Before one is
/// started over live guests the state directory must be where it was: a daemon that cannot reach a live guest's
/// monitor ends that guest.
struct PrivateDaemon: Sendable {
    let state: StateDirectory
    let account: GuestAccount
    /// Seconds without guests and clients after which it ends itself.
    let idleSeconds: Int
    /// What makes the calls to it.
    var threads = CallThreads.shared

    /// How long a daemon may take to answer before it counts as hung.
    static let patience: Duration = .seconds(10)
    /// How long a daemon may take from its start to its first answer.
    static let startLimit: Duration = .seconds(30)
    /// After how long without an answer another daemon is started; where the first still comes, the second ends at its
    /// pid file.
    private static let launchInterval: Duration = .seconds(3)
    /// How long another process may take to start or replace it.
    private static let lockLimit: Duration = .seconds(60)
    /// Seconds of silence after which an open connection asks the daemon for a sign of life, and how often it asks
    /// before it is dropped, as long again after it asked last: a program with nothing to do wakes no more often.
    static let keepAlive = KeepAlive(interval: 10, count: 1)

    /// A connection to the daemon, which is started or replaced where it has to be.
    ///
    /// - Throws: ``ComputeError`` with code `hostUnavailable` and the daemon's last log lines.
    func connect() async throws(ComputeError) -> Connection {
        // A daemon that still answers was started elsewhere: it would look for what is here in its old place.
        try state.confirmPlace()
        let isSilent: Bool
        do throws(LibvirtError) {
            return try await open(within: Self.patience)
        } catch {
            if case .deadlineExceeded = error { isSilent = true } else { isSilent = false }
        }
        try requireClientLibrary()
        return try await DaemonStartLock.hold(state.path.appending("daemon.lock"), waitingAtMost: Self.lockLimit) {
            () async throws(ComputeError) in
            // Another process may have started or replaced it meanwhile. One that was silent gets no second patience.
            do throws(LibvirtError) {
                return try await open(within: isSilent ? .seconds(1) : Self.patience)
            } catch {
                if case .deadlineExceeded = error { await endHungDaemon() }
            }
            return try await start()
        }
    }

    /// The daemon's process, where one runs.
    var process: DaemonProcess? {
        DaemonProcess(
            pidFile: state.daemonRun.appending("libvirt/libvirtd.pid"), below: state.path, program: "libvirtd",
            userID: account.userID)
    }

    /// Opens a connection. A daemon that is just ending accepts, and hangs up at libvirt's first question.
    private func open(within limit: Duration) async throws(LibvirtError) -> Connection {
        let deadline = ContinuousClock.now + limit
        let uri: ConnectionURI
        do {
            uri = try ConnectionURI(state.daemonURI)
        } catch {
            preconditionFailure("the private daemon's address is well formed: \(error)")
        }
        return try await Connection.open(uri, keepAlive: Self.keepAlive, deadline: deadline, threads: threads)
    }

    /// Refuses where libvirt's client library cannot be loaded: no daemon would ever answer.
    private func requireClientLibrary() throws(ComputeError) {
        do throws(LibvirtError) {
            _ = try Connection.clientLibraryVersion()
        } catch {
            let cause = ComputeError(error, subject: "libvirt", change: false)
            throw ComputeError(
                cause.code, subject: cause.subject, message: cause.message,
                hint: "install the packages libvirt0 and libvirt-daemon", libvirt: cause.libvirt)
        }
    }

    /// Refuses where a program of the chain is missing, whose end nobody would see.
    private func requirePrograms() throws(ComputeError) {
        for need in HostPrograms.needed where need.need == .privateDaemon {
            do throws(ProgramError) {
                _ = try need.program.locate()
            } catch {
                throw ComputeError(
                    .hostUnavailable, subject: "the private libvirt daemon", message: error.message, hint: error.hint)
            }
        }
    }

    /// Starts a daemon, again and again until one answers: one that is ending closes its socket before it lets go of
    /// its pid file, and ends every other that comes meanwhile.
    private func start() async throws(ComputeError) -> Connection {
        let launch = PrivateDaemonLaunch(
            state: state, account: account,
            hidesKVM: geteuid() == 0 && HardwareVirtualization.read(for: account).isTrap,
            idleSeconds: idleSeconds)
        try requirePrograms()
        BoundedLog.trim(launch.logFile, toLast: 256 << 10)
        let begin = ContinuousClock.now
        let ending = process
        var nextLaunch = begin
        var pause: Duration = .milliseconds(5)
        while ContinuousClock.now < begin + Self.startLimit {
            if ContinuousClock.now >= nextLaunch {
                // It had its time to end.
                if let ending, ContinuousClock.now > begin + Self.patience { await end(ending) }
                try await run(launch)
                nextLaunch = .now + Self.launchInterval
            }
            if let connection = try? await open(within: Self.patience) { return connection }
            do {
                try await Task.sleep(for: pause)
            } catch {
                throw ComputeError(
                    .cancelled, subject: "the private libvirt daemon", message: "cancelled while the daemon started")
            }
            pause = min(pause * 3 / 2, .milliseconds(100))
        }
        throw unavailable("the private libvirt daemon does not answer", launch)
    }

    private func run(_ launch: PrivateDaemonLaunch) async throws(ComputeError) {
        do throws(ProgramError) {
            _ = try await ProgramRunner().run(launch.call)
        } catch {
            throw unavailable("the private libvirt daemon could not be started: \(error.message)", launch)
        }
    }

    private func unavailable(_ message: String, _ launch: PrivateDaemonLaunch) -> ComputeError {
        let log = (try? HostFile.open(launch.logFile, below: state.path).tail(atMost: 4_096)) ?? []
        let lines = String(decoding: log, as: UTF8.self).split(separator: "\n").suffix(5).map(String.init)
        return ComputeError(
            .hostUnavailable, subject: "the private libvirt daemon", message: message,
            hint: "`roost doctor` tells what is missing; the daemon's log is \(launch.logFile)", details: lines)
    }

    private func endHungDaemon() async {
        if let process { await end(process) }
    }

    private func end(_ process: DaemonProcess) async {
        process.signal(9)
        let deadline = ContinuousClock.now + .seconds(5)
        while process.isAlive, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(10))
        }
    }
}
