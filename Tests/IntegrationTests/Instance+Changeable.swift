// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import RoostKit

extension Instance {
    /// A guest of this name with what can be changed of it.
    static func changeable(
        _ name: String, vcpus: Int = 1, iops: Int? = 500, isLinkUp: Bool = true, labels: [String: String] = [:],
        watchdog: WatchdogAction? = nil, publish ports: [String] = []
    ) throws -> Instance {
        let limits = try iops.map { try DiskLimits(rates: .init(operations: $0)) }
        let overlay = Disk(.image(try ImageName("tiny"), size: nil), limits: limits)
        return try Instance(
            name: InstanceName(name), vcpus: VCPUCount(vcpus), maximumVCPUs: VCPUCount(3),
            memory: MemorySize(.mebibytes(128)), disks: [overlay],
            interfaces: [
                Interface(
                    network: .user(publish: ports.map { try PublishedPort(parsing: $0) }),
                    device: .init(isLinkUp: isLinkUp))
            ], watchdog: watchdog, labels: Labels(labels))
    }
}
