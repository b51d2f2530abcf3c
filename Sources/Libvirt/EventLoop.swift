// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt
import Glibc

/// libvirt's event loop, on one thread for the whole process.
///
/// Events, keepalive, streams and in-process drivers all run on it. It has to be there before the first
/// connection is opened (`virEventRegisterDefaultImpl`, libvirt 0.9.0), and it never ends.
enum EventLoop {
    /// Initialises libvirt and starts the loop, unless that was done. What failed is tried again: this process may have
    /// run out of descriptors or memory for a moment.
    static func start() throws(LibvirtError) {
        try isStarted.withLock { isStarted throws(LibvirtError) in
            guard !isStarted else { return }
            try FreeDescriptors.require(for: "virEventRegisterDefaultImpl")
            if let reason = clibvirt_load() {
                defer { free(reason) }
                throw .notLoaded(reason)
            }
            guard virInitialize() == 0 else { throw .lastOnThisThread(after: "virInitialize") }
            // Without a function of our own libvirt prints every error to standard error.
            virSetErrorFunc(nil, EventLoop.ignore)
            guard virEventRegisterDefaultImpl() == 0 else {
                throw .lastOnThisThread(after: "virEventRegisterDefaultImpl")
            }
            guard OwnThread.start(named: "libvirt-events", EventLoop.run) else {
                throw .overloaded(lane: "events")
            }
            isStarted = true
        }
    }

    private static let isStarted = Guarded(false)

    private static var ignore: virErrorFunc { { _, _ in } }

    private static func run() {
        while true {
            // One turn fails only where poll does; a pause keeps that from burning a processor.
            if virEventRunDefaultImpl() < 0 { usleep(100_000) }
        }
    }
}

extension LibvirtError {
    /// A library that cannot be loaded, in the loader's words.
    static func notLoaded(_ reason: UnsafePointer<CChar>) -> LibvirtError {
        .reported(
            Report(
                code: .noConnect, domain: .unspecified, level: .error, call: "dlopen",
                message: String(cString: reason)))
    }
}
