// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import InstanceModel

extension DomainPlanner {
    /// Sets where and how much the guest's threads run.
    func setTuning(of instance: Instance, in document: inout DomainDocument) {
        document.ioThreadCount = instance.ioThreads?.value
        guard let asked = instance.processor?.tuning else { return }
        var tuning = CPUTuning()
        tuning.shares = asked.shares
        tuning.period = asked.quota?.periodMicroseconds
        tuning.quota = asked.quota?.quotaMicroseconds
        if tuning != CPUTuning() { document.cpuTuning = tuning }
    }

    /// The I/O thread of a disk by its place among those on virtio, by turns; nil leaves it to QEMU's main one.
    func ioThread(of instance: Instance, place: Int, on bus: InstanceModel.Disk.Bus) -> Int? {
        guard bus == .virtio, let threads = instance.ioThreads else { return nil }
        return place % threads.value + 1
    }
}
