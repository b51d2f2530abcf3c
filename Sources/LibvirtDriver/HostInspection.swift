// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainPlanning
import DomainXML
import Glibc
import HostFiles
import InstanceModel
import Libvirt
import Programs
import Storage
import SystemPackage

/// The checks of `roost doctor`: each is a line, and none of them ends the others.
struct HostInspection {
    let driver: LibvirtDriver

    /// Runs every check.
    func report() async -> HostReport {
        var checks = [connectionCheck(), accountCheck(), stateDirectoryCheck()] + (await libvirtChecks())
        if case .privateDaemon = driver.choice.target { checks.append(daemonCheck()) }
        checks += [memoryCheck(), diskCheck()] + programChecks()
        return HostReport(checks: checks)
    }

    private func libvirtChecks() async -> [HostCheck] {
        guard case .success = driver.guestAccount else {
            let finding = "not asked: there is no account to start the private daemon as"
            return [HostCheck(name: "libvirt", verdict: .warning, finding: finding)]
        }
        do throws(ComputeError) {
            return await checksOver(try await driver.link.connection())
        } catch {
            let finding = ([error.message] + error.details).joined(separator: "; ")
            return [
                HostCheck(
                    name: "libvirt", verdict: .bad, finding: finding,
                    remedy: error.hint ?? "install libvirt-daemon and qemu-system-x86")
            ]
        }
    }

    private func checksOver(_ connection: Connection) async -> [HostCheck] {
        var checks = [await versionCheck(connection)]
        do throws(ComputeError) {
            let facts = try await driver.facts.facts()
            checks.append(
                HostCheck(
                    name: "qemu", verdict: .good,
                    finding: "\(await qemuVersion(connection)) at \(facts.emulator), machine \(facts.machine)"))
            checks.append(virtualizationCheck(facts))
        } catch {
            checks.append(HostCheck(name: "qemu", verdict: .bad, finding: error.message, remedy: error.hint))
        }
        return checks + (await featureChecks(connection))
    }

    private func connectionCheck() -> HostCheck {
        let target =
            switch driver.choice.target {
            case .privateDaemon: "the private daemon in \(driver.state.path)"
            case .uri(let uri): "\(uri)"
            }
        return HostCheck(name: "connection", verdict: .good, finding: "\(target): \(driver.choice.reason)")
    }

    private func accountCheck() -> HostCheck {
        let account: GuestAccount
        switch driver.guestAccount {
        case .failure(let error):
            return HostCheck(name: "account", verdict: .bad, finding: error.message, remedy: error.hint)
        case .success(let found): account = found
        }
        guard account.userID != 0 else {
            return HostCheck(
                name: "account", verdict: .warning,
                finding: "there is no account libvirt-qemu, and libvirt there chooses what guests run as",
                remedy: "install libvirt-daemon-system where guests of the private daemon are wanted")
        }
        return HostCheck(
            name: "account", verdict: .good, finding: "guests run as \(account.name) (uid \(account.userID))")
    }

    private func stateDirectoryCheck() -> HostCheck {
        if let (path, error) = unwritable(driver.state.path) {
            return HostCheck(
                name: "state_directory", verdict: .bad, finding: "\(path) cannot be written: \(error)",
                remedy: "mount it writable, or choose another with --state-dir")
        }
        do throws(ComputeError) {
            guard driver.state.isPrepared else {
                return HostCheck(
                    name: "state_directory", verdict: .good,
                    finding: "\(driver.state.path) will be made when it is needed")
            }
            // One that is damaged refuses every command that changes something.
            _ = try driver.journals.existing()?.history(limit: 1)
            switch try driver.state.verifyIdentity() {
            case .matching, .unrecorded:
                return HostCheck(name: "state_directory", verdict: .good, finding: "\(driver.state.path)")
            case .moved(let differences):
                return HostCheck(
                    name: "state_directory", verdict: .bad, finding: differences.joined(separator: "; "),
                    remedy: "put it back where it was")
            case .movedBeforeBoot(let differences):
                return HostCheck(
                    name: "state_directory", verdict: .warning,
                    finding: differences.joined(separator: "; ") + "; no guest of then lives",
                    remedy: "none is needed: its place is recorded anew with the first guest")
            }
        } catch {
            return HostCheck(name: "state_directory", verdict: .bad, finding: error.message, remedy: error.hint)
        }
    }

    /// The directory itself, or the nearest above it that exists, where it cannot be written, and why.
    private func unwritable(_ directory: FilePath) -> (FilePath, Errno)? {
        var path = directory
        while access(path.string, W_OK) != 0 {
            guard errno == ENOENT, path.removeLastComponent() else { return (path, Errno(rawValue: errno)) }
        }
        return nil
    }

    private func versionCheck(_ connection: Connection) async -> HostCheck {
        let lowest = Version(9, 0, 0)
        guard let version = try? await connection.libraryVersion(deadline: .now + .seconds(10)) else {
            return HostCheck(name: "libvirt", verdict: .bad, finding: "it does not tell its version")
        }
        let client = (try? Connection.clientLibraryVersion()).map { ", this client \($0)" } ?? ""
        guard version >= lowest else {
            return HostCheck(
                name: "libvirt", verdict: .bad, finding: "version \(version), and \(lowest) is the lowest supported",
                remedy: "upgrade libvirt")
        }
        return HostCheck(name: "libvirt", verdict: .good, finding: "version \(version)\(client)")
    }

    private func qemuVersion(_ connection: Connection) async -> String {
        let version = try? await connection.hypervisorVersion(deadline: .now + .seconds(30))
        return version.flatMap { $0 }.map { "version \($0)" } ?? "of unknown version"
    }

    private func virtualizationCheck(_ facts: HostFacts) -> HostCheck {
        let found = HardwareVirtualization.read(for: driver.account)
        let name = "hardware_virtualization"
        if found.isPlausible, facts.accelerator == .kvm {
            return HostCheck(
                name: name, verdict: .good,
                finding: "usable: \(found.processor.words), /dev/kvm and libvirt agree")
        }
        var against: [String] = []
        if found.processor == .lacks { against.append(found.processor.words) }
        if !found.deviceExists {
            against.append("there is no /dev/kvm")
        } else if !found.deviceOpens {
            against.append("\(driver.account.name) may not open /dev/kvm")
        } else if found.isTrap {
            against.append("/dev/kvm opens all the same: a trap, which is hidden from the private daemon of root")
        }
        if facts.accelerator != .kvm { against.append("libvirt offers no kvm") }
        return HostCheck(
            name: name, verdict: .warning,
            finding: "not usable, guests are emulated and slow: \(against.joined(separator: "; "))",
            remedy: "enable virtualization in the firmware, or nested virtualization in the cloud; "
                + "put \(driver.account.name) into the group kvm")
    }

    private func featureChecks(_ connection: Connection) async -> [HostCheck] {
        guard let document = try? await HostFactsSource.domainCapabilities(connection, virtualizationType: nil) else {
            return []
        }
        let hasUEFI = document.firmwares.contains(.efi) || document.loaderPaths.contains { $0.contains("OVMF") }
        let hasTPM = document.supportsEmulatedTPM
        return [
            hasUEFI
                ? HostCheck(name: "firmware", verdict: .good, finding: "BIOS and UEFI")
                : HostCheck(
                    name: "firmware", verdict: .warning, finding: "BIOS only: libvirt found no UEFI firmware",
                    remedy: "install ovmf"),
            hasTPM
                ? HostCheck(name: "tpm", verdict: .good, finding: "emulated TPM available")
                : HostCheck(
                    name: "tpm", verdict: .warning, finding: "no emulated TPM",
                    remedy: "install swtpm and swtpm-tools"),
        ]
    }

    private func daemonCheck() -> HostCheck {
        let daemon = PrivateDaemon(
            state: driver.state, account: driver.account, idleSeconds: driver.configuration.daemonIdleSeconds)
        let running = daemon.process.map { "pid \($0.processID)" } ?? "not running now"
        return HostCheck(
            name: "private_daemon", verdict: .good,
            finding: "\(running), socket \(driver.state.daemonSocket), log \(driver.state.path.appending("daemon.log"))"
        )
    }

    private func memoryCheck() -> HostCheck {
        guard let lines = HostFile.kernelText("/proc/meminfo")?.split(separator: "\n") else {
            return HostCheck(name: "memory", verdict: .warning, finding: "/proc/meminfo cannot be read")
        }
        let available = lines.first { $0.hasPrefix("MemAvailable:") }.flatMap { line in
            line.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }
        }
        let mebibytes = (available ?? 0) >> 10
        return HostCheck(
            name: "memory", verdict: mebibytes < 256 ? .bad : mebibytes < 1_024 ? .warning : .good,
            finding: "\(mebibytes) MiB available", remedy: mebibytes < 1_024 ? "end something, or add memory" : nil)
    }

    private func diskCheck() -> HostCheck {
        let path = driver.state.path.nearestExisting
        guard let space = try? StorageSpace.at(path) else {
            return HostCheck(name: "disk", verdict: .warning, finding: "the free space at \(path) cannot be read")
        }
        let mebibytes = space.free.bytes >> 20
        return HostCheck(
            name: "disk", verdict: mebibytes < 64 ? .bad : mebibytes < 2_048 ? .warning : .good,
            finding: "\(mebibytes) MiB free at \(path)", remedy: mebibytes < 2_048 ? "free some space" : nil)
    }

    /// Whether no guest can be run without the program, over the connection that was chosen.
    private func isVital(_ need: HostPrograms) -> Bool {
        switch (need.need, driver.choice.target) {
        case (.everyGuest, _), (.privateDaemon, .privateDaemon): true
        case (.privateDaemon, .uri), (.someGuests, _): false
        }
    }

    private func programChecks() -> [HostCheck] {
        HostPrograms.needed.map { need in
            do {
                let path = try need.program.locate()
                return HostCheck(name: need.program.name, verdict: .good, finding: "\(path)")
            } catch {
                return HostCheck(
                    name: need.program.name, verdict: isVital(need) ? .bad : .warning,
                    finding: "not found: \(need.purpose)", remedy: "install \(need.program.package)")
            }
        }
    }
}

extension HardwareVirtualization.Processor {
    /// What the processor tells, in words.
    fileprivate var words: String {
        switch self {
        case .shows(let flag): "the processor's flag \(flag)"
        case .lacks: "the processor shows neither vmx nor svm"
        case .silent: "a processor that has no flag for it"
        }
    }
}
