// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import InstanceModel

/// `roost locks`: who works on which instance.
struct LocksCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "locks",
        abstract: "Show which instances are locked, and by whom.",
        discussion: """
            An instance is locked while an operation changes it; other operations on it wait. A lock goes with the \
            process that holds it. Other processes that wait are counted; what waits within one process is not. The \
            hypervisor is not asked.

            Examples:
              roost locks
              roost locks -o json
            """)
    static let effect = CommandEffect.reads

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let session = try await Session.open(global)
        let locks = try await session.driver.locks(context: session.operation())
        if locks.isEmpty, session.presenter.surroundings.output.isTerminal {
            session.presenter.note("no instance is locked")
        }
        try session.presenter.result(.array(locks.map(\.outputValue))) {
            global.quiet
                ? locks.map { TerminalText.line($0.instanceName ?? $0.instanceID.description) + "\n" }.joined()
                : Self.table(locks)
        }
    }

    private static func table(_ locks: [HeldLock]) -> String {
        var table = TextTable(["INSTANCE", "OPERATION", "PRINCIPAL", "SINCE", "PID", "WAITING", "ID"])
        for lock in locks {
            table.append([
                lock.instanceName ?? "", lock.holder.operation, lock.holder.principal,
                Timestamp.text(lock.holder.since), String(lock.holder.processID), String(lock.waitingProcesses),
                lock.instanceID.description,
            ])
        }
        return table.text
    }
}

extension HeldLock {
    /// The lock for programs; its keys are a contract, and only ever added to.
    var outputValue: OutputValue {
        .object(
            [
                .init("instance_id", .string(instanceID.description)),
                .init("instance_name", .optional(instanceName)),
            ] + holder.outputFields + [.init("waiting_processes", .integer(Int64(waitingProcesses)))])
    }
}
