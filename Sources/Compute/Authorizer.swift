// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Asks the policy before any effect, and writes into the audit what was denied, and how changes ended.
public struct Authorizer: Sendable {
    private let policy: any Policy
    private let trail: @Sendable () throws(ComputeError) -> Journal

    /// An authorizer; `trail` gives the journal of the audit, and is asked only when there is something to write.
    public init(policy: any Policy, trail: @escaping @Sendable () throws(ComputeError) -> Journal) {
        self.policy = policy
        self.trail = trail
    }

    /// Refuses what the policy does not permit, and audits that.
    ///
    /// - Throws: ``ComputeError`` with code `denied`; where the audit cannot be written, its details say why.
    public func authorize(_ action: Action, subject: String, context: OperationContext) throws(ComputeError) {
        guard case .denied(let reason) = policy.decision(on: action, by: context.principal, subject: subject) else {
            return
        }
        let denial = ComputeError(
            .denied, subject: subject, message: "\(context.principal) may not do \(action.rawValue): \(reason)")
        throw record(.denied, denial, action, subject, context)
    }

    /// Authorizes a change, makes it, and audits how it ended.
    ///
    /// For requests that are no journaled operation, or more than one: ``OperationRunner`` audits the others itself.
    ///
    /// - Throws: ``ComputeError`` with code `denied`; what `body` throws; or that the change was made, and its audit
    ///   could not be written (outcome `happened`).
    public func audited<R>(
        _ action: Action, subject: String, context: OperationContext,
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws(ComputeError) -> R
    ) async throws(ComputeError) -> R {
        try authorize(action, subject: subject, context: context)
        let result: R
        do {
            result = try await body()
        } catch {
            throw record(.failed, error, action, subject, context)
        }
        do {
            try trail().append(AuditRecord(action.rawValue, subject, context, .done))
        } catch {
            throw error.adding(details: ["\(action.rawValue) was done; only its audit is missing"], outcome: .happened)
        }
        return result
    }

    /// Audits how something ended that nobody waits for; where that cannot be written, nobody is there to tell.
    public func note(
        _ outcome: AuditRecord.Outcome, _ action: Action, subject: String, context: OperationContext,
        _ message: String = ""
    ) {
        try? trail().append(AuditRecord(action.rawValue, subject, context, outcome, message))
    }

    /// Audits `error` and gives it back, with a further detail where that failed.
    private func record(
        _ outcome: AuditRecord.Outcome, _ error: ComputeError, _ action: Action, _ subject: String,
        _ context: OperationContext
    ) -> ComputeError {
        do {
            try trail().append(AuditRecord(action.rawValue, subject, context, outcome, error.message))
            return error
        } catch let failure {
            return error.adding(details: ["the audit could not be written: \(failure)"])
        }
    }
}
