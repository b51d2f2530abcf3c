// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Glibc
import InstanceModel
import Programs
import SystemPackage

/// QEMU's image tool, always told the format, always under limits, and run as the guest account where that is another.
struct QEMUImageTool: Sendable {
    private let runner: ProgramRunner
    private let guest: FileOwner?

    init(runner: ProgramRunner, guest: FileOwner?) {
        self.runner = runner
        self.guest = guest
    }

    /// Looks for corruption in an image; leaked clusters are none.
    ///
    /// - Throws: ``StorageError/refused(_:_:)`` about `subject`.
    func check(_ path: FilePath, format: CheckedFormat, subject: FilePath) async throws(StorageError) {
        let file = try JudgedName(path: path, driver: format.rawValue)
        let result = try await run(["check", "--output=json", file.text], accepting: [0, 1, 2, 3])
        let report = try? JSONDecoder().decode(CheckReport.self, from: Data(result.output))
        guard let report else {
            let said = file.reason(result.errorOutput)
            // The account that may not reach the file says nothing about the image.
            guard result.status == 1, !said.contains("Permission denied") else {
                throw .program(
                    .failed(program: "qemu-img", termination: .exited(result.status), errorTail: said))
            }
            throw .refused(subject, .unreadable(said))
        }
        let corruptions = (report.corruptions ?? 0) + report.checkErrors
        guard corruptions == 0, [0, 3].contains(result.status) else {
            throw .refused(subject, .corrupt(max(corruptions, 1)))
        }
    }

    /// The formats whose corruption the tool can look for.
    enum CheckedFormat: String {
        case qcow2
        case vmdk
        case vdi
        case vhdx
    }

    /// Makes `target`, which exists empty and belongs to the guest account, a qcow2 image of what a guest would see of
    /// `path`, a judged file.
    ///
    /// - Throws: ``StorageError``: `refused` about `subject` where the tool cannot read it, `noSpace`, `program`,
    ///   `cancelled`.
    func convert(
        _ path: FilePath, format: ImageSource.Format, to target: FilePath, virtualSize: UInt64, allowance: UInt64,
        subject: FilePath
    ) async throws(StorageError) {
        guard let driver = format.driver else { return }
        if let checked = CheckedFormat(rawValue: driver) { try await check(path, format: checked, subject: subject) }
        // Tables take less than a thousandth, and some clusters in any case.
        let bound = min(virtualSize + virtualSize / 500 + 16 << 20, allowance)
        let limits = ProgramLimits(
            wallTime: .seconds(600 + min(virtualSize >> 22, 14_400)), addressSpace: 2 << 30,
            cpuTime: .seconds(120 + min(virtualSize >> 24, 3_600)), fileSize: bound)
        let file = try JudgedName(path: path, driver: driver)
        do throws(StorageError) {
            _ = try await run(["convert", "-q", "-O", "qcow2", file.text, target.string], limits: limits)
        } catch {
            throw Self.failure(error, file: file, subject: subject, target: target)
        }
    }

    private static func failure(
        _ error: StorageError, file: JudgedName, subject: FilePath, target: FilePath
    ) -> StorageError {
        guard case .program(.failed(_, let termination, let tail)) = error else { return error }
        if termination == .signalled(SIGXFSZ) || tail.contains("No space left on device")
            || tail.contains("Disk quota exceeded") || tail.contains("File too large")
        {
            return .noSpace(target)
        }
        guard termination == .exited(1), !tail.contains("Permission denied") else { return error }
        return .refused(subject, .unreadable(file.reason(Array(tail.utf8))))
    }

    /// Makes `path`, which exists empty and belongs to the guest account, an overlay on `image`.
    func createOverlay(_ path: FilePath, on image: StoredImage, size: ByteCount) async throws(StorageError) {
        _ = try await run(
            [
                "create", "-q", "-f", "qcow2", "-b", image.path.string, "-F", image.format.rawValue, path.string,
                String(size.bytes),
            ])
    }

    /// Makes `path`, which exists empty and belongs to the guest account, an empty disk.
    func createBlank(_ path: FilePath, size: ByteCount) async throws(StorageError) {
        _ = try await run(["create", "-q", "-f", "qcow2", path.string, String(size.bytes)])
    }

    private struct CheckReport: Decodable {
        let corruptions: Int?
        let checkErrors: Int

        enum CodingKeys: String, CodingKey {
            case corruptions
            case checkErrors = "check-errors"
        }
    }

    /// An image can ask for much: memory for its tables, time in its chains. The limits end that.
    private static let limits = ProgramLimits(
        wallTime: .seconds(300), addressSpace: 2 << 30, cpuTime: .seconds(120), fileSize: 1 << 30)

    private func run(
        _ arguments: [String], accepting statuses: Set<Int32> = [0], limits: ProgramLimits = limits
    ) async throws(StorageError) -> ProgramResult {
        let account = guest.map { ProgramAccount(userID: $0.userID, groupID: $0.groupID) }
        let call = ProgramCall(
            HostProgram("qemu-img", package: "qemu-utils"), arguments: arguments, account: account, limits: limits,
            acceptedStatuses: statuses)
        do {
            return try await runner.run(call)
        } catch .cancelled {
            throw .cancelled
        } catch {
            throw .program(error)
        }
    }
}

extension ImageSource.Format {
    /// QEMU's name of a format that is converted; nil for those that are kept as they are.
    var driver: String? {
        switch self {
        case .vmdk: "vmdk"
        case .vdi: "vdi"
        case .vhdx: "vhdx"
        case .vhd: "vpc"
        case .qcow2, .raw, .iso: nil
        }
    }
}
