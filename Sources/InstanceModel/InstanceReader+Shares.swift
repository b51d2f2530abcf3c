// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Reads what connects the guest with its host beside disks and interfaces.
extension InstanceReader {
    mutating func readShares(_ field: Field) -> [SharedDirectory] {
        reader.sequence(field)?.compactMap { readShare($0) } ?? []
    }

    private mutating func readShare(_ field: Field) -> SharedDirectory? {
        guard let fields = reader.mapping(field, keys: ["tag", "source", "read_only"]) else { return nil }
        let tag = reader.required("tag", in: fields, example: "tag: data").flatMap {
            reader.value($0, matching: ShareTag.pattern, ShareTag.init)
        }
        let source = reader.required("source", in: fields, example: "source: /srv/data").flatMap {
            reader.value($0, matching: HostPath.pattern, HostPath.init)
        }
        let isReadOnly = fields["read_only"].map { reader.boolean($0) } ?? false
        guard let tag, let source, let isReadOnly else { return nil }
        return SharedDirectory(tag: tag, source: source, isReadOnly: isReadOnly)
    }

    mutating func readChannels(_ field: Field) -> [ChannelName] {
        reader.sequence(field)?.compactMap { reader.value($0, matching: ChannelName.pattern, ChannelName.init) } ?? []
    }

    mutating func readSerialPorts(_ field: Field) -> SerialPortCount? {
        guard let count = reader.integer(field, in: SerialPortCount.range) else { return nil }
        return reader.attempt(at: field) { () throws(RuleViolation) in try SerialPortCount(count) }
    }
}
