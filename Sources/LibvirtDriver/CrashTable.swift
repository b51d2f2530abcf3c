// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainPlanning

/// What a crash at a place in a change of an instance leads to. ARCHITECTURE.md shows these rows as they are, and the
/// tests that kill processes take from them what they try, and what they expect.
struct CrashRow: Sendable, Hashable {
    let change: InstanceChange
    let place: Place
    /// What is there once the step was done.
    let effect: String
    /// What becomes of it after a crash during or after it.
    let aftermath: String

    /// A part of an operation.
    enum Place: Sendable, Hashable {
        /// The first write, with the claims.
        case begin
        /// The steps of these names, where `N` is any index.
        case steps([String])
        /// The last write.
        case end
    }

    init(_ change: InstanceChange, _ place: Place, effect: String, aftermath: String) {
        self.change = change
        self.place = place
        self.effect = effect
        self.aftermath = aftermath
    }

    /// The row in Markdown.
    var text: String {
        let place =
            switch place {
            case .begin: "(begin)"
            case .steps(let names): names.map { "`\($0)`" }.joined(separator: ", ")
            case .end: "(end)"
            }
        return "| \(change.rawValue) | \(place) | \(effect) | \(aftermath) |"
    }

    /// The kinds of steps that the table has of a change.
    static func stepKinds(of change: InstanceChange) -> Set<String> {
        Set(
            all.filter { $0.change == change }.flatMap { row -> [String] in
                guard case .steps(let names) = row.place else { return [] }
                return names
            })
    }

    /// Every row, in the order of ARCHITECTURE.md.
    static let all = [
        CrashRow(
            .spawn, .begin,
            effect: """
                claims of name, UUID, MAC addresses, published ports, dedicated processors, huge pages, a \
                vsock's number and devices of the host; the instance's record; all steps: one transaction
                """,
            aftermath: "nothing was done, or all of it is known: undone"),
        CrashRow(
            .spawn, .steps(["files"]),
            effect: "the instance's directory, with one for a UEFI's variables",
            aftermath: "the directory is removed with all below it"),
        CrashRow(
            .spawn, .steps(["disk-N"]),
            effect: "an overlay or an empty disk, with its manifest",
            aftermath: "removed with the directory"),
        CrashRow(
            .spawn, .steps(["seed"]),
            effect: "the cloud-init seed",
            aftermath: "removed with the directory"),
        CrashRow(
            .spawn, .steps(["tap-N"]),
            effect: """
                a tap device on a bridge, tagged with the instance, with its largest packet, queues and \
                isolation
                """,
            aftermath: "the device of that name and tag is deleted"),
        CrashRow(
            .spawn, .steps(["define"]),
            effect: "the domain, with this operation's id in its metadata",
            aftermath: """
                the domain is ended and undefined, if it carries this operation's id; where libvirt makes it \
                only after that, as below
                """),
        CrashRow(
            .spawn, .steps(["start"]),
            effect: """
                the guest runs; with published ports it is started paused, and runs once they lead into it
                """,
            aftermath: "the guest is ended"),
        CrashRow(
            .spawn, .steps(["wait-running", "wait-agent"]),
            effect: "nothing",
            aftermath: "nothing"),
        CrashRow(
            .apply, .begin,
            effect: """
                claims of what the newer document needs beside what the instance has: one transaction with \
                all steps
                """,
            aftermath: "nothing was done, or all of it is known: undone"),
        CrashRow(
            .apply, .steps(["redefine"]),
            effect: "the domain's definition is the newer one; the older one is in the journal",
            aftermath: "the older one is defined again"),
        CrashRow(
            .apply, .steps(["live-limits-N", "live-link-N", "live-metadata", "live-vcpus"]),
            effect: """
                the running guest has another limit of a disk, link of an interface, document in its \
                metadata, or more processors
                """,
            aftermath: "looked at, and put back, where it is the same run of the guest"),
        CrashRow(
            .apply, .end,
            effect: """
                the instance's record has the newer document; claims that it no longer needs are released, \
                those of a running guest with its next start: one transaction
                """,
            aftermath: "undone"),
        CrashRow(
            .delete, .begin,
            effect: "all steps: one transaction",
            aftermath: "nothing was done, or all of it is known: finished forward"),
        CrashRow(
            .delete, .steps(["turn-off"]),
            effect: "the guest is off",
            aftermath: "finished forward"),
        CrashRow(
            .delete, .steps(["undefine"]),
            effect: "the domain is gone, with NVRAM, TPM state, managed save, snapshots, checkpoints",
            aftermath: "finished forward"),
        CrashRow(
            .delete, .steps(["remove-tap-N"]),
            effect: "the tap device is gone",
            aftermath: "finished forward"),
        CrashRow(
            .delete, .steps(["remove-files"]),
            effect: "the instance's directory is gone",
            aftermath: "finished forward"),
        CrashRow(
            .delete, .end,
            effect: "claims and record are released: one transaction",
            aftermath: "finished forward"),
        CrashRow(
            .start, .steps(["power-on"]),
            effect: """
                the guest runs; with published ports it is started paused, and runs once they lead into it
                """,
            aftermath: """
                looked at, once libvirt has answered: it runs, then it happened; it is off, or paused since \
                its start though ports are published, then it is turned off, and did not happen
                """),
        CrashRow(
            .forcedStop, .steps(["power-off"]),
            effect: "the guest is off",
            aftermath: "looked at: off, then it happened"),
        CrashRow(
            .gracefulStop, .steps(["ask-shutdown"]),
            effect: "the guest was asked to go down, at first and every 3 s",
            aftermath: "looked at: off, then it happened; else it can never be told"),
        CrashRow(
            .gracefulReboot, .steps(["ask-reboot"]),
            effect: "the guest was asked to reboot",
            aftermath: "it can never be told"),
        CrashRow(
            .hardReboot, .steps(["reset"]),
            effect: "the machine was reset",
            aftermath: "it can never be told"),
        CrashRow(
            .pause, .steps(["pause"]),
            effect: "the processors are halted",
            aftermath: "looked at: paused, then it happened"),
        CrashRow(
            .resume, .steps(["resume"]),
            effect: "the processors run",
            aftermath: "looked at: running, then it happened"),
        CrashRow(
            .attach, .begin,
            effect: "the claim of the volume: one transaction with all steps",
            aftermath: "nothing was done, or all of it is known: undone"),
        CrashRow(
            .attach, .steps(["add-disk"]),
            effect: "the definition has the volume's disk",
            aftermath: "taken out again"),
        CrashRow(
            .attach, .steps(["plug-disk"]),
            effect: "the running guest has the volume's disk, at the place that the definition says",
            aftermath: "the guest is asked to let go of it, where it is the same run; until it does, the claim stays"),
        CrashRow(
            .detach, .steps(["unplug-disk"]),
            effect: "the running guest let go of the volume's disk",
            aftermath: "plugged in again, where it is the same run of the guest and it let go"),
        CrashRow(
            .detach, .steps(["drop-disk"]),
            effect: "the definition has no disk of the volume any more",
            aftermath: "put back"),
        CrashRow(
            .detach, .end,
            effect: "the claim of the volume is released",
            aftermath: "undone"),
    ]
}

extension InstanceStep {
    /// The name in the table of crashes: one for all indices.
    var kindName: String {
        switch self {
        case .disk: "disk-N"
        case .tap: "tap-N"
        case .removeTap: "remove-tap-N"
        case .live(.limits, _): "live-limits-N"
        case .live(.link, _): "live-link-N"
        default: name
        }
    }
}
