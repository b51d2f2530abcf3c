// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation

/// The shell wrapper that bounds a program's output and time inside the guest.
///
/// The agent sends a program's whole output in one reply, and libvirt ends the channel at 10 MiB. So on a guest with a
/// shell each output passes a `head` that keeps one byte more than asked for, which tells that there was more; the rest
/// is read and dropped, so that the program ends as it would have. Where the guest has `timeout`, it ends the program
/// at its limit even when nobody is left to ask for that.
enum BoundedGuestProgram {
    /// The shell that runs the wrapper.
    static let shell = "/bin/sh"

    /// The arguments of ``shell``: the script, its name, the limits, then the program and its arguments untouched.
    static func arguments(for program: GuestProgram) -> [String] {
        let seconds = max(1, Int64((program.timeLimit / .seconds(1)).rounded(.up)))
        return ["-c", script, "roost-exec", String(program.outputLimit + 1), String(seconds), program.path]
            + program.arguments
    }

    /// The result as the caller asked for it: each output cut at the limit, and whether that lost something.
    static func result(of status: AgentProtocol.Status, for program: GuestProgram) -> GuestProgramResult {
        let output = [UInt8](status.output ?? .init())
        let errorOutput = [UInt8](status.errorOutput ?? .init())
        let limit = program.outputLimit
        return GuestProgramResult(
            termination: status.signal.map { .signalled($0) } ?? .exited(status.exitcode ?? 0),
            output: Array(output.prefix(limit)), errorOutput: Array(errorOutput.prefix(limit)),
            truncated: output.count > limit || errorOutput.count > limit)
    }

    /// Descriptors: 3 the captured output, 4 the status, 5 the program's output on its way to the second `keep`.
    private static let script = """
        limit=$1; seconds=$2; shift 2
        keep() { head -c "$limit"; cat >/dev/null; }
        if timeout -k 1 1 true 2>/dev/null; then set -- timeout -k 5 "$seconds" "$@"; fi
        exec 3>&1
        status=$({ { { "$@" 3>&- 4>&- 2>&1 1>&5 5>&-; printf %s "$?" >&4; } | keep >&2; } 5>&1 | keep >&3; } 4>&1)
        exit "$status"
        """
}
