// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Crypto

extension InstanceDocument {
    /// The instance as canonical JSON without secrets: equal instances give equal text, byte for byte.
    ///
    /// Of user data only the SHA-256 is kept, as `user_data_sha256`; network data is left out. The text is one line
    /// without control characters, so that it may stand in XML. ``parseStored(_:)`` reads it back.
    public static func stored(_ instance: Instance) -> String {
        var members: [String: CanonicalJSON] = [
            "version": .integer(1),
            "name": .string(instance.name.description),
            "vcpus": .integer(instance.vcpus.value),
            "memory": .string(instance.memory.size.description),
            "disks": .array(instance.disks.map(disk)),
            "interfaces": .array(instance.interfaces.map(interface)),
            "agent": .boolean(instance.agent),
            "labels": .object(instance.labels.pairs.mapValues(CanonicalJSON.string)),
        ]
        members["boot"] = instance.boot.map(boot)
        members["cloud_init"] = instance.cloudInit.map(cloudInit)
        return CanonicalJSON.object(members).text
    }

    private static func boot(_ boot: DirectBoot) -> CanonicalJSON {
        var members: [String: CanonicalJSON] = ["kernel": .string(boot.kernel.description)]
        members["initrd"] = boot.initrd.map { .string($0.description) }
        if !boot.commandLine.isEmpty { members["command_line"] = .string(boot.commandLine) }
        return .object(members)
    }

    private static func disk(_ disk: Disk) -> CanonicalJSON {
        switch disk {
        case .blank(let size): return .object(["size": .string(size.size.description)])
        case .image(let image, let size):
            var members: [String: CanonicalJSON] = ["image": .string(image.description)]
            members["size"] = size.map { .string($0.size.description) }
            return .object(members)
        }
    }

    private static func interface(_ interface: Interface) -> CanonicalJSON {
        var members: [String: CanonicalJSON] = [:]
        switch interface.network {
        case .bridge(let name): members["network"] = .object(["bridge": .string(name.description)])
        case .user(let publish):
            members["network"] = .string("user")
            if !publish.isEmpty { members["publish"] = .array(publish.map { .string($0.description) }) }
        }
        members["mac"] = interface.mac.map { .string($0.description) }
        return .object(members)
    }

    private static func cloudInit(_ cloudInit: CloudInit) -> CanonicalJSON {
        var members: [String: CanonicalJSON] = [:]
        members["hostname"] = cloudInit.hostname.map { .string($0.description) }
        if !cloudInit.sshKeys.isEmpty {
            members["ssh_keys"] = .array(cloudInit.sshKeys.map { .string($0.description) })
        }
        members["user_data_sha256"] = cloudInit.userData.map { .string($0.sha256) }
        return .object(members)
    }
}

extension UserData {
    /// The SHA-256 of the text, 64 hexadecimal digits in lower case.
    public var sha256: String {
        switch self {
        case .digest(let digest): digest
        case .text(let secret):
            secret.expose { text in
                SHA256.hash(data: Array(text.utf8)).map { byte in
                    (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }.joined()
            }
        }
    }
}
