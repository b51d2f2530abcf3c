// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
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
        setPins(asked, ioThreads: instance.ioThreads?.value ?? 0, in: &tuning)
        if let realTime = asked.realTime {
            let vcpus = realTime.vcpus.isEmpty ? Array(0..<instance.mostVCPUs) : realTime.vcpus
            // Each by itself, as libvirt writes them back.
            tuning.schedules = vcpus.map { vcpu in
                .init(
                    processors: CPUSet([vcpu]), scheduler: realTime.scheduler.domainScheduler,
                    priority: realTime.priority)
            }
        }
        if tuning != CPUTuning() { document.cpuTuning = tuning }
    }

    /// QEMU's own threads run where the virtual processors do unless they have processors of their own: nowhere else.
    /// Where a real-time one runs, they would wait for it.
    private func setPins(_ asked: ProcessorTuning, ioThreads: Int, in tuning: inout CPUTuning) {
        guard case .fixed(let cpus)? = asked.dedicated else { return }
        tuning.vcpuPins = cpus.enumerated().map { .init(thread: $0, processors: CPUSet([$1])) }
        let realTime = Set(asked.realTime?.vcpus ?? [])
        var others = CPUSet(cpus.enumerated().filter { !realTime.contains($0.offset) }.map(\.element))
        if case .isolated(.fixed(let isolated)) = asked.emulatorThreads { others = CPUSet(isolated) }
        tuning.emulatorPin = others
        tuning.ioThreadPins = (0..<ioThreads).map { .init(thread: $0 + 1, processors: others) }
    }

    /// The I/O thread of a disk by its place among those on virtio, by turns; nil leaves it to QEMU's main one.
    func ioThread(of instance: Instance, place: Int, on bus: InstanceModel.Disk.Bus) -> Int? {
        guard bus == .virtio, let threads = instance.ioThreads else { return nil }
        return place % threads.value + 1
    }
}

extension ProcessorTuning.RealTime.Scheduler {
    fileprivate var domainScheduler: CPUTuning.Scheduler {
        switch self {
        case .fifo: .fifo
        case .roundRobin: .roundRobin
        }
    }
}
