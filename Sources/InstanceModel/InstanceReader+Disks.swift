// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension InstanceReader {
    /// What the guest takes a disk for, as a document says it.
    enum DiskKind: String, CaseIterable {
        case disk, cdrom
    }

    static let handlingKeys = ["io", "discard", "detect_zeroes", "queues", "error_policy", "rotation_rate"]

    mutating func readHandling(_ fields: Fields) -> Disk.Handling {
        Disk.Handling(
            io: fields["io"].flatMap { reader.choice($0, of: Disk.InputOutput.self) },
            discard: fields["discard"].flatMap { reader.choice($0, of: Disk.Discard.self) },
            detectZeroes: fields["detect_zeroes"].flatMap { reader.choice($0, of: Disk.DetectZeroes.self) },
            queues: fields["queues"].flatMap { readNumber($0, in: QueueCount.range, QueueCount.init) },
            errorPolicy: fields["error_policy"].flatMap { reader.choice($0, of: Disk.ErrorPolicy.self) },
            rotation: fields["rotation_rate"].flatMap { readNumber($0, in: RotationRate.range, RotationRate.init) })
    }

    /// The image that is in a CD-ROM drive, or none.
    mutating func readMedium(in fields: Fields) -> Disk.Source? {
        if let size = fields["size"] {
            reader.note(
                RuleViolation(
                    value: "", rule: "a disk with `type: cdrom` is as large as its image", remedy: "remove `size`"),
                at: size)
        }
        guard let image = fields["image"] else { return .medium(nil) }
        return reader.value(image, matching: ImageName.pattern, ImageName.init).map { .medium($0) }
    }
}
