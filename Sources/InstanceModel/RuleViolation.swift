// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Why a value cannot be what it was meant to be: the value, the rule that it breaks, and what to do.
public struct RuleViolation: Error, Sendable, Hashable {
    /// The value as given, shortened to 80 characters, with control characters escaped.
    public let value: String
    /// The rule, as a statement of what is allowed.
    public let rule: String
    /// What to write instead.
    public let remedy: String

    /// A violation of `rule` by `value`; the value is escaped and shortened for display.
    public init(value: String, rule: String, remedy: String) {
        self.value = Self.displayable(value)
        self.rule = rule
        self.remedy = remedy
    }

    /// `text` fit for a terminal and a log: control characters escaped, at most 80 characters.
    static func displayable(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars.prefix(80) {
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
                result += scalar.escaped(asASCII: true)
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return text.unicodeScalars.count > 80 ? result + "…" : result
    }
}

/// One thing wrong with an instance document: where, what, which rule, and what to do.
public struct SpecProblem: Sendable, Hashable {
    /// The path of the value, such as `disks[1].size`; empty for the document itself.
    public let path: String
    /// The line of the document, from 1, where it is known.
    public let line: Int?
    /// The value and the rule that it breaks.
    public let violation: RuleViolation

    /// A problem at `path`.
    public init(path: String, line: Int? = nil, violation: RuleViolation) {
        self.path = path
        self.line = line
        self.violation = violation
    }
}

/// All that is wrong with an instance document. Never empty.
public struct InvalidSpec: Error, Sendable, Hashable {
    /// The problems, in the document's order.
    public let problems: [SpecProblem]

    /// The problems of one document.
    public init(problems: [SpecProblem]) {
        precondition(!problems.isEmpty, "an invalid document has at least one problem")
        self.problems = problems
    }
}
