// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Reads an instance from a document's tree, and everything that is wrong with it.
struct InstanceReader {
    /// Where the document comes from, which decides how it holds user data.
    enum Origin {
        /// A user, who gives the text.
        case user
        /// ``InstanceDocument/stored(_:)``, which keeps only a digest.
        case store
    }

    /// Gives the text that a document names.
    typealias Attachments = (String) throws(RuleViolation) -> String

    var reader = FieldReader()
    private let origin: Origin

    private init(origin: Origin) {
        self.origin = origin
    }

    /// The instance that `tree` describes.
    ///
    /// - Throws: ``InvalidSpec`` with all problems, in the document's order.
    static func read(
        _ tree: DocumentNode, from origin: Origin, attachments: Attachments
    ) throws(InvalidSpec) -> Instance {
        var reader = InstanceReader(origin: origin)
        let instance = try reader.readInstance(Field(node: tree, path: ""), attachments: attachments)
        let problems = reader.reader.problems
        guard problems.isEmpty, let instance else { throw InvalidSpec(problems: problems) }
        return instance
    }

    /// What a user's document may hold, by path.
    static var forms: DocumentForms {
        var reader = InstanceReader(origin: .user)
        reader.reader = .describing
        // Where a mapping or something else may stand, the reader looks which of them does.
        for content in [DocumentNode.Content.mapping([]), .scalar("", isPlain: false)] {
            let node = DocumentNode(content: content, position: DocumentNode.Position(line: 1, column: 0))
            _ = try? reader.readInstance(Field(node: node, path: ""), attachments: InstanceDocument.refuse)
        }
        return reader.reader.forms ?? DocumentForms()
    }

    private static let keys = [
        "version", "name", "vcpus", "maximum_vcpus", "cpu", "memory", "firmware", "tpm", "boot", "disks", "interfaces",
        "watchdog", "panic_device", "cloud_init", "agent", "labels", "io_threads", "maximum_memory", "memory_backing",
        "memory_devices", "balloon", "numa", "graphics", "video", "tablet", "vsock", "rng", "devices", "guest_os",
        "profile", "clock", "hyperv", "smbios", "on_crash", "on_reboot", "on_poweroff", "launch_security", "shares",
        "channels", "serial_ports",
    ]

    private mutating func readInstance(
        _ document: Field, attachments: Attachments
    ) throws(InvalidSpec) -> Instance? {
        guard let fields = reader.mapping(document, keys: Self.keys) else { return nil }
        checkVersion(in: fields)
        let name = reader.required("name", in: fields, example: "name: web-1").flatMap {
            reader.value($0, matching: InstanceName.pattern, InstanceName.init)
        }
        let vcpus = reader.required("vcpus", in: fields, example: "vcpus: 2").flatMap { readVCPUs($0) }
        let maximumVCPUs = fields["maximum_vcpus"].flatMap { readVCPUs($0) }
        let processor = fields["cpu"].flatMap { readProcessor($0) }
        let memory = reader.required("memory", in: fields, example: "memory: 2 GiB").flatMap {
            reader.size($0, MemorySize.init)
        }
        let memoryDetails = readMemoryDetails(in: fields)
        let ioThreads = fields["io_threads"].flatMap { readIOThreads($0) }
        let firmware = fields["firmware"].flatMap { readFirmware($0) }
        let hasTPM = fields["tpm"].map { reader.boolean($0) } ?? false
        let boot = fields["boot"].flatMap { readBoot($0) }
        let disks = fields["disks"].map { readDisks($0) } ?? []
        let interfaces = fields["interfaces"].map { readInterfaces($0) } ?? []
        let watchdog = fields["watchdog"].flatMap { readWatchdog($0) }
        let hasPanicDevice = fields["panic_device"].map { reader.boolean($0) } ?? false
        let cloudInit = fields["cloud_init"].flatMap { readCloudInit($0, attachments: attachments) }
        let peripherals = readPeripherals(fields)
        let platform = readPlatform(fields)
        let agent = fields["agent"].map { reader.boolean($0) } ?? true
        let labels = fields["labels"].map { readLabels($0) } ?? Labels()

        // Where the most cannot be read, nothing is measured by the number at the start.
        let isMostUnknown = fields["maximum_vcpus"] != nil && maximumVCPUs == nil
        let rules = InstanceRules(
            bootsKernel: fields["boot"] != nil, vcpus: isMostUnknown ? nil : vcpus, maximumVCPUs: maximumVCPUs,
            topology: processor?.topology,
            disks: disks ?? [nil], hasSeed: fields["cloud_init"] != nil,
            interfaces: interfaces?.map(\.claims) ?? [], peripherals: peripherals, platform: platform,
            firmware: fields["firmware"] != nil && firmware == nil ? .uefi(secureBoot: false) : firmware,
            processorModel: processor?.model, watchdog: watchdog)
        let resources = ResourceRules(
            mostVCPUs: fields["maximum_vcpus"] == nil ? vcpus?.value : maximumVCPUs?.value, memory: memory,
            details: memoryDetails, tuning: processor?.tuning,
            memorySharer: InstanceRules.memorySharer(peripherals, (interfaces ?? []).map(\.interface)),
            isEncrypted: platform.launchSecurity != nil)
        let fast = FastProfileRules(
            platform: platform, bootsKernel: fields["boot"] != nil, commandLine: boot?.commandLine, vcpus: vcpus,
            maximumVCPUs: maximumVCPUs, details: memoryDetails, firmware: firmware, hasTPM: hasTPM == true,
            hasPanicDevice: hasPanicDevice == true, watchdog: watchdog, disks: disks ?? [],
            interfaceCount: interfaces?.count ?? 0, peripherals: peripherals)
        for problem in rules.problems + resources.problems + fast.problems { reader.note(problem, in: document) }
        guard reader.problems.isEmpty, let name, let vcpus, let memory, let memoryDetails, let hasTPM, let disks,
            let interfaces, let hasPanicDevice, let agent, let labels
        else { return nil }
        return try Instance(
            name: name, vcpus: vcpus, maximumVCPUs: maximumVCPUs, processor: processor, memory: memory,
            memoryDetails: memoryDetails, ioThreads: ioThreads, firmware: firmware, hasTPM: hasTPM, boot: boot,
            disks: disks.compactMap(\.self), interfaces: interfaces.compactMap(\.interface), watchdog: watchdog,
            hasPanicDevice: hasPanicDevice,
            cloudInit: cloudInit, agent: agent, labels: labels, peripherals: peripherals, platform: platform)
    }

    private mutating func checkVersion(in fields: Fields) {
        guard let field = reader.required("version", in: fields, example: "version: 1"),
            let version = reader.integer(field, in: InstanceDocument.supportedRange),
            !InstanceDocument.supportedVersions.contains(version)
        else { return }
        let supported = InstanceDocument.supportedVersions.map(String.init).joined(separator: ", ")
        reader.note(
            RuleViolation(
                value: "\(version)", rule: "the supported versions are: \(supported)", remedy: "write version: 1"),
            at: field)
    }

    private mutating func readVCPUs(_ field: Field) -> VCPUCount? {
        guard let count = reader.integer(field, in: VCPUCount.range) else { return nil }
        return reader.attempt(at: field) { () throws(RuleViolation) in try VCPUCount(count) }
    }

    private mutating func readBoot(_ field: Field) -> DirectBoot? {
        guard let fields = reader.mapping(field, keys: ["kernel", "initrd", "command_line"]) else { return nil }
        let kernel = reader.required("kernel", in: fields, example: "kernel: debian-kernel").flatMap {
            reader.value($0, matching: ImageName.pattern, ImageName.init)
        }
        let initrd = fields["initrd"].flatMap { reader.value($0, matching: ImageName.pattern, ImageName.init) }
        let commandLine = fields["command_line"].flatMap { field in
            reader.value(field) { text throws(RuleViolation) in
                try DirectBoot.check(commandLine: text)
                return text
            }
        }
        guard let kernel else { return nil }
        return reader.attempt(at: field) { () throws(RuleViolation) in
            try DirectBoot(kernel: kernel, initrd: initrd, commandLine: commandLine ?? "")
        }
    }

    /// The disks, nil for each that is none; nil for something that is no list.
    private mutating func readDisks(_ field: Field) -> [Disk?]? {
        reader.sequence(field)?.map { readDisk($0) }
    }

    private mutating func readCloudInit(_ field: Field, attachments: Attachments) -> CloudInit? {
        let field = Field(node: field.node, path: field.path, isSecret: true)
        let keys =
            switch origin {
            case .user: ["hostname", "ssh_keys", "user_data", "user_data_file", "network_data"]
            case .store: ["hostname", "ssh_keys", "user_data_sha256"]
            }
        guard let fields = reader.mapping(field, keys: keys) else { return nil }
        let hostname = fields["hostname"].flatMap { field in
            reader.value(Field(node: field.node, path: field.path), matching: HostName.pattern, HostName.init)
        }
        let sshKeys = fields["ssh_keys"].flatMap { reader.sequence($0) }.map { items in
            items.compactMap { reader.value($0, SSHPublicKey.init) }
        }
        let userData = readUserData(in: fields, attachments: attachments)
        let networkData = fields["network_data"].flatMap { reader.value($0, Self.secret) }
        return CloudInit(
            hostname: hostname, sshKeys: sshKeys ?? [], userData: userData, networkData: networkData)
    }

    private mutating func readUserData(in fields: Fields, attachments: Attachments) -> UserData? {
        if let digest = fields["user_data_sha256"] {
            return reader.value(digest, Self.digest).map(UserData.digest)
        }
        let inline = fields["user_data"].flatMap { reader.value($0, Self.secret) }
        guard let file = fields["user_data_file"] else { return inline.map(UserData.text) }
        // A file's name is no secret.
        let shown = Field(node: file.node, path: file.path)
        guard let name = reader.text(shown) else { return nil }
        guard fields["user_data"] == nil else {
            reader.note(
                RuleViolation(
                    value: "", rule: "user data is given once, by `user_data` or by `user_data_file`",
                    remedy: "remove one of the two"),
                at: file)
            return nil
        }
        return reader.attempt(at: shown) { () throws(RuleViolation) in .text(try Self.secret(try attachments(name))) }
    }

    private static func secret(_ text: String) throws(RuleViolation) -> Secret {
        guard text.utf8.count <= CloudInit.maximumTextBytes else {
            throw RuleViolation(
                value: "\(text.utf8.count) bytes", rule: "user data and network data have at most 1 MiB each",
                remedy: "let the guest fetch what is larger")
        }
        return Secret(text)
    }

    private static func digest(_ text: String) throws(RuleViolation) -> String {
        let digits = "0123456789abcdef".utf8
        guard text.utf8.count == 64, text.utf8.allSatisfy(digits.contains) else {
            throw RuleViolation(
                value: text, rule: "a digest has 64 hexadecimal digits", remedy: "restore the stored document")
        }
        return text
    }

    private mutating func readLabels(_ field: Field) -> Labels? {
        guard let fields = reader.mapping(field), case .mapping(let entries) = field.node.content else { return nil }
        var pairs: [String: String] = [:]
        for (key, value) in fields.byKey {
            guard let text = reader.text(value) else { continue }
            pairs[key] = reader.attempt(at: value) { () throws(RuleViolation) in
                try Labels.check(value: text)
                return text
            }
        }
        for entry in entries {
            let path = "\(field.path).\(RuleViolation.displayable(entry.key))"
            do throws(RuleViolation) {
                try Labels.check(key: entry.key)
            } catch {
                reader.note(error, path: path, at: entry.position)
            }
        }
        guard fields.byKey.count <= Labels.maximumCount else {
            return reader.attempt(at: field) { () throws(RuleViolation) in throw Labels.tooMany(fields.byKey.count) }
        }
        return try? Labels(pairs)
    }
}
