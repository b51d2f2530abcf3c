// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import InstanceModel

/// `roost start`: turns instances on.
struct StartCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Start stopped instances.",
        discussion: """
            An instance that runs stays as it is. With -o json an array of the instances.

            Examples:
              roost start web-1
              roost start web-1 web-2 -o json
            """)
    static let effect = CommandEffect.changes

    @Argument(help: "The instances.")
    var instances: [String]

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        try await PowerChange(done: "started").apply(to: instances, global) { driver, id, session in
            try await driver.start(id, context: session.operation())
        }
    }
}

/// `roost stop`: turns instances off.
struct StopCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Stop running instances, gracefully unless told otherwise.",
        discussion: """
            The guest is asked to power off, through its agent and through ACPI, and has until --timeout (60 s where \
            none is given). It is never forced unless --force says so, which is like pulling the plug.

            Examples:
              roost stop web-1
              roost stop web-1 --timeout 2m
              roost stop web-1 --force
            """)
    static let effect = CommandEffect.changes

    @Argument(help: "The instances.")
    var instances: [String]

    @Flag(help: "Turn the instances off at once, without asking their guests.")
    var force = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let policy = force ? StopPolicy.force : .graceful(within: global.gracePeriod)
        try await PowerChange(done: "stopped").apply(to: instances, global) { driver, id, session in
            try await driver.stop(id, policy: policy, context: session.operation(allowance: .seconds(10)))
        }
    }
}

/// `roost reboot`: restarts guests.
struct RebootCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "reboot",
        abstract: "Reboot running instances, gracefully unless told otherwise.",
        discussion: """
            The guest is asked to reboot, and has until --timeout (60 s where none is given) to do so. --hard resets \
            the machine.

            Examples:
              roost reboot web-1
              roost reboot web-1 --hard
            """)
    static let effect = CommandEffect.changes

    @Argument(help: "The instances.")
    var instances: [String]

    @Flag(help: "Reset the machine, without asking its guest.")
    var hard = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let kind = hard ? RebootKind.hard : .graceful(within: global.gracePeriod)
        try await PowerChange(done: "rebooted").apply(to: instances, global) { driver, id, session in
            try await driver.reboot(id, kind: kind, context: session.operation(allowance: .seconds(10)))
        }
    }
}

/// `roost pause`: halts guests where they are.
struct PauseCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Halt the processors of running instances; their memory stays.",
        discussion: """
            Examples:
              roost pause web-1
            """)
    static let effect = CommandEffect.changes

    @Argument(help: "The instances.")
    var instances: [String]

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        try await PowerChange(done: "paused").apply(to: instances, global) { driver, id, session in
            try await driver.pause(id, context: session.operation())
        }
    }
}

/// `roost resume`: lets paused guests go on.
struct ResumeCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let paused instances go on.",
        discussion: """
            Examples:
              roost resume web-1
            """)
    static let effect = CommandEffect.changes

    @Argument(help: "The instances.")
    var instances: [String]

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        try await PowerChange(done: "resumed").apply(to: instances, global) { driver, id, session in
            try await driver.resume(id, context: session.operation())
        }
    }
}

/// A change of power that is told in one word.
private struct PowerChange {
    let done: String

    /// Makes the change to each instance; programs are given the instances as they are afterwards.
    func apply(
        to references: [String], _ global: GlobalOptions,
        _ change: (any HypervisorDriver, InstanceID, Session) async throws -> Void
    ) async throws {
        let session = try await Session.open(global)
        try await OneByOne(presenter: session.presenter, references: references).each(done) { reference in
            let instance = try await session.find(reference)
            try await change(session.driver, instance.id, session)
            guard global.output != .table else { return OneByOne.Done(name: instance.name, value: .null) }
            let changed = try await session.changed(instance.id)
            return OneByOne.Done(name: changed.name, value: changed.outputValue)
        }
    }
}

extension GlobalOptions {
    /// How long a guest has to do what it was asked.
    var gracePeriod: Duration { timeout?.duration ?? .seconds(60) }
}
