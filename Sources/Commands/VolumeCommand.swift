// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import InstanceModel

/// `roost volume`: disks with a life of their own.
struct VolumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "volume",
        abstract: "Keep volumes, and give them to instances.",
        discussion: """
            A volume is a disk with a life of its own: it is given to an instance, taken away, and given to another \
            one, and stays when an instance is deleted. The guest finds it by its serial number, below \
            /dev/disk/by-id.

            Examples:
              roost volume create data --size 20GiB
              roost volume attach data web-1
              roost volume detach data web-1
              roost volume delete data
            """,
        subcommands: [
            VolumeCreateCommand.self, VolumeListCommand.self, VolumeShowCommand.self, VolumeDeleteCommand.self,
            VolumeAttachCommand.self, VolumeDetachCommand.self,
        ])
}

/// `roost volume create`: makes an empty volume.
struct VolumeCreateCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make an empty volume.",
        discussion: """
            A raw volume is the fastest; qcow2 takes room only as it is written also where the file system has no \
            holes. --preallocate takes all of the room of a raw volume at once, and keeps what the guest gives back: \
            it never finds the host's disk full.

            Examples:
              roost volume create data --size 20GiB
              roost volume create db --size 100GiB --preallocate
            """)
    static let effect = CommandEffect.changes

    @Argument(help: "The volume's name.")
    var name: String

    @Option(help: "The size that a guest sees, such as 20GiB.")
    var size: String

    @Option(help: "The form of its bytes.")
    var format: FormatArgument = .raw

    @Flag(help: "Take all of the room at once.")
    var preallocate = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// A volume's format on the command line.
    enum FormatArgument: String, ExpressibleByArgument, CaseIterable {
        case raw
        case qcow2

        var format: VolumeFormat {
            switch self {
            case .raw: .raw
            case .qcow2: .qcow2
            }
        }
    }

    func run() async throws {
        let request = try request()
        let session = try await Session.open(global)
        let volume = try await session.driver.createVolume(request, context: session.operation())
        try session.presenter.result(volume.outputValue) {
            global.quiet ? "\(volume.name)\n" : "\(volume.name) created, serial \(TerminalText.line(volume.serial))\n"
        }
    }

    private func request() throws(ComputeError) -> VolumeRequest {
        let name = try VolumeName(argument: name)
        let text = size
        let size = try ComputeError.reading("size", of: "volume") { () throws(RuleViolation) in
            try DiskSize(ByteCount(parsing: text))
        }
        return try ComputeError.reading("format", of: "volume") { () throws(RuleViolation) in
            try VolumeRequest(name: name, size: size, format: format.format, isPreallocated: preallocate)
        }
    }
}

/// `roost volume list`: all volumes.
struct VolumeListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the volumes.",
        discussion: """
            With --quiet only the names, one a line. With -o json an array of volumes.

            Examples:
              roost volume list
              roost volume list -o json
            """,
        aliases: ["ls"])
    static let effect = CommandEffect.reads

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let session = try await Session.open(global)
        let volumes = try await session.driver.volumes(context: session.operation())
        if volumes.isEmpty, session.presenter.surroundings.output.isTerminal {
            session.presenter.note("there are no volumes; `roost volume create NAME --size 20GiB` makes one")
        }
        try session.presenter.result(.array(volumes.map(\.outputValue))) {
            global.quiet ? volumes.map { "\($0.name)\n" }.joined() : Self.table(volumes)
        }
    }

    private static func table(_ volumes: [VolumeStatus]) -> String {
        var table = TextTable(["NAME", "FORMAT", "SIZE", "ALLOCATED", "INSTANCE", "CREATED"])
        for volume in volumes {
            table.append([
                volume.name.description, volume.format.rawValue, volume.size.approximateText,
                volume.allocated.approximateText, volume.attachedTo?.description ?? "",
                Timestamp.text(volume.createdAt),
            ])
        }
        return table.text
    }
}

/// `roost volume show`: one volume.
struct VolumeShowCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a volume, with its serial number and the instance that has it.",
        discussion: """
            Examples:
              roost volume show data
            """)
    static let effect = CommandEffect.reads

    @Argument(help: "The volume's name.")
    var name: String

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let name = try VolumeName(argument: name)
        let session = try await Session.open(global)
        let volume = try await session.driver.volume(name, context: session.operation())
        try session.presenter.result(volume.outputValue) { volume.text }
    }
}

/// `roost volume delete`: deletes volumes.
struct VolumeDeleteCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete volumes that no instance has, with all that is in them.",
        discussion: """
            Examples:
              roost volume delete data
            """,
        aliases: ["rm"])
    static let effect = CommandEffect.changes

    @Argument(help: "The volumes' names.")
    var names: [String]

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let references = try names.map { try VolumeName(argument: $0).description }
        let session = try await Session.open(global)
        try await OneByOne(presenter: session.presenter, references: references).each("deleted") { reference in
            try await session.driver.deleteVolume(try VolumeName(argument: reference), context: session.operation())
            let value = OutputValue.object([.init("name", .string(reference)), .init("deleted", .boolean(true))])
            return OneByOne.Done(name: reference, value: value)
        }
    }
}

/// `roost volume attach`: gives an instance a volume.
struct VolumeAttachCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "attach",
        abstract: "Give an instance a volume, at once where it runs.",
        discussion: """
            The instance keeps it over restarts, until it is detached. An instance has a volume alone. The name that \
            is printed, such as vdb, is the usual one: the guest tells its disks by their serial numbers.

            Examples:
              roost volume attach data web-1
              roost volume attach data web-1 --bus scsi --read-only
            """)
    static let effect = CommandEffect.changes

    @Argument(help: "The volume's name.")
    var volume: String

    @Argument(help: "The instance.")
    var instance: String

    @Option(help: "The bus that the guest finds it on; sata only where the instance is off.")
    var bus: BusArgument = .virtio

    @Flag(help: "Let the guest read it only.")
    var readOnly = false

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// A bus on the command line.
    enum BusArgument: String, ExpressibleByArgument, CaseIterable {
        case virtio
        case scsi
        case sata

        var bus: Disk.Bus {
            switch self {
            case .virtio: .virtio
            case .scsi: .scsi
            case .sata: .sata
            }
        }
    }

    func run() async throws {
        let name = try VolumeName(argument: volume)
        let session = try await Session.open(global)
        let status = try await session.find(instance)
        let attached = try await session.driver.attach(
            name, to: status.id, options: AttachOptions(bus: bus.bus, isReadOnly: readOnly),
            context: session.operation())
        try session.presenter.result(attached.outputValue) {
            if global.quiet { return "\(name)\n" }
            let place = attached.isLive ? "as \(attached.target)" : "as \(attached.target), once it starts"
            return "\(name) attached to \(TerminalText.line(status.name)) \(place)\n"
        }
    }
}

/// `roost volume detach`: takes a volume from an instance.
struct VolumeDetachCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "detach",
        abstract: "Take a volume from an instance.",
        discussion: """
            A running guest is asked to let go of it, and has until --timeout (60 s where none is given). Unmount it \
            in the guest first. A guest that does not let go keeps it, and nothing is changed.

            Examples:
              roost volume detach data web-1
            """)
    static let effect = CommandEffect.changes

    @Argument(help: "The volume's name.")
    var volume: String

    @Argument(help: "The instance.")
    var instance: String

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let name = try VolumeName(argument: volume)
        let session = try await Session.open(global)
        let status = try await session.find(instance)
        try await session.driver.detach(
            name, from: status.id, within: global.gracePeriod, context: session.operation(allowance: .seconds(40)))
        let value = OutputValue.object([
            .init("volume", .string(name.description)), .init("instance", .string(status.id.description)),
            .init("detached", .boolean(true)),
        ])
        try session.presenter.result(value) {
            global.quiet ? "\(name)\n" : "\(name) detached from \(TerminalText.line(status.name))\n"
        }
    }
}
