// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainPlanning
import InstanceModel

/// What brings an instance to another document, all decided.
struct ApplyWork: Sendable {
    let id: InstanceID
    /// The instance as it is.
    let present: Instance
    /// The instance as it is to be, resolved.
    let newer: Instance
    let plan: ApplyPlan
    /// The definition as it is, with all that is in it.
    let presentXML: String
    /// The definition as it is to be.
    let definitionXML: String
    /// What changes of the definition, in words.
    let definitionChanges: [String]
    /// Libvirt's number of the guest's run; nil where it is off.
    let run: UInt32?

    /// Whether something waits until the running guest is restarted.
    var needsRestart: Bool { run != nil && plan.changes.contains { $0.timing == .nextBoot } }

    var preview: ApplyPreview {
        ApplyPreview(
            changes: plan.changes, definition: definitionChanges, needsRestart: needsRestart, basis: presentXML)
    }

    /// The interfaces on bridges that go, whose tap devices nobody else would remove.
    var lostTaps: [Int] {
        present.bridgedInterfaces.filter { !newer.bridgedInterfaces.contains($0) }
    }

    var steps: [InstanceStep] {
        let live = run.map { run in plan.live.map { InstanceStep.live($0, run: run) } } ?? []
        return [.redefine(from: presentXML)] + lostTaps.map { .removeTap($0) } + live
    }
}
