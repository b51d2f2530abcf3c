// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser

/// The command line `roost`, to be run by a composition root, by a test, or inside another program.
public enum RoostCommand {
    /// Runs one command line.
    ///
    /// Nothing is opened for help, versions and wrong usage. A signal that asks the run to end, and cancelling the
    /// task, cancel the operation, which then undoes itself or finishes before this returns.
    ///
    /// - Parameters:
    ///   - arguments: what follows the program's name.
    ///   - composition: the driver, the versions and the streams.
    /// - Returns: the exit status: 0 done, 1 failed, 2 wrong usage or invalid document, 3 not found, 4 conflict or
    ///   busy, 5 unsupported, 6 deadline, 7 host unavailable, 8 denied, 9 exhausted, 128 + n after signal n, 141 where
    ///   the reader of standard output went away. `exec` returns the status of the guest's program, or 125.
    public static func run(arguments: [String], composition: Composition) async -> Int32 {
        await Invocation(arguments: arguments, composition: composition).perform()
    }

    /// Whether a command line will ask the hypervisor, if it is well formed: told at once, before it is parsed, so
    /// that the hypervisor's library may be loaded meanwhile.
    public static func asksHypervisor(_ arguments: [String]) -> Bool {
        guard let verb = ArgumentOrder.verb(in: arguments) else { return false }
        return ArgumentOrder.verbs.contains(verb)
            && !["help", "image", "locks", "operation", "spec", "version", "xml"].contains(verb)
    }
}

/// The root of the command tree.
struct RootCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roost",
        abstract: "Run virtual machines on this host.",
        discussion: """
            Examples:
              roost image add debian-12 debian-12.qcow2 --format qcow2
              roost run web.yaml --wait agent
              roost list
              roost exec web-1 -- uname -a
              roost delete web-1 --force

            An instance is named by its name, its UUID, or the beginning of its UUID. Results go to standard output, \
            all else to standard error; -o json is for scripts. Every verb has its own help: roost help run
            """,
        version: "",
        groupedSubcommands: [
            CommandGroup(
                name: "Instance",
                subcommands: [
                    RunCommand.self, ListCommand.self, ShowCommand.self, ApplyCommand.self, EditCommand.self,
                    WaitCommand.self, EventsCommand.self, DeleteCommand.self,
                ]),
            CommandGroup(
                name: "Power",
                subcommands: [
                    StartCommand.self, StopCommand.self, RebootCommand.self, PauseCommand.self, ResumeCommand.self,
                ]),
            CommandGroup(name: "Guest", subcommands: [ConsoleCommand.self, ExecCommand.self]),
            CommandGroup(
                name: "Document",
                subcommands: [PlanCommand.self, ExplainCommand.self, SpecCommand.self, XMLCommand.self]),
            CommandGroup(name: "Storage", subcommands: [ImageCommand.self, VolumeCommand.self]),
            CommandGroup(
                name: "Host",
                subcommands: [
                    DoctorCommand.self, HostCommand.self, LocksCommand.self, OperationCommand.self,
                    VersionCommand.self,
                ]),
        ])

    @Flag(name: .customLong("version"), help: "Show the version.")
    var showsVersion = false
}

/// A command that does something.
protocol Verb: AsyncParsableCommand {
    /// The options that every command takes.
    var global: GlobalOptions { get }
    /// Whether it changes anything, so that an interruption has something to undo.
    static var effect: CommandEffect { get }
}

/// Whether a command changes anything.
public enum CommandEffect: Sendable, Hashable {
    /// It tells what there is.
    case reads
    /// An interruption has something to undo.
    case changes
}
