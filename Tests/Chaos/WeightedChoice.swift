// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import TestSupport

extension SeededRandom {
    /// One of the values, each as often as its weight says.
    mutating func pick<Value>(_ weighted: [(weight: Int, value: Value)]) -> Value {
        var left = Int.random(in: 0..<weighted.reduce(0) { $0 + $1.weight }, using: &self)
        for (weight, value) in weighted {
            left -= weight
            if left < 0 { return value }
        }
        preconditionFailure("a choice of nothing")
    }
}
