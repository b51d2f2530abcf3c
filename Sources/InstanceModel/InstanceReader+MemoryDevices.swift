// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension InstanceReader {
    /// The memory devices; nil where one of them cannot be read.
    mutating func readMemoryDevices(_ field: Field) -> [MemoryDevice]? {
        let devices = reader.sequence(field)?.map { readMemoryDevice($0) }
        guard let devices, !devices.contains(nil) else { return nil }
        return devices.compactMap(\.self)
    }

    private mutating func readMemoryDevice(_ field: Field) -> MemoryDevice? {
        guard let fields = reader.mapping(field, keys: ["size", "requested", "block", "cell"]) else { return nil }
        let size = reader.required("size", in: fields, example: "size: 1 GiB").flatMap { readBytes($0) }
        let requested = fields["requested"].map { readBytes($0) } ?? ByteCount(bytes: 0)
        let block = fields["block"].map { field in
            reader.size(field) { size throws(RuleViolation) in
                try MemoryDevice.check(block: size)
                return size
            }
        }
        let cell = fields["cell"].map { field in
            readInteger(field, in: MemoryDevice.cellRange) { number throws(RuleViolation) in
                try NumberList.check(number, within: MemoryDevice.cellRange)
            }
        }
        guard let size, let requested, let block = block ?? MemoryDevice.usualBlock, let cell = cell ?? 0 else {
            return nil
        }
        return reader.attempt(at: field) { () throws(RuleViolation) in
            try MemoryDevice(size: size, requested: requested, block: block, cell: cell)
        }
    }

    private mutating func readBytes(_ field: Field) -> ByteCount? {
        reader.size(field) { size throws(RuleViolation) in size }
    }
}
