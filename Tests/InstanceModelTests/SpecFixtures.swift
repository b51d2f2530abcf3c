// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import InstanceModel

/// One violation as a test expects it.
func violation(_ value: String, _ rule: String, _ remedy: String) -> RuleViolation {
    RuleViolation(value: value, rule: rule, remedy: remedy)
}

/// A problem as `path:line: rule`, the form in which a test lists what it expects.
func brief(_ problems: [SpecProblem]) -> [String] {
    problems.map { "\($0.path):\($0.line.map(String.init) ?? "-"): \($0.violation.rule)" }
}

/// The problems of a document that is refused; none where it is read.
func problems(in text: String) -> [SpecProblem] {
    do {
        _ = try InstanceDocument.parse(text)
        return []
    } catch {
        return error.problems
    }
}

/// `text` as a JSON string in which each UTF-16 unit is escaped.
func jsonString(_ text: String) -> String {
    let units = text.utf16.map { unit in
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
    return "\"" + units.joined() + "\""
}
