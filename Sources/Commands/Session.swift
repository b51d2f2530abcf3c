// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel

/// One run of a command with its driver.
struct Session: Sendable {
    let driver: any HypervisorDriver
    let presenter: Presenter
    private let principal: Principal
    private let timeout: Duration?

    /// Opens the driver that the options ask for.
    static func open(_ global: GlobalOptions) async throws -> Session {
        let scope = CommandScope.current
        let request = global.driverRequest(for: scope.effect, in: scope.composition.surroundings)
        let driver = try await scope.composition.openDriver(request)
        return Session(
            driver: driver, presenter: scope.presenter, principal: request.principal,
            timeout: global.timeout?.duration)
    }

    /// A context for one operation: the time that `--timeout` gives begins now.
    ///
    /// - Parameter allowance: time beyond a limit that the operation itself keeps, so that the limit's own error, which
    ///   says more, comes first.
    /// - Returns: a context with a request identity of its own.
    func operation(allowance: Duration = .zero) -> OperationContext {
        let progress = presenter.progress
        return OperationContext(
            principal: principal, deadline: timeout.map { ContinuousClock.now + $0 + allowance },
            progress: { progress.show($0) })
    }

    /// The instance of a name, a UUID or the beginning of one.
    ///
    /// - Parameters:
    ///   - reference: what to look for.
    ///   - allowance: as for ``operation(allowance:)``.
    /// - Returns: the instance as it is now.
    /// - Throws: as `HypervisorDriver.instance(_:context:)`.
    func find(_ reference: String, allowance: Duration = .zero) async throws(ComputeError) -> InstanceStatus {
        try await driver.instance(reference, context: operation(allowance: allowance))
    }

    /// The instance after a change of it: neither Ctrl-C nor a deadline that passes makes untrue that it was changed.
    ///
    /// - Throws: as ``find(_:allowance:)``, and says that the change happened.
    func changed(_ id: InstanceID) async throws(ComputeError) -> InstanceStatus {
        let context = OperationContext(principal: principal)
        let reading = Task(executorPreference: CommandScope.current.composition.executor) {
            () async -> Result<InstanceStatus, ComputeError> in
            do throws(ComputeError) {
                return .success(try await driver.instance(id.description, context: context))
            } catch {
                return .failure(error.adding(details: ["the instance was changed"], outcome: .happened))
            }
        }
        return try await reading.value.get()
    }

    /// Whether the instance is gone: its deletion may have been among events that were missed.
    func isGone(_ instance: InstanceStatus, allowance: Duration = .zero) async throws(ComputeError) -> Bool {
        do throws(ComputeError) {
            _ = try await find(instance.id.description, allowance: allowance)
            return false
        } catch {
            guard error.code == .notFound else { throw error }
            return true
        }
    }
}

/// What a command's run is made of, for the time that it lasts.
struct CommandScope: Sendable {
    let composition: Composition
    let presenter: Presenter
    let effect: CommandEffect

    @TaskLocal private static var scope: CommandScope?

    /// The scope of the command that runs.
    static var current: CommandScope {
        guard let scope else { preconditionFailure("a command runs only through RoostCommand") }
        return scope
    }

    /// Runs `body` with this scope.
    func enter<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        try await Self.$scope.withValue(self, operation: body)
    }
}
