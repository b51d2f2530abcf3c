// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import SystemPackage

/// The name by which QEMU's tools open a judged file: with its format, and with no file behind it whatever it says.
struct JudgedName: Sendable {
    /// What the tool is given in place of a path.
    let text: String
    private let path: FilePath

    init(path: FilePath, driver: String) throws(StorageError) {
        self.path = path
        do {
            let options = Options(path: path.string, driver: driver)
            text = "json:" + String(decoding: try JSONEncoder().encode(options), as: UTF8.self)
        } catch {
            throw .unsafePath(path, reason: "it cannot be written as JSON")
        }
    }

    /// What the tool said, in one line and without the name of the store's copy.
    func reason(_ bytes: [UInt8]) -> String {
        let lines = String(decoding: bytes.suffix(2_000), as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.joined(separator: "; ").replacing("'\(text)'", with: "the image")
            .replacing(text, with: "the image").replacing("'\(path.string)'", with: "the image")
            .replacing("qemu-img: ", with: "")
    }

    private struct Options: Encodable {
        let path: String
        let driver: String

        private enum Key: String, CodingKey {
            case driver, backing, file, filename
            case sizeRule = "force_size_calc"
        }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: Key.self)
            try values.encode(driver, forKey: .driver)
            // The size that the footer tells, and not what the geometry of an old drive can express.
            if driver == "vpc" { try values.encode("current_size", forKey: .sizeRule) }
            if ["qcow2", "vmdk"].contains(driver) { try values.encodeNil(forKey: .backing) }
            var file = values.nestedContainer(keyedBy: Key.self, forKey: .file)
            try file.encode("file", forKey: .driver)
            try file.encode(path, forKey: .filename)
        }
    }
}
