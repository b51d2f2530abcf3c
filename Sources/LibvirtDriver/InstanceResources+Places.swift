// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainPlanning
import DomainXML
import InstanceModel
import Networking
import Storage
import SystemPackage

extension InstanceResources {
    /// Where the resources of an instance lie.
    ///
    /// - Parameters:
    ///   - instance: the instance, with its MAC addresses.
    ///   - id: its identity.
    ///   - files: the instances' files.
    ///   - image: the file of a stored image; nil where there is none.
    ///   - agentSocket: where the agent's socket goes; nil leaves it to libvirt.
    ///   - socketDirectory: where the sockets of screen, channels and serial ports go; nil leaves them to libvirt.
    init(
        of instance: Instance, id: InstanceID, in files: InstanceFiles, image: (ImageName) -> BackingChain.Layer?,
        agentSocket: String?, socketDirectory: String?
    ) {
        self.init(
            disks: instance.disks.enumerated().map { index, disk in
                let base = disk.image.flatMap(image)
                let path = disk.isCDROM ? base?.file : nil
                return DiskFile(path: path ?? files.diskPath(index, of: id).string, base: base)
            },
            seed: instance.cloudInit == nil ? nil : files.seedPath(of: id).string,
            kernel: instance.boot.flatMap { image($0.kernel)?.file },
            initrd: instance.boot?.initrd.flatMap { image($0)?.file },
            consoleLog: files.consoleLogPath(of: id).string,
            firmwareVariables: files.firmwareVariablesPath(of: id).string, agentSocket: agentSocket,
            socketDirectory: socketDirectory,
            taps: Dictionary(
                uniqueKeysWithValues: instance.bridgedInterfaces.map { ($0, TapDevice(instance: id, index: $0).name) }))
    }
}
