// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt
import Glibc

extension Domain {
    /// Changes how many virtual CPUs it has.
    ///
    /// `virDomainSetVcpusFlags`, libvirt 0.8.5. Blocks, in the lane `long`: a running guest has to let go of those that
    /// are taken away, and has five seconds for that.
    ///
    /// - Parameters:
    ///   - count: The number, from 1 to the most that there can be.
    ///   - scope: The running guest, the definition, or both.
    ///   - deadline: When to give up.
    /// - Throws: `reported` with `invalidArgument` for more than there can be, `operationInvalid` for the live scope of
    ///   a guest that does not run, `operationFailed` or `operationTimeout` where the guest keeps what it is to let go
    ///   of; as ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func setVCPUCount(
        _ count: UInt32, scope: DomainScope = .current, deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) {
        try await handle.status(
            "virDomainSetVcpusFlags", lane: .long, deadline: deadline, access: .machine, isAwaited: true
        ) {
            virDomainSetVcpusFlags($0, count, scope.rawValue)
        }
    }

    /// Changes how fast its guest may use a disk.
    ///
    /// `virDomainSetBlockIoTune`, libvirt 0.9.8. Blocks, in the lane `control`.
    ///
    /// - Parameters:
    ///   - limits: By libvirt's name (`VIR_DOMAIN_BLOCK_IOTUNE_TOTAL_IOPS_SEC` and so on): bytes or operations a
    ///     second, and seconds for the length of bursts; 0 is no limit. What is not among them stays, except that a sum
    ///     and its parts exclude each other.
    ///   - disk: The disk's target, such as `vda`.
    ///   - scope: The running guest, the definition, or both.
    ///   - deadline: When to give up.
    /// - Throws: `reported` with `invalidArgument` for limits that do not go together and for a disk that is not there,
    ///   `operationInvalid` for the live scope of a guest that does not run; as
    ///   ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func setBlockLimits(
        _ limits: [String: UInt64], ofDisk disk: String, scope: DomainScope = .current,
        deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) {
        let name: StaticString = "virDomainSetBlockIoTune"
        let disk = try whole(disk, "a disk's target", of: name)
        try await handle.call(name, lane: .control, deadline: deadline, access: .machine, isAwaited: true) {
            domain throws(LibvirtError) in
            var list: virTypedParameterPtr?
            var (count, room): (Int32, Int32) = (0, 0)
            // SAFETY: libvirt made the list, of `count` parameters, and frees it with them.
            defer { virTypedParamsFree(list, count) }
            for (limit, value) in limits {
                try succeeded(
                    "virTypedParamsAddULLong", virTypedParamsAddULLong(&list, &count, &room, limit, value))
            }
            try succeeded(name, virDomainSetBlockIoTune(domain, disk, list, count, scope.rawValue))
        }
    }

    /// Changes a device that is there, such as the link of an interface.
    ///
    /// `virDomainUpdateDeviceFlags`, libvirt 0.8.0. Blocks, in the lane `control`.
    ///
    /// - Parameters:
    ///   - xml: The device's whole element, as it is to be; an interface is found by its MAC address.
    ///   - scope: The running guest, the definition, or both.
    ///   - deadline: When to give up.
    /// - Throws: `reported` with `operationUnsupported` where something else differs than can be changed,
    ///   `operationInvalid` for the live scope of a guest that does not run; as
    ///   ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func updateDevice(
        _ xml: String, scope: DomainScope = .current, deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) {
        let name: StaticString = "virDomainUpdateDeviceFlags"
        let xml = try whole(xml, "a device's document", of: name)
        try await handle.status(name, lane: .control, deadline: deadline, access: .machine, isAwaited: true) {
            virDomainUpdateDeviceFlags($0, xml, scope.rawValue)
        }
    }

    /// Adds a device.
    ///
    /// `virDomainAttachDeviceFlags`, libvirt 0.7.7. Blocks, in the lane `control`, until QEMU has opened what is behind
    /// it.
    ///
    /// - Parameters:
    ///   - xml: The device's element, with an alias and an address of its own.
    ///   - scope: The running guest, the definition, or both.
    ///   - deadline: When to give up.
    /// - Throws: `reported` with `internalError` for a place that is taken, `operationFailed` for a target that is,
    ///   `operationInvalid` for the live scope of a guest that does not run; as
    ///   ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func attachDevice(
        _ xml: String, scope: DomainScope = .current, deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) {
        let name: StaticString = "virDomainAttachDeviceFlags"
        let xml = try whole(xml, "a device's document", of: name)
        try await handle.status(name, lane: .control, deadline: deadline, access: .machine, isAwaited: true) {
            virDomainAttachDeviceFlags($0, xml, scope.rawValue)
        }
    }

    /// Removes a device from the definition, or asks a running guest to let go of one: `DEVICE_REMOVED` tells that it
    /// did.
    ///
    /// `virDomainDetachDeviceAlias`, libvirt 4.4. Blocks, in the lane `control`.
    ///
    /// - Parameters:
    ///   - alias: The device's alias.
    ///   - scope: The running guest, the definition, or both.
    ///   - deadline: When to give up.
    /// - Throws: `reported` with `deviceMissing` where there is none of this alias, `operationInvalid` for the live
    ///   scope of a guest that does not run; as ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func detachDevice(
        alias: String, scope: DomainScope = .current, deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) {
        let name: StaticString = "virDomainDetachDeviceAlias"
        let alias = try whole(alias, "a device's alias", of: name)
        try await handle.status(name, lane: .control, deadline: deadline, access: .machine, isAwaited: true) {
            virDomainDetachDeviceAlias($0, alias, scope.rawValue)
        }
    }
}
