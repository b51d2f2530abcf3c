// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension PlanRules {
    /// The processor that the guest sees: beside `DomainPlanner+Processor.swift`.
    static let processor: [PlanRule] = [
        PlanRule(["cpu"], "libvirt would give qemu64, which lacks what modern systems need"),
        PlanRule(
            ["cpu/@mode"],
            "under KVM the host's model, with which a guest can migrate; where models are none, or a trust domain is, "
                + "the host's own; under emulation all that QEMU can",
            asked: "cpu.model", requests: ["launch_security"], facts: ["accelerator", "architecture"]),
        PlanRule(
            ["cpu/@migratable"],
            "of a processor that is passed through, nothing is that would keep the guest from migrating",
            asked: "cpu.migratable", requests: ["cpu.model", "launch_security"], facts: ["architecture"]),
        PlanRule(["cpu/model", "cpu/@match"], asAsked, requests: ["cpu.model"]),
        PlanRule(["cpu/model/@fallback"], "no other model is taken in its place"),
        PlanRule(["cpu/topology"], asAsked, requests: ["cpu.topology"]),
        PlanRule(["cpu/topology/@sockets"], "one unless more are asked for", requests: ["cpu.topology.sockets"]),
        PlanRule(["cpu/topology/@dies"], "one unless more are asked for", requests: ["cpu.topology.dies"]),
        PlanRule(["cpu/topology/@cores"], "one unless more are asked for", requests: ["cpu.topology.cores"]),
        PlanRule(["cpu/topology/@threads"], "one unless more are asked for", requests: ["cpu.topology.threads"]),
        PlanRule(["cpu/feature[@policy='require']"], asAsked, requests: ["cpu.require"]),
        PlanRule(["cpu/feature[@policy='disable']"], asAsked, requests: ["cpu.disable"]),
        PlanRule(["cpu/feature[@policy='force']"], asAsked, requests: ["cpu.force"]),
        PlanRule(
            ["cpu/feature/@policy"], "what is required, forced or disabled holds on any host",
            requests: ["cpu.require", "cpu.disable", "cpu.force"]),
        PlanRule(["cpu/feature/@name"], "a feature is told by its name"),
        PlanRule(
            ["cpu/numa", "cpu/numa/cell"],
            "the cells that were asked for, or one where memory can be plugged in: libvirt takes it into a cell alone",
            requests: ["numa", "maximum_memory"]),
        PlanRule(["cpu/numa/cell/@id"], "a cell is told by its number"),
        PlanRule(
            ["cpu/numa/cell/@cpus"], "the one cell has all virtual processors", asked: "numa.cells[#].vcpus",
            requests: ["vcpus", "maximum_vcpus"]),
        PlanRule(
            ["cpu/numa/cell/@memory"], "the one cell has all memory", asked: "numa.cells[#].memory",
            requests: ["memory"]),
        PlanRule(["cpu/numa/cell/@memAccess"], asAsked, requests: ["numa.cells[#].shared"]),
        PlanRule(
            ["cpu/numa/cell/distances", "cpu/numa/cell/distances/sibling", "cpu/numa/cell/distances/sibling/@value"],
            asAsked, requests: ["numa.cells[#].distances"]),
        PlanRule(["cpu/numa/cell/distances/sibling/@id"], "a cell is told by its number"),
    ]
}
