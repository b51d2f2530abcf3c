// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import RoostKit
import SystemPackage

/// The library's side of `make bench`: measures what only a program that embeds the driver can.
///
/// `Bench document FILE` measures the way of a document to validated domain XML, `Bench definitions FILE CORPUS` that
/// of instances, and of what libvirt wrote to types, `Bench locks STATE` an instance's lock, `Bench calls URI COUNT`
/// calls to libvirt, and `Bench spawn STATE FILE` spawns an instance for every line of standard input.
/// `Bench boot STATE FILE` starts and stops one guest, as each line says.
/// `Bench journal STATE` writes an empty spawn to the journal for each line, and `Bench fleet STATE` does with many
/// guests what each line says. Each writes JSON, one object a line.
@main
enum Bench {
    static func main() async {
        do {
            let arguments = CommandLine.arguments.dropFirst()
            switch (arguments.first, Array(arguments.dropFirst())) {
            case ("document", let files) where files.count == 1:
                try write(DocumentBenchmark(text: String(contentsOfFile: files[0], encoding: .utf8)).run())
            case ("definitions", let paths) where paths.count == 2:
                try write(DefinitionBenchmark(typicalFile: paths[0], corpusDirectory: paths[1]).run())
            case ("locks", let paths) where paths.count == 1:
                try write(await LockBenchmark(state: StateDirectory(FilePath(paths[0]))).run())
            case ("spawn", let paths) where paths.count == 2:
                let text = try String(contentsOfFile: paths[1], encoding: .utf8)
                let benchmark = try await SpawnBenchmark(state: StateDirectory(FilePath(paths[0])), text: text)
                try write(await benchmark.describe())
                while readLine() != nil { try write(await benchmark.spawn()) }
            case ("boot", let paths) where paths.count == 2:
                let text = try String(contentsOfFile: paths[1], encoding: .utf8)
                let guest = try await BootBenchmark(state: StateDirectory(FilePath(paths[0])), text: text)
                try write(await guest.describe())
                while let line = readLine() {
                    guard let request = BootBenchmark.Request(rawValue: line) else { throw UsageError() }
                    try write(await guest.answer(request))
                }
            case ("journal", let paths) where paths.count == 1:
                let benchmark = try JournalBenchmark(state: StateDirectory(FilePath(paths[0])))
                try write(benchmark.description)
                while readLine() != nil { try write(await benchmark.spawn()) }
            case ("fleet", let paths) where paths.count == 1:
                let fleet = try await FleetBenchmark(state: StateDirectory(FilePath(paths[0])))
                while let line = readLine() {
                    let words = line.split(separator: " ").map(String.init)
                    guard let request = FleetBenchmark.Request(words) else { throw UsageError() }
                    try write(await fleet.answer(request))
                }
            case ("calls", let words) where words.count == 2:
                guard let count = Int(words[1]), count > 0 else { throw UsageError() }
                try write(await CallBenchmark(uri: words[0], count: count).run())
            default:
                throw UsageError()
            }
        } catch {
            FileHandle.standardError.write(Data("Bench: \(error)\n".utf8))
            exit(1)
        }
    }

    private struct UsageError: Error, CustomStringConvertible {
        let description =
            "usage: Bench document FILE | Bench definitions FILE CORPUS | Bench locks STATE-DIRECTORY"
            + " | Bench spawn STATE-DIRECTORY FILE | Bench calls URI COUNT | Bench journal STATE-DIRECTORY"
            + " | Bench fleet STATE-DIRECTORY | Bench boot STATE-DIRECTORY FILE"
    }

    private static func write(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try FileHandle.standardOutput.write(contentsOf: encoder.encode(value) + [0x0A])
    }
}

extension Duration {
    /// Microseconds, with what is left of one.
    var microseconds: Double { self / .microseconds(1) }
}
