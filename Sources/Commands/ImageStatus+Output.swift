// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel

extension ImageStatus {
    /// The image for programs; its keys are a contract, and only ever added to.
    var outputValue: OutputValue {
        .object([
            .init("name", .string(name.description)),
            .init("kind", .string(kind.rawValue)),
            .init("format", .string(format.rawValue)),
            .init("virtual_size_bytes", .bytes(virtualSize.bytes)),
            .init("file_size_bytes", .bytes(fileSize.bytes)),
            .init("sha256", .string(sha256)),
            .init("added_at", .string(Timestamp.text(addedAt))),
            .init("used_by", .array(usedBy.map { .string($0.description) })),
        ])
    }

    /// The image for people, a line for each thing there is to say.
    var text: String {
        var table = TextTable()
        table.append(["name", name.description])
        table.append(["kind", kind.rawValue])
        table.append(["format", format.rawValue])
        table.append(["virtual size", virtualSize.approximateText])
        table.append(["file size", fileSize.approximateText])
        table.append(["sha-256", sha256])
        table.append(["added", Timestamp.text(addedAt)])
        for id in usedBy { table.append(["used by", id.description]) }
        return table.text
    }
}
