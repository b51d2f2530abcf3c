// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel
import SystemPackage

/// Spawns that all begin at once and each want one of a few things: a name, a UUID, a MAC address, a port, a core, huge
/// pages, a vsock's number or a device of the host.
///
/// In each, all else that the instance claims is its own.
struct ClaimRush {
    /// What every instance has one of.
    static let usual: [Claim.Kind] = [.name, .uuid, .mac, .port]
    /// The size of huge pages in KiB, and how many an instance needs.
    static let (pageSize, pagesEach) = (2_048, 8)

    /// What is scarce, and how many of it there are.
    let kind: Claim.Kind
    let available: Int

    /// The spawns with these numbers; how each ended: nil where it won.
    func run(_ numbers: Range<Int>, in directory: StateDirectory) async throws -> [ComputeError?] {
        let journal = try Journal.open(directory)
        let runner = OperationRunner(journal: journal)
        let locks = DomainLocks(directory)
        return await withTaskGroup(of: ComputeError?.self) { group in
            for number in numbers {
                group.addTask {
                    while true {
                        do throws(ComputeError) {
                            try await spawn(number, runner, locks, FileExecutor(directory: directory.instances.string))
                            return nil
                        } catch {
                            // A disk that is slow to flush keeps the others' writes waiting.
                            guard error.code == .busy, error.outcome == .didNotHappen else { return error }
                        }
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func spawn(
        _ number: Int, _ runner: OperationRunner, _ locks: DomainLocks, _ executor: FileExecutor
    ) async throws(ComputeError) {
        let id = kind == .uuid ? Self.identity(number % available) : InstanceID()
        let own: [Claim.Kind: String] = [.name: "web-\(id)", .uuid: "\(id)"]
        let scarce = claim(number, of: id)
        let claims = Self.usual.filter { $0 != kind }.map { Claim($0, own[$0] ?? "of \(id)") } + [scarce]
        let name = claims.first { $0.kind == .name }?.value ?? "web-\(id)"
        let operation = OperationID()
        let record = InstanceRecord(
            id: id, name: name, document: "{}", operationID: operation,
            createdAt: Date(timeIntervalSince1970: 1_700_000_000))
        let request = OperationRequest(
            id: operation, action: .spawn, rule: .undo, instanceID: id, instanceName: name,
            claims: claims, topology: topology, record: record)
        let context = OperationContext(principal: Principal(name: "rush"))
        // A file of that name that is there already fails the step: two that share a thing are seen on the disk, too.
        let step = FileStep(name: "disk", file: file(of: scarce))
        try await locks.withLock(id, operation: request.action.rawValue, context: context) {
            () async throws(ComputeError) in
            _ = try await runner.run(request, steps: [step], executor: executor, context: context)
        }
    }

    /// The claim of a spawn of this number on what is scarce.
    private func claim(_ number: Int, of id: InstanceID) -> Claim {
        let scarce = number % available
        let isOdd = !(number / available).isMultiple(of: 2)
        let value: String? =
            switch kind {
            case .name: "web-\(scarce)"
            case .uuid: "\(id)"
            case .mac: "52:54:00:00:00:\(scarce)"
            case .port: "tcp:127.0.0.1:\(scarce)"
            // One of the two threads of a core.
            case .cpu: "\(isOdd ? scarce + available : scarce)"
            case .vsock: "\(scarce + 3)"
            case .pci: "0000:03:00.\(scarce)"
            case .mediatedDevice: "\(Self.identity(scarce))"
            case .usb: "1d6b:\(scarce)"
            default: nil
            }
        if let value { return Claim(kind, value) }
        // Of either node, of the first, or of the second.
        let nodes = [[], [0], [1]][number % 3]
        return HugePageClaim(kibibytes: Self.pageSize, count: Self.pagesEach, nodes: nodes).claim(of: id)
    }

    /// The name of the file that stands for what is claimed: two threads of a core have one.
    func file(of claim: Claim) -> String {
        guard claim.kind == .cpu, let cpu = Int(claim.value) else { return claim.value }
        return "core \(cpu % available)"
    }

    /// A host of two nodes with so many cores of two threads, huge pages for so many, and a few that are too few.
    var topology: HostTopology {
        let half = available / 2
        return HostTopology(
            cells: (0..<2).map { cell in
                let pages = HostTopology.HugePages(kibibytes: Self.pageSize, count: half * Self.pagesEach + 3)
                let cores = (0..<half).map { [cell * half + $0, cell * half + $0 + available] }
                return HostTopology.Cell(id: cell, memoryKiB: 1 << 20, hugePages: [pages], cores: cores)
            })
    }

    private static func identity(_ number: Int) -> InstanceID {
        InstanceID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, UInt8(truncatingIfNeeded: number))))
    }
}
