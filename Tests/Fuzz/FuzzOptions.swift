// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc

/// What a run is made of, out of the command line.
struct FuzzOptions: Sendable {
    var seed: UInt64 = 1
    var seconds = 20
    /// The processor time that an input may take.
    var inputSeconds = 5
    /// The address space that reading may take, in MiB.
    var memory = 2_048
    /// Directories with documents to begin with, beside those that are made.
    var corpora: [String] = []
    /// Where the input that is being read lies, and what was found.
    var directory = "/var/tmp/roost-fuzz.\(getpid())"
    /// What alone is asked; nil: everything in turn.
    var subject: FuzzSubject?
    /// A flaw that has to be found.
    var flaw: Flaw?
    /// An input that is read once more.
    var replay: String?
    /// Whether this is the process that reads inputs.
    var isWorker = false

    /// Something that goes wrong with one input of some hundred.
    enum Flaw: String, Sendable, CaseIterable {
        case crash, hang, hunger
        case untruth
    }

    static let usage = """
        usage: Fuzz [--seed N] [--seconds N] [--corpus DIR]… [--subject NAME] [--input-seconds N] [--memory MIB] \
        [--directory DIR] [--flaw NAME] [--replay FILE]

        Changes documents at random, and has them read: none may crash the reader, take more than that much processor \
        time or memory, or be understood in two ways. The same seed makes the same inputs. An input that does any of \
        this is kept; --replay with --subject reads it once more.
        subjects: \(FuzzSubject.allCases.map(\.rawValue).joined(separator: ", "))
        flaws: \(Flaw.allCases.map(\.rawValue).joined(separator: ", "))
        """

    init(_ arguments: [String]) throws {
        var left = arguments[...]
        while let name = left.popFirst() {
            if name == "--worker" {
                isWorker = true
                continue
            }
            guard let value = left.popFirst() else { throw FuzzFailure(Self.usage) }
            switch name {
            case "--seed": seed = try Self.number(value)
            case "--seconds": seconds = try Self.number(value)
            case "--input-seconds": inputSeconds = try Self.number(value)
            case "--memory": memory = try Self.number(value)
            case "--corpus": corpora.append(value)
            case "--directory": directory = value
            case "--replay": replay = value
            case "--subject": subject = try Self.choice(value)
            case "--flaw": flaw = try Self.choice(value)
            default: throw FuzzFailure(Self.usage)
            }
        }
        guard seconds > 0, inputSeconds > 0, memory > 0, replay == nil || subject != nil else {
            throw FuzzFailure(Self.usage)
        }
    }

    /// The arguments of the process that reads.
    var workerArguments: [String] {
        [
            "--worker", "--seed", "\(seed)", "--seconds", "\(seconds)", "--input-seconds", "\(inputSeconds)",
            "--memory", "\(memory)", "--directory", directory,
        ] + corpora.flatMap { ["--corpus", $0] } + (subject.map { ["--subject", $0.rawValue] } ?? [])
            + (flaw.map { ["--flaw", $0.rawValue] } ?? [])
    }

    private static func number<Number: FixedWidthInteger>(_ text: String) throws -> Number {
        guard let number = Number(text) else { throw FuzzFailure("\(text) is no number that fits\n\(usage)") }
        return number
    }

    private static func choice<Choice: RawRepresentable<String>>(_ text: String) throws -> Choice {
        guard let choice = Choice(rawValue: text) else { throw FuzzFailure(usage) }
        return choice
    }
}

/// A run that could not be made, or was started wrongly.
struct FuzzFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
