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
        members["maximum_vcpus"] = instance.maximumVCPUs.map { .integer($0.value) }
        members["cpu"] = instance.processor.map(processor)
        members["firmware"] = instance.firmware.map(firmware)
        if instance.hasTPM { members["tpm"] = .boolean(true) }
        members["watchdog"] = instance.watchdog.map { .object(["action": .string($0.rawValue)]) }
        if instance.hasPanicDevice { members["panic_device"] = .boolean(true) }
        members["cloud_init"] = instance.cloudInit.map(cloudInit)
        members.merge(storedResources(of: instance)) { first, _ in first }
        members.merge(peripherals(instance.peripherals)) { first, _ in first }
        members.merge(platform(instance.platform)) { first, _ in first }
        return CanonicalJSON.object(members).text
    }

    private static func boot(_ boot: DirectBoot) -> CanonicalJSON {
        var members: [String: CanonicalJSON] = ["kernel": .string(boot.kernel.description)]
        members["initrd"] = boot.initrd.map { .string($0.description) }
        if !boot.commandLine.isEmpty { members["command_line"] = .string(boot.commandLine) }
        return .object(members)
    }

    private static func processor(_ processor: Processor) -> CanonicalJSON {
        var members: [String: CanonicalJSON] = [:]
        members["model"] = processor.model.map { .string($0.name) }
        if !processor.required.isEmpty {
            members["require"] = .array(processor.required.map { .string($0.description) })
        }
        if !processor.forced.isEmpty {
            members["force"] = .array(processor.forced.map { .string($0.description) })
        }
        members["migratable"] = processor.isMigratable.map(CanonicalJSON.boolean)
        if !processor.disabled.isEmpty {
            members["disable"] = .array(processor.disabled.map { .string($0.description) })
        }
        members["topology"] = processor.topology.map { topology in
            .object([
                "sockets": .integer(topology.sockets), "dies": .integer(topology.dies),
                "cores": .integer(topology.cores), "threads": .integer(topology.threads),
            ])
        }
        members.merge(storedTuning(processor.tuning)) { first, _ in first }
        return .object(members)
    }

    private static func firmware(_ firmware: Firmware) -> CanonicalJSON {
        switch firmware {
        case .bios: .string("bios")
        case .uefi(secureBoot: false): .string("uefi")
        case .uefi(secureBoot: true): .object(["type": .string("uefi"), "secure_boot": .boolean(true)])
        }
    }

    static func limits(_ limits: DiskLimits) -> CanonicalJSON {
        var members = rates(limits.rates)
        if let burst = limits.burst {
            members["burst"] = .object(rates(burst.rates))
            if burst.seconds != 1 { members["burst_seconds"] = .integer(burst.seconds) }
        }
        return .object(members)
    }

    private static func rates(_ rates: DiskLimits.Rates) -> [String: CanonicalJSON] {
        var members: [String: CanonicalJSON] = [:]
        members["bytes"] = rates.bytes.map { .string($0.description) }
        members["read_bytes"] = rates.readBytes.map { .string($0.description) }
        members["write_bytes"] = rates.writeBytes.map { .string($0.description) }
        members["iops"] = rates.operations.map(CanonicalJSON.integer)
        members["read_iops"] = rates.readOperations.map(CanonicalJSON.integer)
        members["write_iops"] = rates.writeOperations.map(CanonicalJSON.integer)
        return members
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
