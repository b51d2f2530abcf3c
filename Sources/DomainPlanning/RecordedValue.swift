// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation

/// What a recorded document, such as a host's facts or a stored instance, has at its places.
enum RecordedValue: Sendable, Hashable {
    case text(String)
    case number(Int)
    case flag(Bool)
    case list([RecordedValue])
    case mapping([String: RecordedValue])
    case absent

    /// What an encoded value says; `absent` for one that cannot be encoded.
    init(_ value: some Encodable) {
        let decoded = (try? JSONEncoder().encode(value)).flatMap { try? JSONDecoder().decode(Self.self, from: $0) }
        self = decoded ?? .absent
    }

    /// What a JSON document says; `absent` for text that is none.
    init(json: String) {
        self = (try? JSONDecoder().decode(Self.self, from: Data(json.utf8))) ?? .absent
    }

    /// What is at a path such as `disks[1].size`; all for an empty one, `absent` where there is nothing.
    subscript(path: String) -> RecordedValue {
        var reached = self
        for part in path.split(whereSeparator: { $0 == "." || $0 == "[" }) {
            switch reached {
            case .mapping(let members): reached = members[String(part)] ?? .absent
            case .list(let values):
                guard part.last == "]", let index = Int(part.dropLast()), values.indices.contains(index) else {
                    return .absent
                }
                reached = values[index]
            default: return .absent
            }
        }
        return reached
    }

    /// A scalar as text, anything else as JSON; nil for nothing.
    var shown: String? {
        switch self {
        case .text(let text): text
        case .absent: nil
        default: json
        }
    }

    private var json: String {
        switch self {
        case .text(let text): text.debugDescription
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .absent: "null"
        case .list(let values): "[" + values.map(\.json).joined(separator: ", ") + "]"
        case .mapping(let members):
            "{"
                + members.sorted { $0.key < $1.key }.map { "\($0.key.debugDescription): \($0.value.json)" }
                .joined(separator: ", ") + "}"
        }
    }
}

extension RecordedValue: Decodable {
    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .absent
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(Int.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let values = try? value.decode([RecordedValue].self) {
            self = .list(values)
        } else {
            self = .mapping(try value.decode([String: RecordedValue].self))
        }
    }
}
