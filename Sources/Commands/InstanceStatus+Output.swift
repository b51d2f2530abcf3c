// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel

extension InstanceStatus {
    /// The instance for programs; its keys are a contract, and only ever added to.
    var outputValue: OutputValue {
        .object([
            .init("id", .string(id.description)),
            .init("name", .string(name)),
            .init("state", .string(state.rawValue)),
            .init("vcpus", .integer(Int64(vcpus))),
            .init("memory_bytes", .bytes(memory.bytes)),
            .init("created_at", .optional(createdAt.map(Timestamp.text))),
            .init("disks", .array(disks.map(Self.value(of:)))),
            .init("interfaces", .array(interfaces.map(Self.value(of:)))),
            .init("labels", .labels(labels)),
            .init("locked_by", lockedBy.map { .object($0.outputFields) } ?? .null),
        ])
    }

    /// The instance for people, a line for each thing there is to say.
    var text: String {
        var table = TextTable()
        table.append(["name", name])
        table.append(["id", id.description])
        table.append(["state", state.rawValue])
        table.append(["vcpus", String(vcpus)])
        table.append(["memory", memory.description])
        table.append(["created", createdAt.map(Timestamp.text) ?? "not recorded"])
        for disk in disks {
            let size = ByteCount(bytes: disk.sizeBytes)
            table.append(["disk \(disk.target)", disk.image.map { "\(size) over \($0)" } ?? "\(size)"])
        }
        for (index, interface) in interfaces.enumerated() {
            let ports = interface.publish.isEmpty ? "" : ", publishes " + interface.publish.joined(separator: " ")
            table.append(["interface \(index)", "\(interface.network), \(interface.mac)\(ports)"])
        }
        for (key, value) in labels.sorted(by: { $0.key < $1.key }) { table.append(["label \(key)", value]) }
        if let lockedBy {
            let since = Timestamp.text(lockedBy.since)
            table.append(["locked by", "\(lockedBy.operation) of \(lockedBy.principal) since \(since)"])
        }
        return table.text
    }

    private static func value(of disk: DiskStatus) -> OutputValue {
        .object([
            .init("target", .string(disk.target)),
            .init("image", .optional(disk.image)),
            .init("size_bytes", .bytes(disk.sizeBytes)),
        ])
    }

    private static func value(of interface: InterfaceStatus) -> OutputValue {
        .object([
            .init("mac", .string(interface.mac)),
            .init("network", .string(interface.network)),
            .init("publish", .array(interface.publish.map(OutputValue.string))),
        ])
    }
}

extension LockHolder {
    /// The fields of a holder for programs.
    var outputFields: [OutputValue.Member] {
        [
            .init("operation", .string(operation)),
            .init("principal", .string(principal)),
            .init("process_id", .integer(Int64(processID))),
            .init("since", .string(Timestamp.text(since))),
        ]
    }
}
