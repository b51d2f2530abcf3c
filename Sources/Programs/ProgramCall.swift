// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import SystemPackage

/// What to run, how, and within which limits.
///
/// Arguments and environment can be read by every user of the host while the program runs (`/proc/PID/cmdline`):
/// a secret goes to the program's standard input or into a file, never into its arguments.
public struct ProgramCall: Sendable {
    /// The program.
    public var program: HostProgram
    /// Its arguments, each passed as it is; no shell reads them.
    public var arguments: [String]
    /// Its environment beside `PATH` (``HostProgram/searchPath``) and `LC_ALL=C`; nothing is inherited.
    public var environment: [String: String]
    /// What it reads from standard input; nil: nothing (`/dev/null`).
    public var input: [UInt8]?
    /// Open files that take the place of ``input`` and of the result's output; nil: none.
    public var files: ProgramFiles?
    /// The account that it runs as; nil: the caller's. Another account than the caller's needs root.
    public var account: ProgramAccount?
    /// How much it may use.
    public var limits: ProgramLimits
    /// The exit statuses that are results and no failures.
    public var acceptedStatuses: Set<Int32>

    /// A call of `program`.
    public init(
        _ program: HostProgram, arguments: [String] = [], environment: [String: String] = [:], input: [UInt8]? = nil,
        files: ProgramFiles? = nil, account: ProgramAccount? = nil, limits: ProgramLimits = ProgramLimits(),
        acceptedStatuses: Set<Int32> = [0]
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.input = input
        self.files = files
        self.account = account
        self.limits = limits
        self.acceptedStatuses = acceptedStatuses
    }
}

/// Open files that a program reads and writes as its standard input and output; they stay open here.
///
/// How much it writes is bounded by ``ProgramLimits/fileSize``.
public struct ProgramFiles: Sendable, Hashable {
    /// What it reads, from the descriptor's position.
    public let input: FileDescriptor
    /// What it writes to, from the descriptor's position.
    public let output: FileDescriptor

    /// Files.
    public init(input: FileDescriptor, output: FileDescriptor) {
        self.input = input
        self.output = output
    }
}

/// The account that a program runs as.
public struct ProgramAccount: Sendable, Hashable {
    /// The user's id.
    public let userID: UInt32
    /// The group's id.
    public let groupID: UInt32
    /// The further groups; the caller's are never kept.
    public let supplementaryGroups: [UInt32]

    /// An account.
    public init(userID: UInt32, groupID: UInt32, supplementaryGroups: [UInt32] = []) {
        self.userID = userID
        self.groupID = groupID
        self.supplementaryGroups = supplementaryGroups
    }
}

/// How much a program may use before it is ended.
public struct ProgramLimits: Sendable, Hashable {
    /// The time from its start to its end.
    public var wallTime: Duration
    /// The time from being asked to end (SIGTERM) to being killed, with all that it started.
    public var gracePeriod: Duration
    /// Bytes of address space (`RLIMIT_AS`); nil: unlimited.
    public var addressSpace: UInt64?
    /// Processor time in whole seconds, at least one (`RLIMIT_CPU`); nil: unlimited.
    public var cpuTime: Duration?
    /// Bytes of a file that it writes (`RLIMIT_FSIZE`); nil: unlimited.
    public var fileSize: UInt64?
    /// Bytes of standard output; one more ends the program. Of standard error the last 16 KiB are kept.
    public var outputBytes: Int

    /// Limits.
    public init(
        wallTime: Duration = .seconds(60), gracePeriod: Duration = .seconds(2), addressSpace: UInt64? = nil,
        cpuTime: Duration? = nil, fileSize: UInt64? = nil, outputBytes: Int = 1 << 20
    ) {
        self.wallTime = wallTime
        self.gracePeriod = gracePeriod
        self.addressSpace = addressSpace
        self.cpuTime = cpuTime
        self.fileSize = fileSize
        self.outputBytes = outputBytes
    }

    /// The options of prlimit(1) that set these limits; core dumps are always off, since they would hold guests' data.
    var options: [String] {
        var options = ["--core=0"]
        if let addressSpace { options.append("--as=\(addressSpace)") }
        if let cpuTime {
            // A second between SIGXCPU, which tells what it is for, and SIGKILL.
            let seconds = max(cpuTime.components.seconds, 1)
            options.append("--cpu=\(seconds):\(seconds + 1)")
        }
        if let fileSize { options.append("--fsize=\(fileSize)") }
        return options
    }
}

/// How a program ended, and what it wrote.
public struct ProgramResult: Sendable, Hashable {
    /// The exit status, one of the call's accepted ones.
    public let status: Int32
    /// What it wrote to standard output.
    public let output: [UInt8]
    /// The last 16 KiB of what it wrote to standard error.
    public let errorOutput: [UInt8]

    /// A result.
    public init(status: Int32, output: [UInt8], errorOutput: [UInt8]) {
        self.status = status
        self.output = output
        self.errorOutput = errorOutput
    }
}
