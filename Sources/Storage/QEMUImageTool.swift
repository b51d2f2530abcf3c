// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
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

    /// Looks for corruption in a qcow2 image; leaked clusters are none.
    ///
    /// - Throws: ``StorageError/refused(_:_:)`` about `subject`.
    func check(_ path: FilePath, subject: FilePath) async throws(StorageError) {
        let result = try await run(
            ["check", "-f", "qcow2", "--output=json", path.string], accepting: [0, 1, 2, 3])
        let report = try? JSONDecoder().decode(CheckReport.self, from: Data(result.output))
        guard let report else {
            let said = Self.reason(result.errorOutput, path: path)
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

    private func run(
        _ arguments: [String], accepting statuses: Set<Int32> = [0]
    ) async throws(StorageError) -> ProgramResult {
        // An image can ask for much: memory for its tables, time in its chains. The limits end that.
        let limits = ProgramLimits(
            wallTime: .seconds(300), addressSpace: 2 << 30, cpuTime: .seconds(120), fileSize: 1 << 30)
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

    /// What the tool said, in one line and without the path of the store's copy.
    private static func reason(_ bytes: [UInt8], path: FilePath) -> String {
        let lines = String(decoding: bytes.suffix(2_000), as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.joined(separator: "; ").replacing("'\(path.string)'", with: "the image")
            .replacing("qemu-img: ", with: "")
    }
}
