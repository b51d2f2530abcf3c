// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel

/// Reaches into guests: consoles and the agent.
public protocol GuestAccess: Sendable {
    /// Opens the serial console of a running instance; `takeOver` ends a session that holds the console.
    ///
    /// - Throws: `conflict` where the instance is off, `busy` where the console is held.
    func openConsole(_ id: InstanceID, takeOver: Bool, context: OperationContext) async throws(ComputeError)
        -> any ConsoleSession
    /// What the guest wrote to its console, newest last, as bytes: the last `tail` lines, or all that is kept.
    func consoleLog(_ id: InstanceID, tail: Int?, context: OperationContext) async throws(ComputeError) -> [UInt8]
    /// The console's log as it grows, after its last `tail` lines; ends when the task is cancelled.
    func followConsoleLog(_ id: InstanceID, tail: Int?, context: OperationContext) async throws(ComputeError)
        -> AsyncThrowingStream<[UInt8], any Error>
    /// Waits until the agent answers.
    func waitForAgent(_ id: InstanceID, within: Duration, context: OperationContext) async throws(ComputeError)
    /// What the guest says of its operating system (`guest-get-osinfo`).
    func operatingSystem(_ id: InstanceID, context: OperationContext) async throws(ComputeError)
        -> GuestOperatingSystem
    /// Runs a program in the guest through the agent and waits for its end.
    ///
    /// - Throws: `deadlineExceeded` after the program's time limit, when the program was told to end.
    func execute(_ program: GuestProgram, in id: InstanceID, context: OperationContext) async throws(ComputeError)
        -> GuestProgramResult
}

/// An open console.
public protocol ConsoleSession: Sendable {
    /// What the guest writes; ends when the guest goes off or the session is taken over.
    var output: AsyncStream<[UInt8]> { get }
    /// Types into the console.
    func write(_ bytes: [UInt8]) async throws(ComputeError)
    /// Leaves the console.
    func close() async
}

/// What a guest says of its operating system.
public struct GuestOperatingSystem: Sendable, Hashable, Codable {
    /// The id, such as `debian`.
    public let id: String?
    /// The name for people.
    public let prettyName: String?
    /// The version's id.
    public let versionID: String?
    /// The kernel's release.
    public let kernelRelease: String?
    /// The machine, such as `x86_64`.
    public let machine: String?

    /// An operating system.
    public init(id: String?, prettyName: String?, versionID: String?, kernelRelease: String?, machine: String?) {
        self.id = id
        self.prettyName = prettyName
        self.versionID = versionID
        self.kernelRelease = kernelRelease
        self.machine = machine
    }
}

/// A program to run in a guest.
public struct GuestProgram: Sendable, Hashable {
    /// The program's path or name in the guest.
    public let path: String
    /// Its arguments, each passed as it is.
    public let arguments: [String]
    /// How long it may run.
    public let timeLimit: Duration
    /// How many bytes of each of its outputs are kept, at most 1 MiB.
    public let outputLimit: Int

    /// The most that can be kept of an output: both, in base64, have to fit into one message of libvirt's, of 4 MiB.
    public static let maximumOutput = 1 << 20

    /// A program to run.
    public init(
        path: String, arguments: [String] = [], timeLimit: Duration = .seconds(60),
        outputLimit: Int = GuestProgram.maximumOutput
    ) {
        self.path = path
        self.arguments = arguments
        self.timeLimit = timeLimit
        self.outputLimit = min(max(outputLimit, 0), Self.maximumOutput)
    }
}

/// How a program in a guest ended.
public struct GuestProgramResult: Sendable, Hashable {
    /// How it ended.
    public let termination: Termination
    /// What it wrote to standard output.
    public let output: [UInt8]
    /// What it wrote to standard error.
    public let errorOutput: [UInt8]
    /// Whether one of the outputs was longer than was kept.
    public let truncated: Bool

    /// How a program ended.
    public enum Termination: Sendable, Hashable {
        /// With this exit status.
        case exited(Int32)
        /// By this signal.
        case signalled(Int32)
    }

    /// A result.
    public init(termination: Termination, output: [UInt8], errorOutput: [UInt8], truncated: Bool) {
        self.termination = termination
        self.output = output
        self.errorOutput = errorOutput
        self.truncated = truncated
    }
}
