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

    /// A word that the parser takes for a request for help, and that is none: letters after one dash of which one is an
    /// `h`, such as a name that begins with a dash.
    static func wordTakenForHelp(in arguments: [String]) -> String? {
        let own = arguments.prefix { $0 != "--" }
        guard verb(in: arguments) != "help", own.allSatisfy({ !["-h", "--help", "-help"].contains($0) }) else {
            return nil
        }
        let options = Set(GlobalOptions.flags.union(["-h", "-f"]).filter { $0.count == 2 }.compactMap(\.last))
        return own.first { word in
            word.hasPrefix("-") && !word.hasPrefix("--") && word.contains("h") && !isJoined(word)
                && !word.dropFirst().allSatisfy(options.contains)
        }
    }

    /// The command that arguments name, such as `roost image add`.
    static func command(of arguments: [String]) -> String {
        let words = arguments.dropFirst(leadingOptions(arguments).count).prefix { !$0.hasPrefix("-") }
        guard let verb = words.first, verbs.contains(verb) else { return "roost" }
        let second = words.dropFirst().first.flatMap { nouns[verb]?.contains($0) == true ? $0 : nil }
        return (["roost", verb] + [second].compactMap(\.self)).joined(separator: " ")
    }

    private static let nouns: [String: [String]] = [
        "host": names(in: HostCommand.self), "image": names(in: ImageCommand.self),
        "volume": names(in: VolumeCommand.self),
        "operation": names(in: OperationCommand.self), "spec": names(in: SpecCommand.self),
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
