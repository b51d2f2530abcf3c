// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import RoostKit
import SystemPackage
import TestSupport

extension Lab {
    /// What is there before anything goes wrong: the image is stored, no instance is left, and the daemon answers.
    func prepared() async throws -> HostSnapshot {
        try await storeTinyImage()
        try await deleteAll()
        _ = try await driver.instances(context: context)
        return try await HostSnapshot.take(self)
    }

    /// What is there once a command of another driver has settled what was left.
    func settled() async throws -> HostSnapshot {
        let other = try await Lab(name)
        _ = try await other.driver.instances(context: other.context)
        return try await HostSnapshot.take(other)
    }

    /// The last operation, with its steps.
    func lastOperation() throws -> (record: OperationRecord, steps: [StepRecord])? {
        let journal = try Journal.open(state)
        guard let record = try journal.history(limit: 1).first else { return nil }
        return (record, try journal.steps(of: record.id))
    }

    /// Brings the instance into a state, whatever it is in.
    func bring(_ id: InstanceID, to state: InstanceState) async throws {
        let present = try await driver.instance("\(id)", context: context).state
        guard present != state else { return }
        switch state {
        case .stopped: try await driver.stop(id, policy: .force, context: context)
        case .paused:
            if present != .running { try await driver.start(id, context: context) }
            try await driver.pause(id, context: context)
        default:
            if present == .paused {
                try await driver.resume(id, context: context)
            } else {
                try await driver.start(id, context: context)
            }
        }
    }

    /// A guest that does nothing but turn off when its power button is pressed, which it hears within a second of its
    /// start.
    func listening(_ name: String) async throws -> Instance {
        let image = try ImageName("listening")
        if try await !driver.images(context: context).contains(where: { $0.name == image }) {
            let disk = try Self.base + "/listening-\(self.name).img"
            try BootSector.write(to: disk)
            _ = try await driver.addImage(image, fromFile: disk, format: .raw, kind: .disk, context: context)
        }
        return try tiny(name, disks: [.image(image, size: nil)], agent: false)
    }

    /// How often the guest of ``listening(_:)`` said that it listens.
    func marks(of id: InstanceID) -> Int {
        let log = state.directory(of: id).appending("console/console.log").string
        return (FileManager.default.contents(atPath: log) ?? Data()).count { $0 == BootSector.mark }
    }

    /// Starts the guest of ``listening(_:)`` anew, and waits until it listens.
    func startListening(_ id: InstanceID) async throws {
        try await bring(id, to: .stopped)
        let known = marks(of: id)
        try await bring(id, to: .running)
        while marks(of: id) == known { try await Task.sleep(for: .milliseconds(20)) }
    }

    /// A comparison of the host, without tap devices that are none of this lab's: suites beside this one make some.
    func reconcile(_ mode: ReconcileMode) async throws -> ReconcileReport {
        var report = try await driver.reconcile(mode, context: context)
        report.orphans.removeAll { $0.kind == .tap && $0.obstacle != nil }
        return report
    }

    /// How each operation stands, newest first.
    func history() throws -> [OperationState] {
        try Journal.open(state).history(limit: HistoryLimits.standard.operations).map(\.state)
    }

    /// A tiny guest whose agent answers.
    func answeringGuest(_ name: String) async throws -> InstanceID {
        try await driver.spawn(tiny(name), until: .agent(within: Self.patience), context: context).id
    }

    /// The guest's boot, as its agent tells it: a daemon that is new takes a moment to reach the agents.
    func bootID(of id: InstanceID) async throws -> String {
        try await driver.waitForAgent(id, within: Self.patience, context: context)
        return try await shell("cat /proc/sys/kernel/random/boot_id", in: id)
    }

    /// Asks again as long as the host counts as unavailable.
    func retrying<R>(_ body: () async throws -> R) async throws -> R {
        for _ in 0..<5 {
            do {
                return try await body()
            } catch let error as ComputeError where [.hostUnavailable, .deadlineExceeded].contains(error.code) {
                continue
            }
        }
        return try await body()
    }

    /// The last component of the state directory.
    var name: String { state.path.lastComponent?.string ?? "" }
}

extension Instance {
    /// A tiny guest whose spawn has every step: two disks of which one is empty, a seed, and with a bridge a tap.
    static func complete(
        _ name: String, publish ports: [PublishedPort] = [], bridge: BridgeName? = nil
    ) throws -> Instance {
        try Instance(
            name: InstanceName(name), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(128)),
            disks: [
                .image(ImageName("tiny"), size: DiskSize(.mebibytes(512))), .blank(DiskSize(.mebibytes(16))),
            ],
            interfaces: ([.user(publish: ports)] + (bridge.map { [.bridge($0)] } ?? [])).map {
                Interface(network: $0)
            },
            cloudInit: CloudInit(hostname: HostName("faults.example")))
    }
}
