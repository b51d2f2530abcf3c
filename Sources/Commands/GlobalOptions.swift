// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import SystemPackage

/// The options that every command takes.
struct GlobalOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The hypervisor, as a libvirt URI; or ROOST_CONNECT.", valueName: "uri"))
    var connect: String?

    @Option(
        name: .customLong("state-dir"),
        help: ArgumentHelp("Where Roost keeps its state; or ROOST_STATE_DIR.", valueName: "dir"),
        completion: .directory)
    var stateDirectory: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("How the result is printed.", valueName: "format"))
    var output: OutputFormat = .table

    @Option(
        help: ArgumentHelp("The longest that the operation may take: 30, 90s, 2m.", valueName: "time"))
    var timeout: TimeLimit?

    @Flag(name: .shortAndLong, help: "Print no notes and no progress, and less of the result.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Print each step, and what libvirt said.")
    var verbose = false

    @Flag(name: .customLong("no-color"), help: "Print no colors; so does the variable NO_COLOR.")
    var noColor = false

    func validate() throws {
        if connect?.isEmpty == true { throw ValidationError("--connect needs a URI, such as qemu:///system") }
        if stateDirectory?.isEmpty == true { throw ValidationError("--state-dir needs a directory") }
    }

    /// The options that take a value, in each spelling.
    static let valued: Set<String> = ["--connect", "--state-dir", "--output", "-o", "--timeout"]
    /// The options that take none, in each spelling.
    static let flags: Set<String> = ["--quiet", "-q", "--verbose", "-v", "--no-color"]

    /// What to open: options before the environment's variables, which count only where they are not empty.
    func driverRequest(for effect: CommandEffect, in surroundings: Surroundings) -> DriverRequest {
        let variable = { (name: String) in surroundings.environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let directory = (stateDirectory ?? variable("ROOST_STATE_DIR")).map { text in
            let path = FilePath(text)
            // Of what is written out in full, `..` may lead through a link: that is refused where it is used.
            return path.isAbsolute ? path : surroundings.workingDirectory.pushing(path).lexicallyNormalized()
        }
        return DriverRequest(
            connect: connect ?? variable("ROOST_CONNECT"), stateDirectory: directory,
            principal: .localUser(id: surroundings.userID), effect: effect)
    }
}

/// How a result is printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case table
    case json
    case yaml

    // As by default, without the key path and the mirror, whose making every command would pay for.
    static var allValueStrings: [String] { allCases.map { $0.rawValue } }
    var defaultValueDescription: String { rawValue }

    /// The format that arguments ask for, also where they are otherwise wrong.
    static func requested(in arguments: [String]) -> OutputFormat {
        let own = arguments.prefix { $0 != "--" }
        for (index, argument) in own.enumerated() {
            if argument == "-o" || argument == "--output", index + 1 < own.count {
                return OutputFormat(rawValue: own[index + 1]) ?? .table
            }
            for prefix in ["--output=", "-o=", "-o"] where argument.hasPrefix(prefix) {
                return OutputFormat(rawValue: String(argument.dropFirst(prefix.count))) ?? .table
            }
        }
        return .table
    }
}

extension GlobalOptions {
    /// The options of a command line that gives none.
    static var defaults: GlobalOptions {
        var options = GlobalOptions()
        options.connect = nil
        options.stateDirectory = nil
        options.output = .table
        options.timeout = nil
        options.quiet = false
        options.verbose = false
        options.noColor = false
        return options
    }
}
