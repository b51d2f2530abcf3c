// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Which object a callback from C is meant for, by number.
///
/// C gets the number in place of a pointer, so a callback that comes late finds nothing, and not freed memory.
final class CallbackTable<Target: AnyObject & Sendable>: Sendable {
    private struct Entries {
        var last = 0
        var targets: [Int: Target] = [:]
    }

    private let entries = Guarded(Entries())

    /// Enters an object, and holds it until ``remove(_:)``.
    func add(_ target: Target) -> CallbackID {
        entries.withLock { entries in
            entries.last += 1
            entries.targets[entries.last] = target
            return CallbackID(number: entries.last)
        }
    }

    func remove(_ id: CallbackID) {
        // Freed after the lock is given up: what the object does at its end may come back here.
        let target = entries.withLock { $0.targets.removeValue(forKey: id.number) }
        withExtendedLifetime(target) {}
    }

    /// The object that C's `opaque` argument stands for.
    func target(of opaque: UnsafeMutableRawPointer?) -> Target? {
        let number = Int(bitPattern: opaque)
        return entries.withLock { $0.targets[number] }
    }

    /// How many objects are entered.
    var count: Int { entries.withLock { $0.targets.count } }
}

/// The number of an object in a ``CallbackTable``.
struct CallbackID: Sendable, Hashable {
    let number: Int

    /// The number in the form in which C hands it back; never dereferenced.
    // SAFETY: a number in a pointer's clothes, which nobody follows.
    var opaque: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: number) }
}
