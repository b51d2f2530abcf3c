// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import RoostKit

/// An instance's lock, taken and released with nobody else about: within the process alone, and with the file that
/// excludes other processes.
struct LockBenchmark {
    let state: StateDirectory

    /// What was measured, in microseconds a time; each sample is the mean of a batch, since a clock's reading would
    /// weigh as much as what is measured.
    struct Result: Encodable {
        var inProcess: [Double] = []
        var withFile: [Double] = []

        enum CodingKeys: String, CodingKey {
            case inProcess = "in_process_us"
            case withFile = "with_file_us"
        }
    }

    private static let samples = 200
    private static let warmUps = 20
    private static let batch = 200

    func run() async throws -> Result {
        let lines = TaskLines()
        let locks = DomainLocks(state)
        let id = InstanceID()
        let context = OperationContext(principal: Principal(name: "bench"))
        var result = Result()
        for sample in -Self.warmUps..<Self.samples {
            let inProcess = await Self.mean {
                guard await lines.enter(id) == .granted else { return }
                lines.pass(id)
            }
            let withFile = try await Self.mean {
                try await locks.withLock(id, operation: "bench", context: context) {}
            }
            guard sample >= 0 else { continue }
            result.inProcess.append(inProcess)
            result.withFile.append(withFile)
        }
        return result
    }

    private static func mean(_ body: () async throws -> Void) async rethrows -> Double {
        let start = ContinuousClock.now
        for _ in 0..<batch { try await body() }
        return (ContinuousClock.now - start).microseconds / Double(batch)
    }
}
