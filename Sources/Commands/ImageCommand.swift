// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import ArgumentParser
import Compute
import InstanceModel
import SystemPackage

/// `roost image`: the store of images.
struct ImageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image",
        abstract: "Keep the images that instances start from.",
        discussion: """
            Examples:
              roost image add debian-12 debian-12.qcow2 --format qcow2
              roost image list
              roost image delete debian-12
            """,
        subcommands: [
            ImageAddCommand.self, ImageListCommand.self, ImageShowCommand.self, ImageDeleteCommand.self,
        ])
}

/// `roost image add`: copies a file into the store.
struct ImageAddCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Put a file into the store as an image.",
        discussion: """
            The format is what you say, never guessed from the file's content. Images with backing files, parents, \
            data files or encryption are refused, and so are files that are dressed as another format. What is not \
            qcow2, raw or iso is converted to qcow2; qcow2 and raw are what is kept. A compressed file is expanded \
            first, to at most 1,000 times its size (1 GiB at least). The file - is standard input.

            Examples:
              roost image add debian-12 debian-12.qcow2 --format qcow2
              roost image add my-kernel vmlinuz --format raw --kind kernel
              roost image add appliance appliance.vmdk --format vmdk
              curl -sL URL | roost image add disk - --format raw --compression xz --sha256 HEX
            """)
    static let effect = CommandEffect.changes

    @Argument(help: "The image's name.")
    var name: String

    @Argument(help: "The file; - is standard input.", completion: .file())
    var file: String

    @Option(help: "The file's format.")
    var format: FormatArgument

    @Option(help: "How the file is compressed; its format is that of what is inside.")
    var compression: CompressionArgument?

    @Option(help: ArgumentHelp("What the SHA-256 of the file, as it is given, must be.", valueName: "hex"))
    var sha256: String?

    @Option(help: "What the image is for.")
    var kind: KindArgument = .disk

    @OptionGroup(title: "Global options") var global: GlobalOptions

    /// An image's format on the command line.
    enum FormatArgument: String, ExpressibleByArgument, CaseIterable {
        case qcow2
        case raw
        case iso
        case vmdk
        case vdi
        case vhdx
        case vhd

        var format: ImageSource.Format {
            switch self {
            case .qcow2: .qcow2
            case .raw: .raw
            case .iso: .iso
            case .vmdk: .vmdk
            case .vdi: .vdi
            case .vhdx: .vhdx
            case .vhd: .vhd
            }
        }
    }

    /// A file's compression on the command line.
    enum CompressionArgument: String, ExpressibleByArgument, CaseIterable {
        case gzip
        case zstd
        case xz

        var compression: ImageSource.Compression {
            switch self {
            case .gzip: .gzip
            case .zstd: .zstd
            case .xz: .xz
            }
        }
    }

    /// An image's kind on the command line.
    enum KindArgument: String, ExpressibleByArgument, CaseIterable {
        case disk
        case kernel
        case initrd

        var kind: ImageKind {
            switch self {
            case .disk: .disk
            case .kernel: .kernel
            case .initrd: .initrd
            }
        }
    }

    func run() async throws {
        let name = try ImageName(argument: name)
        let source = ImageSource(
            try input(), format: format.format, compression: compression?.compression, sha256: try digest())
        let session = try await Session.open(global)
        let status = try await session.driver.addImage(
            name, from: source, kind: kind.kind, context: session.operation())
        try session.presenter.result(status.outputValue) {
            global.quiet ? "\(status.name)\n" : "\(status.name) added, sha-256 \(TerminalText.line(status.sha256))\n"
        }
    }

    private func input() throws -> ImageSource.Input {
        let surroundings = CommandScope.current.composition.surroundings
        guard file == "-" else { return .file(surroundings.workingDirectory.pushing(FilePath(file)).string) }
        guard !surroundings.input.isTerminal else {
            throw UsageFailure(
                "standard input is a terminal, and images are not typed", hint: "pipe a file to it: COMMAND | roost …")
        }
        return .descriptor(0)
    }

    private func digest() throws -> ImageDigest? {
        guard let sha256 else { return nil }
        guard let digest = ImageDigest(sha256) else {
            throw UsageFailure("--sha256 has 64 hexadecimal digits", hint: "sha256sum FILE prints them")
        }
        return digest
    }
}

/// `roost image list`: all images.
struct ImageListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the images.",
        discussion: """
            With --quiet only the names, one a line. With -o json an array of images.

            Examples:
              roost image list
              roost image list -o json
            """,
        aliases: ["ls"])
    static let effect = CommandEffect.reads

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let session = try await Session.open(global)
        let images = try await session.driver.images(context: session.operation())
        if images.isEmpty, session.presenter.surroundings.output.isTerminal {
            session.presenter.note("there are no images; `roost image add NAME FILE --format qcow2` adds one")
        }
        try session.presenter.result(.array(images.map(\.outputValue))) {
            global.quiet ? images.map { "\($0.name)\n" }.joined() : Self.table(images)
        }
    }

    private static func table(_ images: [ImageStatus]) -> String {
        var table = TextTable(["NAME", "KIND", "FORMAT", "SIZE", "FILE", "USED BY", "ADDED"])
        for image in images {
            table.append([
                image.name.description, image.kind.rawValue, image.format.rawValue, image.virtualSize.approximateText,
                image.fileSize.approximateText, String(image.usedBy.count), Timestamp.text(image.addedAt),
            ])
        }
        return table.text
    }
}

/// `roost image show`: one image.
struct ImageShowCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show an image, with its digest and the instances that use it.",
        discussion: """
            Examples:
              roost image show debian-12
            """)
    static let effect = CommandEffect.reads

    @Argument(help: "The image's name.")
    var name: String

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let name = try ImageName(argument: name)
        let session = try await Session.open(global)
        let image = try await session.driver.image(name, context: session.operation())
        try session.presenter.result(image.outputValue) { image.text }
    }
}

/// `roost image delete`: deletes images.
struct ImageDeleteCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete images that no instance uses.",
        discussion: """
            Examples:
              roost image delete debian-12
            """,
        aliases: ["rm"])
    static let effect = CommandEffect.changes

    @Argument(help: "The images' names.")
    var names: [String]

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run() async throws {
        let parsed = try names.map { try ImageName(argument: $0) }
        let session = try await Session.open(global)
        let references = parsed.map(\.description)
        try await OneByOne(presenter: session.presenter, references: references).each("deleted") { reference in
            try await session.driver.deleteImage(try ImageName(argument: reference), context: session.operation())
            let value = OutputValue.object([.init("name", .string(reference)), .init("deleted", .boolean(true))])
            return OneByOne.Done(name: reference, value: value)
        }
    }
}
