// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import ComputeTestKit
import Foundation
import RoostKit

/// Makes calls, and writes down each before it is made and after it was answered.
struct CallRecorder: Sendable {
    let guests: any Guests
    let history: HistoryFile
    let known: KnownGuests

    /// Makes the call that was chosen. One that needs an identity that is not known yet looks for it first.
    func make(_ choice: Choice) async {
        switch choice.asked {
        case .list:
            await record(.look, nil, nil, choice) { context throws(ComputeError) in
                try await guests.list(context: context)
            }
        case .guest(let request) where request == .look || request == .spawn:
            await perform(request, choice, nil)
        case .guest(let request):
            guard let id = await identity(choice) else { return }
            await perform(request, choice, id)
        case .figures:
            guard let id = await identity(choice) else { return }
            await record(.look, choice.guest, id, choice) { context throws(ComputeError) in
                [try await guests.figures(of: choice.guest, id, context: context)]
            }
        }
    }

    private func identity(_ choice: Choice) async -> InstanceID? {
        if known[choice.guest] == nil { await perform(.look, choice, nil) }
        return known[choice.guest].flatMap { InstanceID($0) }
    }

    private func perform(_ request: GuestRequest, _ choice: Choice, _ id: InstanceID?) async {
        await record(request, choice.guest, id, choice) { context throws(ComputeError) in
            try await guests.perform(request, on: choice.guest, id, context: context).map { [$0] } ?? []
        }
    }

    private func record(
        _ request: GuestRequest, _ guest: Int?, _ id: InstanceID?, _ choice: Choice,
        _ call: @escaping @Sendable (OperationContext) async throws(ComputeError) -> [Seen]
    ) async {
        let name = UUID()
        let span = Guarded<ClosedRange<UInt64>?>(nil)
        let context = OperationContext(
            principal: ChaosWorker.principal, requestID: name, deadline: .now + choice.limit,
            progress: { _ in
                let now = monotonicTime()
                span.withLock { $0 = ($0?.lowerBound ?? now)...now }
            })
        history.append(
            .asked(
                HistoryLine.Asked(
                    call: name.uuidString, guest: guest, request: request, id: id?.description, at: monotonicTime())))
        let calling = Task { () async -> Result<[Seen], ComputeError> in
            do throws(ComputeError) {
                return .success(try await call(context))
            } catch {
                return .failure(error)
            }
        }
        let changingMind = choice.patience.map { patience in
            Task {
                try await Task.sleep(for: patience)
                calling.cancel()
            }
        }
        let result = await calling.value
        let now = monotonicTime()
        changingMind?.cancel()
        var answer: HistoryLine.Answered
        switch result {
        case .success(let seen):
            known.learn(seen)
            answer = HistoryLine.Answered(call: name.uuidString, answer: .done, seen: seen, at: now)
        case .failure(let error):
            answer = HistoryLine.Answered(call: name.uuidString, answer: GuestAnswer(error, to: request), at: now)
            answer.error = "\(error.code.rawValue), \(error.outcome.rawValue): \(error)"
        }
        answer.worked = span.withLock { $0 }
        history.append(.answered(answer))
    }
}
