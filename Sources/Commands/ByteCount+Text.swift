// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import InstanceModel

extension ByteCount {
    /// The size for people, with one decimal in the largest fitting binary unit: `19.5 MiB`, `2 GiB`.
    var approximateText: String {
        let units = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)]
        guard let (name, shift) = units.first(where: { bytes >> $0.1 > 0 }) else { return "\(bytes) B" }
        let whole = bytes >> shift
        let tenth = ((bytes & ((1 << shift) - 1)) * 10) >> shift
        return tenth == 0 ? "\(whole) \(name)" : "\(whole).\(tenth) \(name)"
    }
}
