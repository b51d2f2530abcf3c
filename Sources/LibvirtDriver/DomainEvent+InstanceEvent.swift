// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Libvirt

extension DomainEvent {
    /// The event's kind and details as the port tells them.
    var inThePortsTerms: (kind: InstanceEvent.Kind, details: [String: String]) {
        switch self {
        case .lifecycle(_, let change): return change.inThePortsTerms
        case .rebooted: return (.rebooted, [:])
        case .deviceAdded(_, let alias): return (.deviceAdded, ["device": alias])
        case .deviceRemoved(_, let alias): return (.deviceRemoved, ["device": alias])
        case .deviceRemovalFailed(_, let alias): return (.deviceRemovalFailed, ["device": alias])
        case .agent(_, .connected): return (.agentConnected, [:])
        case .agent(_, .disconnected): return (.agentDisconnected, [:])
        case .agent(_, .unrecognized(let number)): return (.agentDisconnected, ["state": String(number)])
        case .blockJob(_, let job):
            let details = [
                "disk": job.disk, "job": Words.blockJob[job.kind.rawValue],
                "status": Words.blockJobStatus[job.status.rawValue],
            ]
            return (.blockJob, details)
        case .ioError(_, let error):
            let told = [
                "device": error.alias, "path": error.path, "action": Words.ioErrorAction[error.action.rawValue],
                "reason": error.reason,
            ]
            return (.ioError, told.filter { !$0.value.isEmpty })
        case .watchdog(_, let action): return (.watchdog, ["action": Words.watchdog[action.rawValue]])
        case .balloon(_, let bytes): return (.balloon, ["memory_bytes": String(bytes)])
        case .migrationIteration(_, let number): return (.migrationIteration, ["iteration": String(number)])
        case .jobCompleted(_, let job): return (.jobCompleted, job.details)
        case .metadata(_, let change): return (.metadata, ["element": change.word])
        case .memoryFailure(_, let failure):
            let details = [
                "recipient": Words.memoryFailureRecipient[failure.recipient.rawValue],
                "action": Words.memoryFailureAction[failure.action.rawValue],
            ]
            return (.memoryFailure, details)
        case .gap, .closed: return (.gap, [:])
        }
    }
}

extension LifecycleChange {
    fileprivate var inThePortsTerms: (kind: InstanceEvent.Kind, details: [String: String]) {
        switch self {
        case .defined(let reason): (.defined, ["reason": Words.defined[reason.rawValue]])
        case .undefined(let reason): (.undefined, ["reason": Words.undefined[reason.rawValue]])
        case .started(let reason): (.started, ["reason": Words.started[reason.rawValue]])
        case .suspended(let reason): (.paused, ["reason": Words.paused[reason.rawValue]])
        case .resumed(let reason): (.resumed, ["reason": Words.resumed[reason.rawValue]])
        case .stopped(let reason): (.stopped, ["reason": Words.stopped[reason.rawValue]])
        case .shutdown(let reason): (.shutdown, ["reason": Words.shutdown[reason.rawValue]])
        case .powerManagementSuspended(let reason): (.suspended, ["reason": Words.suspended[reason.rawValue]])
        case .crashed(let reason): (.crashed, ["reason": Words.crashed[reason.rawValue]])
        case .unrecognized(let event, let detail):
            (InstanceEvent.Kind(rawValue: "lifecycle_\(event)"), ["reason": String(detail)])
        }
    }
}

extension DomainEvent.JobResult {
    fileprivate var details: [String: String] {
        var details = ["job": Words.job[operation.rawValue]]
        if let succeeded { details["succeeded"] = String(succeeded) }
        if let time { details["time_ms"] = String(Int64(time / .milliseconds(1))) }
        if let message { details["message"] = message }
        return details
    }
}

extension DomainEvent.MetadataChange {
    fileprivate var word: String {
        switch self {
        case .description: "description"
        case .title: "title"
        case .element(let namespace): namespace
        case .unrecognized(let number): String(number)
        }
    }
}

/// Stable words for libvirt's numbers, in their order from 0; a number beyond them stands for itself.
private struct Words {
    static let defined = Words("added", "updated", "renamed", "from_snapshot")
    static let undefined = Words("removed", "renamed")
    static let started = Words("booted", "migrated", "restored", "from_snapshot", "wake_up")
    static let paused = Words(
        "paused", "migrated", "io_error", "watchdog", "restored", "from_snapshot", "api_error", "post_copy",
        "post_copy_failed")
    static let resumed = Words("resumed", "migrated", "from_snapshot", "post_copy", "post_copy_failed")
    static let stopped = Words("shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from_snapshot")
    static let shutdown = Words("finished", "guest", "host")
    static let suspended = Words("memory", "disk")
    static let crashed = Words("panicked", "crash_loaded")
    static let blockJob = Words("unknown", "pull", "copy", "commit", "active_commit", "backup")
    static let blockJobStatus = Words("completed", "failed", "cancelled", "ready")
    static let ioErrorAction = Words("none", "paused", "reported")
    static let watchdog = Words("none", "pause", "reset", "power_off", "shutdown", "debug", "inject_nmi")
    static let memoryFailureRecipient = Words("hypervisor", "guest")
    static let memoryFailureAction = Words("ignore", "inject", "fatal", "reset")
    static let job = Words(
        "unknown", "start", "save", "restore", "migration_in", "migration_out", "snapshot", "snapshot_revert", "dump",
        "backup", "snapshot_delete")

    private let words: [String]

    private init(_ words: String...) {
        self.words = words
    }

    subscript(_ number: Int32) -> String {
        let index = Int(number)
        return words.indices.contains(index) ? words[index] : String(number)
    }
}
