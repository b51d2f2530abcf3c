// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension InstanceDocument {
    /// What stands at each path that is about the host's resources.
    static let resourceDescriptions: [String: String] = [
        "cpu.shares": "The guest's weight against others where the host is busy; that of all others unless given.",
        "cpu.quota": "How long each virtual processor may run; without a limit unless given.",
        "cpu.quota.quota_us": "How long in a period, in microseconds.",
        "cpu.quota.period_us": "How long a period is, in microseconds; 100000 unless given.",
        "maximum_memory": "What memory the guest can have without a restart; no more than memory unless given.",
        "maximum_memory.size": "The most memory with its unit, more than memory.",
        "maximum_memory.slots": "How many memory devices can be plugged in; 16 unless given.",
        "memory_backing": "What of the host the memory is made of.",
        "memory_backing.huge_pages": "true for huge pages of the host's default size, or a size; false unless given.",
        "memory_backing.source": "Where the host has the memory from; QEMU's own, and memfd if shared, unless given.",
        "memory_backing.shared": "Whether other processes of the host may map it; false unless given.",
        "memory_backing.locked": "Whether it never leaves the host's memory; needs limit; false unless given.",
        "memory_backing.limit": "The most memory of the host that QEMU may take, with its unit.",
        "memory_backing.merging": "Whether the host may merge equal pages; as the host is set unless given.",
        "memory_backing.discard": "Whether a file's content is dropped when the guest ends; false unless given.",
        "balloon": "The device that takes memory from the running guest and gives it back.",
        "balloon.model": "virtio or none; virtio unless given.",
        "balloon.free_page_reporting": "Whether the host takes back pages that the guest has free; false unless given.",
        "balloon.statistics_period": "How often the guest reports how it uses memory, in seconds; never unless given.",
        "balloon.autodeflate": "Whether memory goes back before the guest kills a process; false unless given.",
        "numa": "How memory and virtual processors are divided.",
        "numa.cells": "The guest's cells; together they have all virtual processors and all memory.",
        "numa.cells[]": "Memory, and the virtual processors that are close to it.",
        "numa.cells[].vcpus": "The virtual processors, from 0.",
        "numa.cells[].vcpus[]": "A number, or a range such as 0-3.",
        "numa.cells[].memory": "The cell's memory with its unit.",
        "numa.cells[].distances": "How far it is to each cell, in their order: 10 to itself, 11 to 255 to others.",
        "numa.cells[].distances[]": "A distance.",
        "numa.cells[].shared": "Whether other processes of the host may map the memory; false unless given.",
        "numa.cells[].nodes": "The host's NUMA nodes that the cell's memory comes from; as for all unless given.",
        "numa.cells[].nodes[]": "A number, or a range such as 0-1.",
        "numa.mode": "How binding nodes are; strict unless given.",
        "numa.nodes": "The host's NUMA nodes that memory comes from; any unless given.",
        "numa.nodes[]": "A number, or a range such as 0-1.",
        "io_threads": "Threads that do the input and output of disks on virtio, by turns; QEMU's own unless given.",
    ]
}
