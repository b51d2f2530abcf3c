// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainPlanning
import DomainXML
import Foundation
import Glibc
import HostFiles
import InstanceModel
import SystemPackage

extension DeviceFacts {
    /// The facts of the host that was chosen; what only its own file system tells is not known of another machine.
    init(_ document: DomainCapabilitiesDocument, choice: ConnectionChoice, account: GuestAccount) {
        let socket = "/dev/vhost-vsock"
        let opensSocket = choice.isPrivileged ? access(socket, F_OK) == 0 : account.mayOpen(socket)
        self.init(
            graphics: Set(document.values(of: "graphics", "type")),
            videos: Set(document.values(of: "video", "modelType")), hasVSock: choice.isLocal ? opensSocket : nil,
            hasVirtioFS: document.supportsVirtioFS && (!choice.isLocal || VirtioFSDaemon.isInstalled),
            launchSecurity: document.launchSecurity,
            hostDevices: choice.isLocal ? .present : nil)
    }
}

extension DeviceFacts.HostDevices {
    /// The devices that sysfs shows.
    static var present: Self {
        let addresses = names(in: "/sys/bus/pci/devices")
        let kinds = addresses.compactMap { address -> (String, String)? in
            let number = { (file: String) -> String? in
                // Written as 0x8086.
                HostFile.kernelText(FilePath("/sys/bus/pci/devices/\(address)/\(file)"))?.filter { !$0.isWhitespace }
                    .split(separator: "x").last.map(String.init)
            }
            guard let vendor = number("vendor"), let device = number("device") else { return nil }
            return (address, "\(vendor):\(device)")
        }
        let usb = names(in: "/sys/bus/usb/devices").compactMap { name -> String? in
            let number = { (file: String) in
                HostFile.kernelText(FilePath("/sys/bus/usb/devices/\(name)/\(file)"))?.filter { !$0.isWhitespace }
            }
            guard let vendor = number("idVendor"), let product = number("idProduct") else { return nil }
            return "\(vendor):\(product)"
        }
        return Self(
            pci: Set(addresses), pciIdentities: Dictionary(uniqueKeysWithValues: kinds),
            mediated: Set(names(in: "/sys/bus/mdev/devices")),
            usb: Set(usb))
    }

    /// What a directory of sysfs holds; nothing where the kernel has no such bus.
    private static func names(in directory: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    }
}

extension DomainCapabilitiesDocument {
    /// The ways to keep a guest's memory from the host that work here, as documents name them.
    fileprivate var launchSecurity: Set<String> {
        var kinds: Set<String> = []
        if supportsFeature("sev") { kinds.insert(InstanceModel.LaunchSecurity.Kind.sev.rawValue) }
        if maximumSEVESGuests > 0 { kinds.insert(InstanceModel.LaunchSecurity.Kind.sevES.rawValue) }
        if launchSecurityKinds.contains(.sevSNP) { kinds.insert(InstanceModel.LaunchSecurity.Kind.sevSNP.rawValue) }
        if launchSecurityKinds.contains(.tdx) { kinds.insert(InstanceModel.LaunchSecurity.Kind.tdx.rawValue) }
        return kinds
    }
}
