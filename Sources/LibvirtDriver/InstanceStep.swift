// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainPlanning

/// A step of an operation on an instance, as the journal keeps it. ARCHITECTURE.md says what a crash at each leads to.
enum InstanceStep: OperationStep, Hashable {
    /// Make the instance's directory.
    case files
    /// Make the disk of this index: an overlay on an image, or an empty one.
    case disk(Int)
    /// Make the cloud-init seed.
    case seed
    /// Make the tap device of the interface of this index.
    case tap(Int)
    /// Define the domain.
    case define
    /// Start the guest, with its published ports.
    case start
    /// Wait for libvirt to say that the guest runs.
    case waitUntilRunning
    /// Wait for the guest's agent, this many seconds at most.
    case waitForAgent(seconds: Double)
    /// Turn the guest off.
    case turnOff
    /// Remove the domain's definition.
    case undefine
    /// Remove the tap device of the interface of this index.
    case removeTap(Int)
    /// Remove the instance's directory.
    case removeFiles
    /// Start a guest that is off.
    case powerOn
    /// Turn a guest off at once.
    case powerOff
    /// Ask the guest to go down.
    case askShutdown
    /// Ask the guest to reboot.
    case askReboot
    /// Reset the machine.
    case reset
    /// Halt the processors.
    case pause
    /// Let the processors run.
    case resume
    /// Replace the domain's definition, which was this before.
    case redefine(from: String)
    /// Give the running guest at once what it can have, in the run of this number of libvirt's.
    case live(LiveChange, run: UInt32)
    /// Add a volume's disk to the definition.
    case addDisk(VolumeDevice)
    /// Plug a volume's disk into the running guest, in the run of this number of libvirt's.
    case plugDisk(VolumeDevice, run: UInt32)
    /// Have the running guest let go of a volume's disk, in the run of this number of libvirt's.
    case unplugDisk(VolumeDevice, run: UInt32, seconds: Double)
    /// Take a volume's disk out of the definition.
    case dropDisk(VolumeDevice)

    /// The name in the journal, in progress and in plans.
    var name: String {
        switch self {
        case .files: "files"
        case .disk(let index): "disk-\(index)"
        case .seed: "seed"
        case .tap(let index): "tap-\(index)"
        case .define: "define"
        case .start: "start"
        case .waitUntilRunning: "wait-running"
        case .waitForAgent: "wait-agent"
        case .turnOff: "turn-off"
        case .undefine: "undefine"
        case .removeTap(let index): "remove-tap-\(index)"
        case .removeFiles: "remove-files"
        case .powerOn: "power-on"
        case .powerOff: "power-off"
        case .askShutdown: "ask-shutdown"
        case .askReboot: "ask-reboot"
        case .reset: "reset"
        case .pause: "pause"
        case .resume: "resume"
        case .redefine: "redefine"
        case .live(let change, _): "live-\(change.name)"
        case .addDisk: "add-disk"
        case .plugDisk: "plug-disk"
        case .unplugDisk: "unplug-disk"
        case .dropDisk: "drop-disk"
        }
    }
}
