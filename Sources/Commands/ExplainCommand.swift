// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import DomainXML

/// `roost explain`: why a planned domain document is as it is.
struct ExplainCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why each element of a document's plan is as it is.",
        discussion: """
            Each element and attribute of the domain XML has a reason: a rule of Roost's, what of the document it \
            follows from (default: what the document leaves out), and which of the host's facts. Without a path all \
            are told, a line each, an attribute where its reason is not its element's. The path is an XPath, or the \
            end of one. Nothing is made or claimed; libvirt is asked as by roost plan. Exit status 3 says that \
            nothing is at the path.

            Examples:
              roost explain web.yaml
              roost explain web.yaml disk/driver/@cache
              roost explain web.yaml "/domain/devices/disk[target/@dev='vda']"
              roost explain web.yaml cputune --facts big-host.json -o json
            """)
    static let effect = CommandEffect.reads

    @OptionGroup var input: PlanInput

    @Argument(help: "What to explain, such as devices/disk, disk/driver/@cache or controller[2].")
    var path: String?

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let scope = CommandScope.current
        let pattern = try path.map(Self.pattern)
        let plan = try ExplainedPlan(try await input.preview(global, in: scope, isTakenAllowed: true))
        guard let pattern, let path else {
            return try scope.presenter.result(.array(plan.nodes.map { $0.outputValue() })) { plan.lines(plan.nodes) }
        }
        let found = plan.found(by: pattern)
        guard found.contains(where: \.isMeant) else {
            let near = plan.places(near: pattern)
            throw ComputeError(
                .notFound, subject: "the plan of \(input.document)", message: "nothing is at \(path)",
                hint: near.isEmpty ? "without a path, everything is told" : "what it has of that kind is listed above",
                details: near)
        }
        var values: [OutputValue] = []
        for node in found {
            values.append(node.node.outputValue(xml: node.isMeant ? try node.node.xml() : nil))
        }
        let text = try plan.text(of: found)
        try scope.presenter.result(.array(values)) { scope.presenter.fit(text) }
    }

    private static func pattern(_ path: String) throws -> DomainPattern {
        do {
            return try DomainPattern(parsing: path)
        } catch {
            throw UsageFailure("the path \(path): \(error)", hint: "for example disk/driver/@cache")
        }
    }
}
