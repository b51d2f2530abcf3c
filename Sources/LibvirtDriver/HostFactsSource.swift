// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainPlanning
import DomainXML
import Glibc
import Libvirt
import SystemPackage

/// The host's facts, read from libvirt when they are first needed and again after a reconnect.
actor HostFactsSource {
    private let link: HypervisorLink
    private let instances: FilePath
    private let account: GuestAccount
    private let choice: ConnectionChoice
    private var known: (connection: Connection, facts: HostFacts)?

    /// How long libvirt may take to tell: the first time it starts every QEMU to ask it.
    private static let limit: Duration = .seconds(90)

    init(link: HypervisorLink, instances: FilePath, account: GuestAccount, choice: ConnectionChoice) {
        self.link = link
        self.instances = instances
        self.account = account
        self.choice = choice
    }

    /// The facts.
    ///
    /// - Parameter deadline: When to give up connecting; what libvirt is asked then has its own limit.
    /// - Returns: What was read over the connection that is open now.
    /// - Throws: `hostUnavailable`, `deadlineExceeded`; `unsupported` where libvirt there has no QEMU that Roost can
    ///   use.
    func facts(until deadline: ContinuousClock.Instant? = nil) async throws(ComputeError) -> HostFacts {
        let connection = try await link.connection(until: deadline)
        if let known, known.connection === connection { return known.facts }
        let facts = try await Self.read(
            connection, account: account, hasDirectIO: DirectIO.works(in: instances.nearestExisting),
            choice: choice)
        known = (connection, facts)
        return facts
    }

    private static func read(
        _ connection: Connection, account: GuestAccount, hasDirectIO: Bool, choice: ConnectionChoice
    ) async throws(ComputeError) -> HostFacts {
        var document = try await domainCapabilities(connection, virtualizationType: nil)
        let promisesKVM = document.hypervisor == .kvm
        let usesKVM = promisesKVM && HardwareVirtualization.read(for: account).isPlausible
        if promisesKVM, !usesKVM {
            document = try await domainCapabilities(connection, virtualizationType: "qemu")
        }
        guard let emulator = document.emulator, let machine = document.machine,
            let architecture = document.architecture
        else {
            throw ComputeError(.failed, subject: "host", message: "libvirt's domain capabilities are not complete")
        }
        let version: Version
        do throws(LibvirtError) {
            version = try await connection.libraryVersion(deadline: .now + limit)
        } catch {
            throw ComputeError(error, subject: "host", change: false)
        }
        let host = try await capabilities(connection)
        return HostFacts(
            architecture: architecture, emulator: emulator, machine: machine,
            accelerator: usesKVM ? .kvm : .emulation, maximumVCPUs: document.maximumProcessors ?? 1,
            processorModels: document.usableProcessorModels,
            firmware: HostFacts.FirmwareFacts(
                hasUEFI: document.firmwares.contains(.efi),
                hasSecureBoot: document.firmwares.contains(.efi) && document.supportsSecureLoader),
            emulatesTPM: document.supportsEmulatedTPM, hasDirectIO: hasDirectIO,
            libvirtVersion: version.description, isPrivileged: choice.isPrivileged,
            topology: host.flatMap(topology),
            devices: DeviceFacts(document, choice: choice, account: account),
            fastMachine: host?.guest(architecture: architecture)?.canonicalMachine("pc"))
    }

    /// What the host is and can run; nil where libvirt tells nothing of it that can be read.
    private static func capabilities(_ connection: Connection) async throws(ComputeError) -> CapabilitiesDocument? {
        let xml: String
        do throws(LibvirtError) {
            xml = try await connection.capabilities(deadline: .now + limit)
        } catch {
            throw ComputeError(error, subject: "host", change: false)
        }
        return try? CapabilitiesDocument(parsing: xml)
    }

    /// The host's processors and memory; nil where libvirt tells none that can be read.
    private static func topology(_ capabilities: CapabilitiesDocument) -> HostTopology? {
        let cells = capabilities.hostCells
        guard !cells.isEmpty else { return nil }
        return HostTopology(
            cells: cells.map { cell in
                let pages = cell.pages.map { HostTopology.HugePages(kibibytes: $0.kibibytes, count: $0.count) }
                return HostTopology.Cell(
                    id: cell.id, memoryKiB: cell.memoryKiB, hugePages: pages, cores: cell.cores)
            })
    }

    /// What libvirt's QEMU can do with the host's own architecture; without a type, by its best way to run a guest.
    static func domainCapabilities(
        _ connection: Connection, virtualizationType: String?
    ) async throws(ComputeError) -> DomainCapabilitiesDocument {
        let xml: String
        do throws(LibvirtError) {
            xml = try await connection.domainCapabilities(
                architecture: Self.architecture, machine: Self.machine, virtualizationType: virtualizationType,
                deadline: .now + limit)
        } catch {
            let cause = ComputeError(error, subject: "host", change: false)
            // Only an answer of libvirt's tells something about its QEMU.
            let unrelated: [ComputeError.Code] = [
                .hostUnavailable, .deadlineExceeded, .cancelled, .exhausted, .denied, .busy,
            ]
            guard !unrelated.contains(cause.code) else {
                throw cause
            }
            throw ComputeError(
                .unsupported, subject: "host",
                message: "libvirt there has no QEMU that Roost can use: \(cause.message)",
                hint: "install qemu-system-x86; `roost doctor` shows what is missing", libvirt: cause.libvirt)
        }
        guard let document = try? DomainCapabilitiesDocument(parsing: xml) else {
            throw ComputeError(.failed, subject: "host", message: "libvirt's domain capabilities cannot be read")
        }
        return document
    }

    #if arch(arm64)
    private static let architecture = "aarch64"
    private static let machine = "virt"
    #else
    private static let architecture = "x86_64"
    private static let machine = "q35"
    #endif
}

/// Whether files can be read and written past the host's cache.
enum DirectIO {
    /// Tries to open a temporary file in `directory` with O_DIRECT (open(2)); tmpfs and some others refuse.
    static func works(in directory: FilePath) -> Bool {
        // O_TMPFILE makes a file without a name, which is gone with its descriptor.
        let descriptor = open(directory.string, temporaryFile | flag | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        close(descriptor)
        return true
    }

    /// `O_DIRECT`, which glibc shows to GNU sources only; ARM has its own number.
    private static let flag: Int32 = {
        #if arch(arm64) || arch(arm)
        return 0o200000
        #else
        return 0o40000
        #endif
    }()

    /// `O_TMPFILE` of Linux on every architecture that Swift has, which its importer cannot see: a macro of macros.
    private static let temporaryFile: Int32 = 0o20000000 | O_DIRECTORY
}

extension FilePath {
    /// The path itself, or the nearest one above it that exists.
    var nearestExisting: FilePath {
        var path = self
        while access(path.string, F_OK) != 0, path != "/" { path.removeLastComponent() }
        return path
    }
}
