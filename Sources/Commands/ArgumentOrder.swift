// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser

/// Where global options may stand: the parser knows them after the verb, people also write them before it.
enum ArgumentOrder {
    /// The verbs and nouns that may come first, with their other names.
    static let verbs: [String] = names(in: RootCommand.self) + ["help"]

    /// The same words with the global options that stand before the verb moved behind it, and behind the second word
    /// of a noun such as `image`.
    static func globalOptionsLast(_ arguments: [String]) -> [String] {
        let leading = leadingOptions(arguments)
        guard !leading.isEmpty, leading.count < arguments.count else { return arguments }
        var rest = arguments[leading.count...]
        var moved = [rest.removeFirst()]
        if let noun = nouns[moved[0]], let second = rest.first, noun.contains(second) {
            moved.append(rest.removeFirst())
        }
        return moved + leading + rest
    }

    /// The first word that is no global option; nil where it is another option, or where there is none.
    static func verb(in arguments: [String]) -> String? {
        let word = arguments.dropFirst(leadingOptions(arguments).count).first
        return word.flatMap { $0.hasPrefix("-") ? nil : $0 }
    }

    private static let nouns: [String: [String]] = [
        "image": names(in: ImageCommand.self), "spec": names(in: SpecCommand.self),
    ]

    private static func leadingOptions(_ arguments: [String]) -> ArraySlice<String> {
        var index = 0
        while index < arguments.count {
            let word = arguments[index]
            if GlobalOptions.flags.contains(word) || isJoined(word) {
                index += 1
            } else if GlobalOptions.valued.contains(word), index + 1 < arguments.count {
                index += 2
            } else {
                break
            }
        }
        return arguments[..<index]
    }

    /// Whether a word is an option with its value, such as `--output=json` or `-ojson`.
    private static func isJoined(_ word: String) -> Bool {
        GlobalOptions.valued.contains { option in
            option.hasPrefix("--") ? word.hasPrefix(option + "=") : word.hasPrefix(option) && word != option
        }
    }

    private static func names(in command: any ParsableCommand.Type) -> [String] {
        let configuration = command.configuration
        let children = configuration.ungroupedSubcommands + configuration.groupedSubcommands.flatMap(\.subcommands)
        return children.flatMap { child in
            [child.configuration.commandName ?? ""] + child.configuration.aliases
        }
    }
}
