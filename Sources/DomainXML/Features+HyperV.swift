// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import XMLTree

/// What the machine offers Windows of Microsoft's own hypervisor (`<hyperv>`).
extension Features {
    /// An enlightenment that is on or off.
    public enum HyperV: String, Sendable, Hashable, CaseIterable {
        case relaxed, vapic, spinlocks, vpindex, runtime, synic, stimer, reset, frequencies, reenlightenment, tlbflush
        case ipi
    }

    private static let hyperVOrder = ChildOrder(HyperV.allCases.map(\.rawValue))

    /// Whether an enlightenment is on; nil where nothing is said of it.
    public subscript(hyperV feature: HyperV) -> Bool? {
        get { element.first("hyperv")?.first(XMLName(feature.rawValue))?.onOff("state") }
        set {
            guard newValue != self[hyperV: feature] else { return }
            editHyperV(feature) { $0["state"] = newValue?.onOff }
        }
    }

    /// How often a virtual processor tries a lock before it tells the hypervisor, at least 4,095; nil leaves it to
    /// libvirt.
    public var hyperVSpinlockRetries: Int? {
        get { element.first("hyperv")?.first("spinlocks")?.number("retries") }
        set {
            guard newValue != hyperVSpinlockRetries else { return }
            editHyperV(.spinlocks) { $0["retries"] = newValue.map(String.init) }
        }
    }

    private mutating func editHyperV(_ feature: HyperV, _ change: (inout XMLElement) -> Void) {
        element.editChild("hyperv", in: Self.order) { hyperV in
            hyperV.editChild(XMLName(feature.rawValue), in: Self.hyperVOrder, change)
        }
    }
}
