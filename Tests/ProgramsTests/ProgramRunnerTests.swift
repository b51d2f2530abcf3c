// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import Programs
import SystemPackage
import Testing

@Suite("Running programs of the host")
struct ProgramRunnerTests {
    private let runner = ProgramRunner()
    private let shell = HostProgram("sh", package: "dash")

    private func text(_ call: ProgramCall) async throws -> String {
        String(decoding: try await runner.run(call).output, as: UTF8.self)
    }

    private func script(_ text: String, _ arguments: [String] = [], limits: ProgramLimits = ProgramLimits())
        -> ProgramCall
    {
        ProgramCall(shell, arguments: ["-c", text, "sh"] + arguments, limits: limits)
    }

    @Test("passes each argument as it is")
    func arguments() async throws {
        let given = ["a b", "$HOME", "*", "'\"", "", "-x", "é\n"]
        let call = ProgramCall(
            HostProgram("printf", package: "coreutils"), arguments: ["%s|"] + given)
        #expect(try await text(call) == given.map { $0 + "|" }.joined())
    }

    @Test("gives a program only the environment that is named, with a fixed PATH and locale")
    func environment() async throws {
        let call = ProgramCall(HostProgram("env", package: "coreutils"), environment: ["ROOST_TEST": "a=b c"])
        let lines = Set(try await text(call).split(separator: "\n").map(String.init))
        let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        #expect(lines == ["ROOST_TEST=a=b c", "LC_ALL=C", path])
    }

    @Test("starts programs in the root directory")
    func workingDirectory() async throws {
        #expect(try await text(ProgramCall(HostProgram("pwd", package: "coreutils"))) == "/\n")
    }

    @Test("lets a program read and write open files, no further than its limit, and leaves them open")
    func files() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "roost-files-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let paths = ["in", "out"].map { FilePath(directory.path).appending($0) }
        try Data(repeating: 7, count: 100_000).write(to: URL(filePath: paths[0].string))
        let input = try FileDescriptor.open(paths[0], .readOnly)
        let result = try FileDescriptor.open(paths[1], .readWrite, options: .create, permissions: .ownerReadWrite)
        defer {
            try? input.close()
            try? result.close()
        }
        var call = ProgramCall(
            HostProgram("cat", package: "coreutils"), files: ProgramFiles(input: input, output: result))
        #expect(try await runner.run(call).output.isEmpty)
        #expect(try result.seek(offset: 0, from: .end) == 100_000)
        _ = try input.seek(offset: 0, from: .start)
        _ = try result.seek(offset: 0, from: .start)
        try result.resize(to: 0)
        call.limits.fileSize = 4_096
        let ended = ProgramError.failed(program: "cat", termination: .signalled(SIGXFSZ), errorTail: "")
        await #expect(throws: ended) { try await runner.run(call) }
        #expect(try result.seek(offset: 0, from: .end) == 4_096)
    }

    @Test("gives no input where none is given")
    func noInput() async throws {
        #expect(try await text(ProgramCall(HostProgram("cat", package: "coreutils"))).isEmpty)
    }

    @Test("gives the input as bytes, also more than a pipe holds")
    func input() async throws {
        let input = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let result = try await runner.run(ProgramCall(HostProgram("cat", package: "coreutils"), input: input))
        #expect(result.output == input)
    }

    @Test("lives through a program that does not read its input")
    func unreadInput() async throws {
        let call = ProgramCall(
            HostProgram("true", package: "coreutils"), input: [UInt8](repeating: 1, count: 300_000))
        #expect(try await runner.run(call) == ProgramResult(status: 0, output: [], errorOutput: []))
    }

    @Test("says which package has a program that is missing", arguments: ["roost-no-such", "../bin/true", "a/b", ""])
    func missing(name: String) async {
        await #expect(throws: ProgramError.notFound(program: name, package: "some-package")) {
            try await runner.run(ProgramCall(HostProgram(name, package: "some-package")))
        }
    }

    @Test(
        "takes no relative path, no directory, and no file that cannot be executed",
        arguments: ["bin/true", "/usr", "/etc/passwd"])
    func badPath(path: String) throws {
        let program = HostProgram(path: FilePath(path), package: "p")
        #expect(throws: ProgramError.notFound(program: program.name, package: "p")) { try program.locate() }
    }

    @Test("finds a program by name in the fixed directories, and by path")
    func located() throws {
        #expect(try HostProgram(path: "/usr/bin/env", package: "coreutils").locate() == "/usr/bin/env")
        let found = try HostProgram("sh", package: "dash").locate()
        #expect(HostProgram.searchPath.contains(found.removingLastComponent()))
    }

    @Test("reports the status and the end of the error output of a failure")
    func failure() async {
        let expected = ProgramError.failed(
            program: "sh", termination: .exited(3), errorTail: "first; second \u{20}[31m")
        await #expect(throws: expected) {
            try await runner.run(script("printf 'first\\nsecond \\033[31m\\n' >&2; exit 3"))
        }
    }

    @Test("keeps only the end of a long error output")
    func longErrors() async {
        let expected = ProgramError.failed(
            program: "sh", termination: .exited(1), errorTail: String(repeating: "x", count: 1_000))
        await #expect(throws: expected) {
            try await runner.run(script("head -c 400000 /dev/zero | tr '\\0' x >&2; exit 1"))
        }
    }

    @Test("gives accepted statuses as results")
    func acceptedStatus() async throws {
        var call = script("echo out; echo err >&2; exit 3")
        call.acceptedStatuses = [0, 3]
        let expected = ProgramResult(status: 3, output: Array("out\n".utf8), errorOutput: Array("err\n".utf8))
        #expect(try await runner.run(call) == expected)
    }

    @Test("reports the signal that ended a program")
    func signal() async {
        await #expect(throws: ProgramError.failed(program: "sh", termination: .signalled(SIGUSR1), errorTail: "")) {
            try await runner.run(script("kill -USR1 $$"))
        }
    }

    @Test("refuses an argument with a null byte")
    func nullByte() async {
        await #expect(throws: ProgramError.notStarted(program: "sh", reason: "an argument holds a null byte")) {
            try await runner.run(script("a\0b"))
        }
    }

    @Test("ends a program that writes too much")
    func tooMuchOutput() async {
        let limits = ProgramLimits(gracePeriod: .milliseconds(50), outputBytes: 10_000)
        await #expect(throws: ProgramError.outputTooLong(program: "sh", limit: 10_000)) {
            try await runner.run(script("trap '' TERM PIPE; yes", limits: limits))
        }
    }

    @Test("takes exactly as much output as is allowed")
    func output() async throws {
        let limits = ProgramLimits(outputBytes: 10_000)
        let result = try await runner.run(script("head -c 10000 /dev/zero", limits: limits))
        #expect(result.output.count == 10_000)
    }

    @Test("sets the limits before the program starts")
    func limits() async throws {
        let limits = ProgramLimits(addressSpace: 1 << 30, cpuTime: .seconds(7), fileSize: 1 << 20)
        let output = try await text(script("ulimit -v; ulimit -t; ulimit -f; ulimit -c", limits: limits))
        #expect(output == "\(1 << 20)\n7\n\(2_048)\n0\n")
    }

    @Test("runs as another account, with that account's groups only")
    func account() async throws {
        let isRoot = geteuid() == 0
        let account =
            isRoot
            ? ProgramAccount(userID: 65_534, groupID: 65_534)
            : ProgramAccount(userID: geteuid(), groupID: getegid())
        var call = script("id -u; id -g")
        call.account = account
        #expect(try await text(call) == "\(account.userID)\n\(account.groupID)\n")
        guard isRoot else { return }
        call.arguments = ["-c", "id -G"]
        #expect(try await text(call) == "65534\n")
    }

    @Test("passes on no descriptor but the three")
    func descriptors() async throws {
        let leaked = open("/dev/null", O_RDONLY)
        defer { close(leaked) }
        let names = Set(try await text(script("exec ls /proc/self/fd")).split(separator: "\n"))
        // The fourth is the directory that ls reads.
        #expect(names == ["0", "1", "2", "3"])
    }
}

@Suite("Ending programs")
struct ProgramEndTests {
    private let runner = ProgramRunner()

    /// A program that ignores SIGTERM, as does its child, whose process id it writes to `file`.
    private func stubborn(_ file: String, _ limits: ProgramLimits) -> ProgramCall {
        let text = "trap '' TERM; sleep 1000 & echo $! > \"$1.new\"; mv \"$1.new\" \"$1\"; wait"
        return ProgramCall(
            HostProgram("sh", package: "dash"), arguments: ["-c", text, "sh", file], limits: limits)
    }

    private func temporaryFile() -> String {
        "/tmp/roost-programs-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    }

    private func childID(_ file: String) async throws -> pid_t {
        while true {
            if let text = try? String(contentsOfFile: file, encoding: .utf8),
                let id = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))
            {
                return id
            }
            await Task.yield()
        }
    }

    /// Returns once the process is gone or waits for its parent; a process that lives on makes the test hang.
    private func waitUntilDead(_ id: pid_t) async {
        while kill(id, 0) == 0 {
            let stat = (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)) ?? ""
            if stat.contains(") Z ") { return }
            await Task.yield()
        }
    }

    @Test(
        "ends a program at its deadline, with what it started, also where SIGTERM is ignored", .timeLimit(.minutes(5)))
    func deadline() async throws {
        let file = temporaryFile()
        defer { unlink(file) }
        let limits = ProgramLimits(wallTime: .seconds(10), gracePeriod: .milliseconds(100))
        await #expect(throws: ProgramError.deadlineExceeded(program: "sh", limit: .seconds(10))) {
            try await runner.run(stubborn(file, limits))
        }
        await waitUntilDead(try await childID(file))
    }

    @Test("ends a program whose caller is cancelled, with what it started", .timeLimit(.minutes(5)))
    func cancellation() async throws {
        let file = temporaryFile()
        defer { unlink(file) }
        let call = stubborn(file, ProgramLimits(gracePeriod: .milliseconds(100)))
        let task = Task { [runner] in
            try await runner.run(call)
        }
        let child = try await childID(file)
        #expect(kill(child, 0) == 0)
        task.cancel()
        await #expect(throws: ProgramError.cancelled(program: "sh")) { try await task.value }
        await waitUntilDead(child)
    }

    @Test("runs nothing for a task that is cancelled already")
    func cancelledBefore() async throws {
        let task = Task { [runner] in
            withUnsafeCurrentTask { $0?.cancel() }
            return try await runner.run(ProgramCall(HostProgram("sleep", package: "coreutils"), arguments: ["1000"]))
        }
        await #expect(throws: ProgramError.cancelled(program: "sleep")) { try await task.value }
    }

    @Test("runs many programs at once")
    func many() async throws {
        let outputs = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<40 {
                group.addTask { [runner] in
                    let call = ProgramCall(HostProgram("echo", package: "coreutils"), arguments: ["\(number)"])
                    return String(decoding: try await runner.run(call).output, as: UTF8.self)
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(outputs == Set((0..<40).map { "\($0)\n" }))
    }
}
