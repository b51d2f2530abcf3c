// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel

/// The instances that stored documents describe, kept from one list to the next: to read a document takes longer than
/// all else that a list does for an instance.
final class ParsedDocuments: Sendable {
    private struct Parsed {
        let document: String
        let instance: Instance
    }

    private let known = Guarded<[InstanceID: Parsed]>([:])

    /// The instance that a record's document describes.
    ///
    /// - Throws: As ``LibvirtDriver/instance(fromStored:name:)``.
    func instance(of record: InstanceRecord) throws(ComputeError) -> Instance {
        if let parsed = known.withLock({ $0[record.id] }), parsed.document == record.document { return parsed.instance }
        let instance = try LibvirtDriver.instance(fromStored: record.document, name: record.name)
        known.withLock { $0[record.id] = Parsed(document: record.document, instance: instance) }
        return instance
    }

    /// Forgets the one of an instance that is deleted.
    func forget(_ id: InstanceID) {
        known.withLock { _ = $0.removeValue(forKey: id) }
    }

    /// How many are kept.
    var count: Int { known.withLock { $0.count } }

    /// Forgets all but these: whatever is listed is all that there is.
    func keepOnly(_ records: [InstanceRecord]) {
        known.withLock { known in
            guard known.count > records.count else { return }
            let listed = Set(records.map(\.id))
            known = known.filter { listed.contains($0.key) }
        }
    }
}
