// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation

/// The shell wrapper that bounds a program's output and time inside the guest.
///
/// The agent sends a program's outputs in one reply, and libvirt's protocol has no room for one of more than 4 MiB
/// (`REMOTE_STRING_MAX`). So on a guest with a shell each output passes a `head` that keeps one byte more than asked
/// for, which tells that there was more; the rest is read and dropped, so that the program ends as it would have.
/// Program and pipes are a session of their own, which a second one ends at the time limit, even when nobody is left
/// to ask for that.
enum BoundedGuestProgram {
    /// The shell that runs the wrapper.
    static let shell = "/bin/sh"

    /// The status that the wrapper ends with at the time limit, as `timeout` does.
    static let timeLimitStatus: Int32 = 124

    /// The arguments of ``shell``: the scripts, the limits, then the program and its arguments untouched.
    static func arguments(for program: GuestProgram) -> [String] {
        let (seconds, fraction) = program.timeLimit.components
        let wholeSeconds = max(1, fraction > 0 ? seconds + 1 : seconds)
        return ["-c", script, "roost-exec", pipes, timer, String(program.outputLimit + 1), String(wholeSeconds)]
            + [program.path] + program.arguments
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

    /// `$1` and `$2` are the other scripts. A guest without `setsid` has no sessions: there only the program's pipes
    /// are ended. SIGTERM ends all at once. Standard error is closed before a shell can remark on a process that was
    /// killed.
    private static let script = """
        pipes=$1; timer=$2; limit=$3; seconds=$4; shift 4
        own= all= late=
        if command -v setsid >/dev/null 2>&1; then own=setsid all=-; fi
        trap late=1 ALRM
        trap 'late=1; kill -TERM "$all$group"' TERM
        $own /bin/sh -c "$pipes" roost-exec "$limit" "$@" &
        group=$!
        $own /bin/sh -c "$timer" roost-timer "$seconds" "$$" "$all$group" >/dev/null 2>&1 &
        timer=$!
        wait "$group"
        status=$?
        exec 2>/dev/null
        if [ -n "$late" ]; then
          wait "$group"
          for second in 1 2 3 4 5 6; do kill -0 "$all$group" || break; sleep 1; done
          kill -KILL "$all$group"
          status=\(timeLimitStatus)
        fi
        kill -KILL "$all$timer" "$timer"
        exit "$status"
        """

    /// Descriptors: 3 and 6 the captured outputs, 4 the status, 5 the program's output on its way to the second `keep`.
    private static let pipes = """
        limit=$1; shift
        keep() { head -c "$limit"; cat >/dev/null; }
        exec 3>&1 6>&2
        status=$({ { { "$@" 3>&- 4>&- 6>&- 2>&1 1>&5 5>&-; printf %s "$?" >&4; } | keep >&6; } 5>&1 | keep >&3; } 4>&1)
        exit "$status"
        """

    /// Tells the first shell, then ends the group, and after five seconds what did not want to.
    private static let timer = """
        sleep "$1"
        kill -ALRM "$2"
        kill -TERM "$3"
        sleep 5
        kill -KILL "$3"
        """
}
