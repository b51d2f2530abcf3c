// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Libvirt
import Programs
import SystemPackage

/// The command that starts the private daemon: a chain of programs, each replacing itself with the next.
///
/// It leaves the caller's session and, run by root, the caller's identity and every way back to it; makes the
/// daemon's directories and configuration as the daemon's own account; and runs `tini -s -- libvirtd`, where `tini`
/// collects QEMU processes as they end, which libvirt would otherwise wait for.
struct PrivateDaemonLaunch {
    let state: StateDirectory
    let account: GuestAccount
    /// Whether `/dev/kvm` is hidden from the daemon: one that opens and does not work makes libvirt probe QEMU anew at
    /// every start, for many seconds.
    let hidesKVM: Bool
    /// Seconds without guests and clients after which the daemon ends itself.
    let idleSeconds: Int

    /// Where the daemon's own messages go; the directory is the caller's, so no link can be planted there.
    var logFile: FilePath { state.path.appending("daemon.log") }

    /// The call that starts the chain; it returns once the daemon has left the caller's session.
    var call: ProgramCall {
        ProgramCall(
            HostProgram(path: "/bin/sh", package: "dash"), arguments: arguments, environment: environment,
            limits: ProgramLimits(wallTime: .seconds(20)))
    }

    private var arguments: [String] {
        ["-c", Self.detach, logFile.string, "setsid", "--fork"] + hiding + identity
            + ["/bin/sh", "-c", Self.prepare, "roost-daemon", state.privateDaemon.string]
            + Self.configuration.flatMap { [$0.file, $0.text] } + ["--"]
            + ["tini", "-s", "--", "libvirtd", "--timeout", String(idleSeconds)]
    }

    /// The daemon's whole environment: every directory lies inside the state directory.
    private var environment: [String: String] {
        [
            "PATH": HostProgram.searchPath.map(\.string).joined(separator: ":"),
            "LC_ALL": "C",
            "HOME": state.daemonHome.string,
            "XDG_RUNTIME_DIR": state.daemonRun.string,
            "XDG_CONFIG_HOME": state.daemonConfig.string,
            "XDG_CACHE_HOME": state.daemonCache.string,
            "XDG_DATA_HOME": state.daemonData.string,
        ]
    }

    private var hiding: [String] {
        hidesKVM ? ["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", Self.hide, "roost-daemon"] : []
    }

    private var identity: [String] {
        guard !account.isCurrentUser else { return [] }
        return [
            "setpriv", "--reuid=\(account.userID)", "--regid=\(account.groupID)", "--init-groups", "--no-new-privs",
            "--bounding-set=-all", "--inh-caps=-all",
        ]
    }

    /// The daemon's configuration, by file below `libvirt/`: QEMU's system call filter on, console logs through
    /// virtlogd, and at most 2 MiB and three older files of them for each guest; and no sign of life asked of clients
    /// more often than they ask for one.
    private static let configuration: [(file: String, text: String)] = [
        ("qemu.conf", "seccomp_sandbox = 1\nstdio_handler = \"logd\"\n"),
        ("virtlogd.conf", "max_size = 2097152\nmax_backups = 3\n"),
        ("libvirtd.conf", "max_client_requests = 20\nkeepalive_interval = \(PrivateDaemon.keepAlive.interval)\n"),
    ]

    /// `$0` is the log file; the rest is the program that takes the shell's place.
    private static let detach = #"exec "$@" >>"$0" 2>&1 </dev/null"#

    /// A read-only empty file over the device: root opens a file without permission bits, but not for writing on a
    /// read-only mount.
    private static let hide = """
        empty=$(mktemp) && mount --bind "$empty" /dev/kvm && rm -f "$empty" && mount -o remount,ro,bind /dev/kvm
        exec "$@"
        """

    /// What is in `run` is of one boot of the host, as it is in libvirt's own place for it, which is in memory: it
    /// names guests by their process's number, which belongs to another process after the next boot, and libvirt would
    /// end that one. A directory without the mark is of this boot, or of a version that made none. One whose mark is
    /// torn is of another: a mark is whole before it is there, but for a host that lost its power.
    ///
    /// A file takes its place whole: a daemon that was started before may be reading it.
    ///
    /// `$1` is the daemon's directory, then pairs of a file's name and its text up to `--`, then the daemon.
    private static let prepare = """
        set -eu
        umask 077
        cd "$1"
        boot=$(cat /proc/sys/kernel/random/boot_id)
        if [ -e run/boot ] && [ "$(cat run/boot)" != "$boot" ]; then rm -rf run; fi
        mkdir -p libvirt run cache data home agent
        if [ ! -e run/boot ]; then printf %s "$boot" >run/boot.new && sync run/boot.new && mv run/boot.new run/boot; fi
        shift
        while [ "$1" != -- ]; do
          printf %s "$2" >"libvirt/$1.$$"
          mv "libvirt/$1.$$" "libvirt/$1"
          shift 2
        done
        shift
        exec "$@"
        """
}
