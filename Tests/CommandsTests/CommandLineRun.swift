// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Commands
import Compute
import ComputeTestKit
import Foundation
import InstanceModel
import SystemPackage

/// Runs command lines against a hypervisor in memory, with captured streams.
struct CommandLineRun: Sendable {
    var hypervisor = FakeHypervisor(
        now: { Date(timeIntervalSince1970: 1_700_000_000) }, makeID: identities())
    var environment: [String: String] = [:]
    var input = ScriptedInput()
    var isTerminal = false
    var directory = FilePath("/nonexistent")
    var interruptions: @Sendable () -> AsyncStream<Int32> = { AsyncStream { $0.finish() } }
    var runOnTerminal: (@Sendable ([String]) async throws -> Int32)?
    let requests = Recorder<DriverRequest>()
    var openingFailure: ComputeError?
    var planOnPaper: Composition.PaperPlanning = { instance, facts throws(ComputeError) in
        SpawnPreview(
            steps: [], claims: [], domainXML: "<\(facts.machine) \(instance.name)/>",
            isValidated: facts.libvirtVersion == "9.0.0")
    }

    /// How a run ended.
    struct Outcome: Sendable {
        let status: Int32
        let output: String
        let errorOutput: String
    }

    /// Runs one command line.
    func callAsFunction(_ arguments: String...) async -> Outcome {
        await self(arguments)
    }

    /// Runs one command line.
    func callAsFunction(_ arguments: [String]) async -> Outcome {
        let output = CapturedOutput(isTerminal: isTerminal)
        let errorOutput = CapturedOutput(isTerminal: isTerminal)
        let status = await run(arguments, output, errorOutput)
        return Outcome(status: status, output: output.text, errorOutput: errorOutput.text)
    }

    /// Runs one command line with these sinks.
    func run(_ arguments: [String], _ output: any OutputSink, _ errorOutput: any OutputSink) async -> Int32 {
        let surroundings = Surroundings(
            environment: environment, userID: 1_000, workingDirectory: directory, input: input, output: output,
            errorOutput: errorOutput, interruptions: interruptions(), runOnTerminal: runOnTerminal)
        let composition = Composition(
            version: "1.2.3", components: { [ComponentVersion(name: "libvirt", version: "9.0.0")] },
            surroundings: surroundings, planOnPaper: planOnPaper
        ) { [requests, openingFailure, hypervisor] request throws(ComputeError) in
            requests.append(request)
            if let openingFailure { throw openingFailure }
            return hypervisor
        }
        return await RoostCommand.run(arguments: arguments, composition: composition)
    }

    /// Adds the image `tiny` and an instance over it.
    @discardableResult
    func add(_ name: String, _ state: InstanceState = .running, lockedBy: LockHolder? = nil) async throws -> InstanceID
    {
        let tiny = try ImageName("tiny")
        await hypervisor.add(tiny)
        let instance = try Instance(
            name: InstanceName(name), vcpus: VCPUCount(2), memory: MemorySize(.mebibytes(512)),
            disks: [.image(tiny, size: nil)],
            interfaces: [Interface(network: .user(publish: [PublishedPort(parsing: "2222:22")]))],
            labels: Labels(["role": "web\u{1b}[31m"]))
        return await hypervisor.add(instance, state: state, lockedBy: lockedBy)
    }
}

/// Identities that are the same in every run: `00000001-…`, `00000002-…`.
private func identities() -> @Sendable () -> InstanceID {
    let counter = Recorder<Void>()
    return {
        counter.append(())
        let digits = String(counter.values.count)
        let text = String(repeating: "0", count: 8 - digits.count) + digits + "-0000-4000-8000-000000000000"
        return InstanceID(text) ?? InstanceID()
    }
}

/// Keeps what it is given.
final class Recorder<Element: Sendable>: Sendable {
    private let kept = Guarded<[Element]>([])

    var values: [Element] { kept.withLock { $0 } }

    func append(_ element: Element) {
        kept.withLock { $0.append(element) }
    }
}

/// A sink that keeps what is written.
final class CapturedOutput: OutputSink {
    let isTerminal: Bool
    private let bytes = Guarded<[UInt8]>([])
    private let failure: OutputFailure?

    init(isTerminal: Bool = false, failure: OutputFailure? = nil) {
        self.isTerminal = isTerminal
        self.failure = failure
    }

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    func write(_ more: [UInt8]) throws(OutputFailure) {
        if let failure { throw failure }
        bytes.withLock { $0 += more }
    }
}

/// Input that gives pieces one by one, and then ends or stays silent until its task is cancelled.
final class ScriptedInput: InputSource {
    let isTerminal: Bool
    let terminal = FakeRawMode()
    private let staysOpen: Bool
    private let pieces: Guarded<[String]>

    init(_ pieces: [String] = [], isTerminal: Bool = false, staysOpen: Bool = false) {
        self.pieces = Guarded(pieces)
        self.isTerminal = isTerminal
        self.staysOpen = staysOpen
    }

    func next() async -> [UInt8]? {
        let piece = pieces.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if let piece { return Array(piece.utf8) }
        if staysOpen { await untilCancelled() }
        return nil
    }

    func enterRawMode() -> (any RawMode)? {
        guard isTerminal else { return nil }
        terminal.enter()
        return terminal
    }
}

/// Waits until the task is cancelled.
func untilCancelled() async {
    let (stream, continuation) = AsyncStream<Void>.makeStream()
    for await _ in stream {}
    withExtendedLifetime(continuation) {}
}

/// Counts how often a terminal was made raw and put back.
final class FakeRawMode: RawMode {
    private let depth = Guarded((entered: 0, restored: 0))

    var entered: Int { depth.withLock { $0.entered } }
    var restored: Int { depth.withLock { $0.restored } }

    func enter() { depth.withLock { $0.entered += 1 } }
    func restore() { depth.withLock { $0.restored += 1 } }
}

/// A directory that goes when it is no longer needed.
final class ScratchDirectory: Sendable {
    let path: FilePath

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("roost-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = FilePath(url.path)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path.string)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path.appending(name).string))
    }

    func write(_ name: String, _ text: String) throws {
        try write(name, Array(text.utf8))
    }
}

/// A signal that a test sends.
struct FakeSignals: Sendable {
    let stream: AsyncStream<Int32>
    private let continuation: AsyncStream<Int32>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func send(_ signal: Int32) {
        continuation.yield(signal)
    }
}

/// The keys and values of a JSON object.
func jsonObject(_ text: String) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
}
