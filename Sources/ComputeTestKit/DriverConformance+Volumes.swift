// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel

/// What the ports promise of volumes.
extension DriverConformance {
    func keepsVolumes() async throws {
        let request = try VolumeRequest(name: VolumeName("conformance-1"), size: DiskSize(.mebibytes(4)))
        let made = try await calling("create volume") { () throws(ComputeError) in
            try await driver.createVolume(request, context: context)
        }
        try expect(made.attachedTo == nil, "nobody has a new volume")
        try await refused(.conflict, "create of a taken name") { () throws(ComputeError) in
            _ = try await driver.createVolume(request, context: context)
        }
        try await withInstance("conformance-1", until: .agent(within: patience)) { instance in
            let attached = try await calling("attach") { () throws(ComputeError) in
                try await driver.attach(made.name, to: instance.id, options: AttachOptions(), context: context)
            }
            try expect(attached.isLive && attached.serial == made.serial, "a running instance has it at once")
            try expect(try await holder(of: made) == instance.id, "the volume tells who has it")
            try await refused(.conflict, "attach of what is attached") { () throws(ComputeError) in
                _ = try await driver.attach(made.name, to: instance.id, options: AttachOptions(), context: context)
            }
            try await refused(.conflict, "delete of what is attached") { () throws(ComputeError) in
                try await driver.deleteVolume(made.name, context: context)
            }
            try await calling("detach") { () throws(ComputeError) in
                try await driver.detach(made.name, from: instance.id, within: patience, context: context)
            }
            try expect(try await holder(of: made) == nil, "nobody has a volume that was detached")
            try await refused(.notFound, "detach of what is not attached") { () throws(ComputeError) in
                try await driver.detach(made.name, from: instance.id, within: patience, context: context)
            }
        }
        try await calling("delete volume") { () throws(ComputeError) in
            try await driver.deleteVolume(made.name, context: context)
        }
    }

    private func holder(of volume: VolumeStatus) async throws -> InstanceID? {
        try await calling("volume") { () throws(ComputeError) in
            try await driver.volume(volume.name, context: context)
        }.attachedTo
    }

    /// A stranger learns of no volume, and changes none.
    func deniesVolumes(_ context: OperationContext) async throws {
        let request = try VolumeRequest(name: VolumeName("conformance-0"), size: DiskSize(.mebibytes(4)))
        try await refused(.denied, "create of a volume by a stranger") { () throws(ComputeError) in
            _ = try await driver.createVolume(request, context: context)
        }
        try await refused(.denied, "volumes by a stranger") { () throws(ComputeError) in
            _ = try await driver.volumes(context: context)
        }
        try await refused(.denied, "volume by a stranger") { () throws(ComputeError) in
            _ = try await driver.volume(request.name, context: context)
        }
        try await refused(.denied, "delete of a volume by a stranger") { () throws(ComputeError) in
            try await driver.deleteVolume(request.name, context: context)
        }
    }
}
