// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel

extension ComputeError {
    /// The value of an argument, read by a rule of the model.
    ///
    /// - Parameters:
    ///   - path: what the argument is called in the problem.
    ///   - subject: what it is about.
    ///   - body: reads it.
    /// - Returns: the value.
    /// - Throws: `ComputeError` with code `invalid`.
    static func reading<Value>(
        _ path: String, of subject: String, _ body: () throws(RuleViolation) -> Value
    ) throws(ComputeError) -> Value {
        do throws(RuleViolation) {
            return try body()
        } catch {
            throw ComputeError(
                .invalid, subject: subject, message: "it has a problem",
                problems: [SpecProblem(path: path, violation: error)])
        }
    }
}

extension ImageName {
    /// A name from the command line.
    ///
    /// - Throws: `ComputeError` with code `invalid`.
    init(argument: String) throws(ComputeError) {
        self = try ComputeError.reading("name", of: "image name") { () throws(RuleViolation) in
            try ImageName(argument)
        }
    }
}

extension VolumeName {
    /// A name from the command line.
    ///
    /// - Throws: `ComputeError` with code `invalid`.
    init(argument: String) throws(ComputeError) {
        self = try ComputeError.reading("name", of: "volume name") { () throws(RuleViolation) in
            try VolumeName(argument)
        }
    }
}
