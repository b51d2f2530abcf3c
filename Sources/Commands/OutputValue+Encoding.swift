// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation

extension OutputValue {
    /// What `value` encodes itself as, with the keys of objects in alphabetical order.
    ///
    /// - Throws: What its encoding throws.
    init(encoding value: some Encodable) throws {
        self = try JSONDecoder().decode(Encoded.self, from: JSONEncoder().encode(value)).value
    }

    /// A value of any shape.
    private struct Encoded: Decodable {
        let value: OutputValue

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                value = .null
            } else if let boolean = try? container.decode(Bool.self) {
                value = .boolean(boolean)
            } else if let integer = try? container.decode(Int64.self) {
                value = .integer(integer)
            } else if let text = try? container.decode(String.self) {
                value = .string(text)
            } else if let items = try? container.decode([Encoded].self) {
                value = .array(items.map(\.value))
            } else {
                let members = try container.decode([String: Encoded].self).sorted { $0.key < $1.key }
                value = .object(members.map { OutputValue.Member($0.key, $0.value.value) })
            }
        }
    }
}
