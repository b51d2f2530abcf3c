// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel

extension VolumeStatus {
    /// The volume for programs; its keys are a contract, and only ever added to.
    var outputValue: OutputValue {
        .object([
            .init("name", .string(name.description)),
            .init("format", .string(format.rawValue)),
            .init("size_bytes", .bytes(size.bytes)),
            .init("allocated_bytes", .bytes(allocated.bytes)),
            .init("serial", .string(serial)),
            .init("created_at", .string(Timestamp.text(createdAt))),
            .init("instance", .optional(attachedTo?.description)),
        ])
    }

    /// The volume for people, a line for each thing there is to say.
    var text: String {
        var table = TextTable()
        table.append(["name", name.description])
        table.append(["format", format.rawValue])
        table.append(["size", size.approximateText])
        table.append(["allocated", allocated.approximateText])
        table.append(["serial", TerminalText.line(serial)])
        table.append(["created", Timestamp.text(createdAt)])
        if let attachedTo { table.append(["instance", attachedTo.description]) }
        return table.text
    }
}

extension AttachedVolume {
    /// The attachment for programs; its keys are a contract, and only ever added to.
    var outputValue: OutputValue {
        .object([
            .init("volume", .string(volume.description)),
            .init("instance", .string(instanceID.description)),
            .init("target", .string(target)),
            .init("serial", .string(serial)),
            .init("live", .boolean(isLive)),
        ])
    }
}
