// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc

/// The program: a whole run, the process in it that reads inputs, or one input that was kept.
@main
enum Fuzz {
    static func main() {
        do {
            let options = try FuzzOptions(Array(CommandLine.arguments.dropFirst()))
            if let path = options.replay {
                try FuzzWorker.replay(path, options)
            } else if options.isWorker {
                try FuzzWorker(options).run()
            } else {
                exit(try FuzzRun(options).run())
            }
        } catch {
            FileHandle.standardError.write(Data("Fuzz: \(error)\n".utf8))
            exit(error is UntrueAnswer ? 1 : 2)
        }
    }
}
