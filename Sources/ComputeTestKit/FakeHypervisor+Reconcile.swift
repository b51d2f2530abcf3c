// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import Compute

extension FakeHypervisor: HostReconciliation {
    /// What was arranged (``reconcileReport``); where orphans are to be removed, those without an obstacle are.
    public func reconcile(
        _ mode: ReconcileMode, context: OperationContext
    ) async throws(ComputeError) -> ReconcileReport {
        try await admit(.reconcile, "", context)
        guard mode == .delete else { return reconcileReport }
        var report = reconcileReport
        for index in report.orphans.indices where report.orphans[index].obstacle == nil {
            report.orphans[index].fate = .removed
        }
        reconcileReport.orphans.removeAll { $0.obstacle == nil }
        return report
    }

    /// Sets what a comparison finds.
    public func arrange(_ report: ReconcileReport) {
        reconcileReport = report
    }
}
