// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What libvirt does when a guest powers itself off, reboots or crashes.
public enum LifecycleAction: String, Sendable, Hashable, CaseIterable {
    /// The guest is stopped.
    case destroy
    /// The guest is started again.
    case restart
    /// The guest's resources are kept for a look at them.
    case preserve
    /// The guest is started again under another name.
    case renameRestart = "rename-restart"
    /// The guest's memory is written to a file, then the guest is stopped.
    case coredumpDestroy = "coredump-destroy"
    /// The guest's memory is written to a file, then the guest is started again.
    case coredumpRestart = "coredump-restart"
}
