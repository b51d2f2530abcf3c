// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ComputeTestKit
import RoostKit

/// The calls that tasks make on guests by their numbers; mutants stand in between.
protocol Guests: Sendable {
    /// Asks for something, and gives what was seen or made.
    func perform(
        _ request: GuestRequest, on guest: Int, _ id: InstanceID?, context: OperationContext
    ) async throws(ComputeError) -> Seen?
    /// The state that comes with a guest's figures.
    func figures(of guest: Int, _ id: InstanceID, context: OperationContext) async throws(ComputeError) -> Seen
    /// All guests.
    func list(context: OperationContext) async throws(ComputeError) -> [Seen]
    /// What happens to them.
    func events(context: OperationContext) async throws(ComputeError) -> InstanceEvents
}

/// The calls as the driver answers them.
struct RealGuests: Guests {
    let driver: LibvirtDriver

    static let image = "boot"
    private static let prefix = "chaos-"
    /// How long a guest that was asked to go down, or to reboot, is waited for.
    private static let grace: Duration = .seconds(4)

    static func name(of guest: Int) -> String { "\(prefix)\(guest)" }

    func perform(
        _ request: GuestRequest, on guest: Int, _ id: InstanceID?, context: OperationContext
    ) async throws(ComputeError) -> Seen? {
        switch request {
        case .spawn:
            return Seen(try await driver.spawn(try Self.document(of: guest), until: .started, context: context))
        case .look:
            return Seen(try await driver.instance(Self.name(of: guest), context: context))
        default:
            guard let id else { preconditionFailure("\(request) needs an identity") }
            try await change(request, id, context)
            return nil
        }
    }

    private func change(
        _ request: GuestRequest, _ id: InstanceID, _ context: OperationContext
    ) async throws(ComputeError) {
        switch request {
        case .start: try await driver.start(id, context: context)
        case .stop: try await driver.stop(id, policy: .force, context: context)
        case .shutdown: try await driver.stop(id, policy: .graceful(within: Self.grace), context: context)
        case .reset: try await driver.reboot(id, kind: .hard, context: context)
        case .reboot: try await driver.reboot(id, kind: .graceful(within: Self.grace), context: context)
        case .pause: try await driver.pause(id, context: context)
        case .resume: try await driver.resume(id, context: context)
        case .delete: try await driver.delete(id, policy: .evenRunning, context: context)
        case .deleteStopped: try await driver.delete(id, policy: .stoppedOnly, context: context)
        case .spawn, .look, .crash: preconditionFailure("\(request) changes no guest by its identity")
        }
    }

    func figures(of guest: Int, _ id: InstanceID, context: OperationContext) async throws(ComputeError) -> Seen {
        let told = try await driver.statistics(of: id, context: context)
        return Seen(guest: guest, id: id.description, state: told.state)
    }

    func list(context: OperationContext) async throws(ComputeError) -> [Seen] {
        try await driver.instances(context: context).compactMap(Seen.init)
    }

    func events(context: OperationContext) async throws(ComputeError) -> InstanceEvents {
        try await driver.events(context: context)
    }

    private static func document(of guest: Int) throws(ComputeError) -> Instance {
        do {
            return try Instance(
                name: InstanceName(name(of: guest)), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(32)),
                disks: [.image(ImageName(image), size: DiskSize(.mebibytes(1)))], agent: false)
        } catch {
            throw ComputeError(.failed, subject: name(of: guest), message: "its document is wrong: \(error)")
        }
    }
}

extension Seen {
    /// What a status tells; nil of a guest that is none of the run's.
    init?(_ status: InstanceStatus) {
        guard status.name.hasPrefix("chaos-"), let guest = Int(status.name.dropFirst("chaos-".count)) else {
            return nil
        }
        self.init(guest: guest, id: status.id.description, state: status.state)
    }
}

extension GuestAnswer {
    /// What an error says of the guest.
    init(_ error: ComputeError, to request: GuestRequest) {
        self =
            switch (error.outcome, error.code) {
            case (_, .notFound) where request == .look: .absent
            case _ where request == .look: .nothing
            case (.happened, _): .done
            case (.unknown, _): .perhaps
            case (.didNotHappen, .notFound) where request != .spawn: .absent
            case (.didNotHappen, .conflict): .conflict
            case (.didNotHappen, _): .nothing
            }
    }
}
