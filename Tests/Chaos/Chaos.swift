// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc

/// The program: a whole run, or one of the processes that make the calls of one.
@main
struct Chaos {
    static func main() async {
        do {
            let options = try ChaosOptions(Array(CommandLine.arguments.dropFirst()))
            if let worker = options.worker {
                try await ChaosWorker(options, worker).run()
            } else if options.judges {
                let history = try RecordedHistory(directory: options.historyPath)
                guard history.guests > 0 else { throw ChaosFailure("no history is in \(options.historyPath)") }
                exit(show(Judgement(history, guests: history.guests).findings))
            } else {
                exit(try await run(options))
            }
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(2)
        }
    }

    /// Exit status 0 where nothing was found, 1 where something was.
    private static func run(_ options: ChaosOptions) async throws -> Int32 {
        print("chaos: \(options.replay)")
        let status = show(try await ChaosRun(options).run())
        if status == 0 {
            try FileManager.default.removeItem(atPath: options.directory)
        } else {
            print("history: \(options.historyPath)")
            print("replay: Chaos \(options.replay)")
        }
        return status
    }

    /// Tells what was found; gives the exit status.
    private static func show(_ findings: [String]) -> Int32 {
        for finding in findings { print("FOUND \(finding)") }
        if findings.isEmpty { print("nothing was found") }
        return findings.isEmpty ? 0 : 1
    }
}
