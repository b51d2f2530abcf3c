// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Numbers as a document lists them, such as `[0-3, 8]`, in their order.
enum NumberList {
    /// A regular expression (ECMA 262) that matches every range.
    static let pattern = "^[0-9]+-[0-9]+$"

    /// Reads a range.
    ///
    /// - Throws: ``RuleViolation`` for another form, and for ends outside `limits`.
    static func range(parsing text: String, within limits: ClosedRange<Int>) throws(RuleViolation) -> ClosedRange<Int> {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { end in
            end.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(end) : nil
        }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last else {
            throw RuleViolation(
                value: text, rule: "a range is two whole numbers, the smaller first", remedy: "for example 0-3")
        }
        try check(first, within: limits)
        try check(last, within: limits)
        return first...last
    }

    static func check(_ number: Int, within limits: ClosedRange<Int>) throws(RuleViolation) {
        guard !limits.contains(number) else { return }
        throw RuleViolation(
            value: "\(number)", rule: "numbers here are \(limits.lowerBound) to \(limits.upperBound)",
            remedy: "for example \(limits.lowerBound)")
    }

    /// - Throws: ``RuleViolation`` where none or one twice is listed.
    static func check(_ numbers: [Int]) throws(RuleViolation) {
        guard !numbers.isEmpty else {
            throw RuleViolation(value: "", rule: "a list of numbers has at least one", remedy: "for example [0-3]")
        }
        var isSeen: Set<Int> = []
        for number in numbers where !isSeen.insert(number).inserted {
            throw RuleViolation(value: "\(number)", rule: "a number stands once in a list", remedy: "remove one")
        }
    }

    /// The numbers of `ranges`, in their order; of as many as it takes to find one twice.
    ///
    /// - Throws: ``RuleViolation`` where none or one twice is listed.
    static func joining(_ ranges: [ClosedRange<Int>]) throws(RuleViolation) -> [Int] {
        var numbers: [Int] = []
        var known: Set<Int> = []
        for range in ranges {
            if range.contains(where: { !known.insert($0).inserted }) { try check(numbers + range) }
            numbers += range
        }
        try check(numbers)
        return numbers
    }

    /// The numbers as they are stored: ascending runs of three or more as ranges.
    static func stored(_ numbers: [Int]) -> CanonicalJSON {
        var items: [CanonicalJSON] = []
        var rest = numbers[...]
        while let first = rest.first {
            let run = zip(rest, first...).prefix { $0 == $1 }.count
            if run > 2 {
                items.append(.string("\(first)-\(first + run - 1)"))
                rest = rest.dropFirst(run)
            } else {
                items.append(.integer(first))
                rest = rest.dropFirst()
            }
        }
        return .array(items)
    }
}
