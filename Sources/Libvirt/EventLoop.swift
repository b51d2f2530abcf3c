// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt
import Glibc

/// libvirt's event loop, on one thread for the whole process.
///
/// Events, keepalive, streams and in-process drivers all run on it. It has to be there before the first
/// connection is opened (`virEventRegisterDefaultImpl`, libvirt 0.9.0), and it never ends.
enum EventLoop {
    /// Initialises libvirt and starts the loop, the first time; afterwards says what came of that.
    static func start() throws(LibvirtError) {
        try started.get()
    }

    private static let started = Result { () throws(LibvirtError) in
        if let reason = clibvirt_load() {
            throw .reported(
                LibvirtError.Report(
                    code: .noConnect, domain: .unspecified, level: .error, call: "dlopen",
                    message: String(cString: reason)))
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
    }

    private static var ignore: virErrorFunc { { _, _ in } }

    private static func run() {
        while true {
            // One turn fails only where poll does; a pause keeps that from burning a processor.
            if virEventRunDefaultImpl() < 0 { usleep(100_000) }
        }
    }
}
