// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel

/// What is refused is refused for the right reason, and without any effect.
extension DriverConformance {
    func refusesName(_ declared: CapabilitySet) async throws {
        guard declared.declared.contains(.lifecycle) else { return }
        try await withInstance("conformance-1", until: .started) { made in
            let twin = try makeInstance(InstanceName(made.name), [])
            try await refused(.conflict, "spawn of a taken name") { () throws(ComputeError) in
                _ = try await driver.spawn(twin, until: .started, context: context)
            }
            try expect(try await state(of: made.id) == .running, "who has the name is not touched")
        }
    }

    func missesUnknown(_ declared: CapabilitySet) async throws {
        for call in calls(declared) {
            try await refused(.notFound, "\(call.name) of nothing") { () throws(ComputeError) in
                try await call.make(driver, InstanceID(), context)
            }
        }
        try await refused(.notFound, "instance of no name") { () throws(ComputeError) in
            _ = try await driver.instance("conformance-0", context: context)
        }
        try await refused(.notFound, "identity of no name") { () throws(ComputeError) in
            _ = try await driver.identity(of: "conformance-0", context: context)
        }
        let image = try ImageName("conformance-0")
        try await refused(.notFound, "image of no name") { () throws(ComputeError) in
            _ = try await driver.image(image, context: context)
        }
        try await refused(.notFound, "delete of no image") { () throws(ComputeError) in
            try await driver.deleteImage(image, context: context)
        }
        let volume = try VolumeName("conformance-0")
        try await refused(.notFound, "volume of no name") { () throws(ComputeError) in
            _ = try await driver.volume(volume, context: context)
        }
        guard declared.declared.contains(.volumes) else { return }
        try await refused(.notFound, "delete of no volume") { () throws(ComputeError) in
            try await driver.deleteVolume(volume, context: context)
        }
    }

    func deniesStranger(_ declared: CapabilitySet) async throws {
        let context = OperationContext(principal: stranger)
        try await onSome(declared) { ids in
            for call in InstanceCall.all {
                // Whether an instance exists is no affair of a stranger's.
                for id in ids + [InstanceID()] {
                    try await refused(.denied, "\(call.name) by a stranger") { () throws(ComputeError) in
                        try await call.make(driver, id, context)
                    }
                }
            }
            // The name is taken, and the image may be missing: neither is told.
            let instance = try makeInstance(InstanceName("conformance-1"), [])
            let image = try ImageName("conformance-0")
            try await refused(.denied, "spawn by a stranger") { () throws(ComputeError) in
                _ = try await driver.spawn(instance, until: .started, context: context)
            }
            try await refused(.denied, "plan by a stranger") { () throws(ComputeError) in
                _ = try await driver.plan(instance, context: context)
            }
            try await refused(.denied, "list by a stranger") { () throws(ComputeError) in
                _ = try await driver.instances(context: context)
            }
            try await refused(.denied, "states by a stranger") { () throws(ComputeError) in
                _ = try await driver.states(context: context)
            }
            try await refused(.denied, "instance by a stranger") { () throws(ComputeError) in
                _ = try await driver.instance("conformance-1", context: context)
            }
            try await refused(.denied, "identity by a stranger") { () throws(ComputeError) in
                _ = try await driver.identity(of: "conformance-1", context: context)
            }
            try await refused(.denied, "images by a stranger") { () throws(ComputeError) in
                _ = try await driver.images(context: context)
            }
            try await refused(.denied, "delete of an image by a stranger") { () throws(ComputeError) in
                try await driver.deleteImage(image, context: context)
            }
            try await deniesVolumes(context)
            try await refused(.denied, "capabilities by a stranger") { () throws(ComputeError) in
                _ = try await driver.capabilities(context: context)
            }
        }
    }

    func heedsDeadline(_ declared: CapabilitySet) async throws {
        let late = OperationContext(principal: caller, deadline: .now - .seconds(1))
        try await onSome(declared) { ids in
            try await refuseChanges(ids, declared, .deadlineExceeded, "after the deadline", late)
        }
    }

    func heedsCancellation(_ declared: CapabilitySet) async throws {
        let context = context
        try await onSome(declared) { ids in
            let cancelled = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await refuseChanges(ids, declared, .cancelled, "by one who was cancelled", context)
            }
            try await cancelled.value
        }
    }

    private func refuseChanges(
        _ ids: [InstanceID], _ declared: CapabilitySet, _ code: ComputeError.Code, _ when: String,
        _ context: OperationContext
    ) async throws {
        for id in ids {
            for call in calls(declared) where call.changes {
                try await refused(code, "\(call.name) \(when)") { () throws(ComputeError) in
                    try await call.make(driver, id, context)
                }
            }
        }
        guard declared.declared.contains(.lifecycle) else { return }
        let instance = try makeInstance(InstanceName("conformance-2"), [])
        try await refused(code, "spawn \(when)") { () throws(ComputeError) in
            _ = try await driver.spawn(instance, until: .started, context: context)
        }
    }

    /// The calls that the driver can do, or that need nothing.
    private func calls(_ declared: CapabilitySet) -> [InstanceCall] {
        InstanceCall.all.filter { $0.capability.map(declared.declared.contains) ?? true }
    }

    /// Runs a check on a running instance, where the driver can make one, which stays as it is.
    private func onSome(_ declared: CapabilitySet, _ body: @Sendable ([InstanceID]) async throws -> Void) async throws {
        guard declared.declared.contains(.lifecycle) else { return try await body([]) }
        try await withInstance("conformance-1", until: .started) { made in
            try await body([made.id])
            let state = try await state(of: made.id)
            try expect(state == .running, "what was refused did nothing; it is \(state.rawValue)")
        }
    }
}
