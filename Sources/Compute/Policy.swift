// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What a caller may do; asked before any effect.
public protocol Policy: Sendable {
    /// Whether `principal` may do `action` to `subject`.
    func decision(on action: Action, by principal: Principal, subject: String) -> PolicyDecision
}

/// A policy's answer.
public enum PolicyDecision: Sendable, Hashable {
    /// It may.
    case permitted
    /// It may not, and why.
    case denied(reason: String)
}

/// What can be permitted or denied; the raw value is stable.
public enum Action: String, Sendable, Hashable, CaseIterable, Codable {
    /// Make an instance.
    case spawn = "instance.spawn"
    /// Delete an instance with its disks.
    case delete = "instance.delete"
    /// Start an instance.
    case start = "instance.start"
    /// Stop an instance.
    case stop = "instance.stop"
    /// Reboot an instance.
    case reboot = "instance.reboot"
    /// Pause an instance.
    case pause = "instance.pause"
    /// Resume an instance.
    case resume = "instance.resume"
    /// Bring an instance to another document.
    case apply = "instance.apply"
    /// See instances and their state.
    case observe = "instance.observe"
    /// See what a spawn, or applying a document, would do.
    case plan = "instance.plan"
    /// Read and write an instance's console.
    case console = "instance.console"
    /// Run programs in a guest.
    case execute = "instance.exec"
    /// Add an image to the store.
    case addImage = "image.add"
    /// See images.
    case observeImages = "image.observe"
    /// Delete an image.
    case deleteImage = "image.delete"
    /// Make a volume.
    case createVolume = "volume.create"
    /// See volumes.
    case observeVolumes = "volume.observe"
    /// Delete a volume with its bytes.
    case deleteVolume = "volume.delete"
    /// Give an instance a volume.
    case attachVolume = "volume.attach"
    /// Take a volume from an instance.
    case detachVolume = "volume.detach"
    /// Settle what a dead process left of an operation.
    case settle = "operation.settle"
    /// See what the host can do.
    case inspectHost = "host.inspect"
    /// Compare hypervisor, database and disk, and remove orphans.
    case reconcile = "host.reconcile"
}

/// Denies everything: the library's default.
public struct DenyAll: Policy {
    /// The policy.
    public init() {}

    /// Always denied.
    public func decision(on action: Action, by principal: Principal, subject: String) -> PolicyDecision {
        .denied(reason: "no policy is installed")
    }
}

/// Permits everything to one principal, and nothing to others: the command line's policy for the local user.
public struct SinglePrincipalPolicy: Policy {
    private let permitted: Principal

    /// A policy for `principal`.
    public init(permitting principal: Principal) {
        permitted = principal
    }

    /// Permitted where `principal` is the one that the policy names.
    public func decision(on action: Action, by principal: Principal, subject: String) -> PolicyDecision {
        principal == permitted ? .permitted : .denied(reason: "only \(permitted) may use this driver")
    }
}
