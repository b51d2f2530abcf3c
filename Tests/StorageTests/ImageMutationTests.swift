// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import InstanceModel
import SystemPackage
import TestSupport
import Testing

@testable import Storage

/// Sound images, cut and changed at random: what is read of them never traps and never hangs.
@Suite("Changed images")
struct ImageMutationTests {
    private static let formats = ImageBytes.sound

    /// Where each format keeps what its reader looks at.
    private static func interesting(_ format: ImageSource.Format, in bytes: [UInt8]) -> [Int] {
        bytes.indices.filter { bytes[$0] != 0 }
    }

    private static func changed(
        _ bytes: [UInt8], at places: [Int], by random: inout some RandomNumberGenerator
    ) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            guard let place = places.randomElement(using: &random) else { break }
            // Beside what is there now, too: numbers have zeros before and behind them.
            let index = min(max(place + Int.random(in: -8...8, using: &random), 0), bytes.count - 1)
            bytes[index] =
                [0, 1, 0x7F, 0x80, 0xFF, .random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
            bytes.removeLast(.random(in: 0...bytes.count, using: &random))
        }
        return bytes
    }

    /// Gives a disk's size, or refuses, about this file and with words.
    private func judge(_ bytes: [UInt8], _ format: ImageSource.Format, in scene: StorageScene) throws {
        let path = try scene.file("source", bytes)
        let inspection = ImageInspection(format: format, kind: .disk, subject: path)
        do throws(StorageError) {
            let size = try inspection.virtualSize(of: try OpenFile.source(path))
            #expect(size > 0 && size <= 64 << 40 && size.isMultiple(of: 512))
        } catch {
            guard case .refused(path, let refusal) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(!refusal.message.isEmpty)
        }
    }

    @Test("are taken or refused by each reader", .timeLimit(.minutes(2)), arguments: 0..<formats.count)
    func readers(index: Int) throws {
        let (format, bytes) = Self.formats[index]
        let scene = try StorageScene()
        var random = SeededRandom(seed: UInt64(index) + 1)
        let places = Self.interesting(format, in: bytes)
        for _ in 0..<200 { try judge(Self.changed(bytes, at: places, by: &random), format, in: scene) }
        // Each place at which a reader could run out of bytes, as far as there are some thousand.
        for end in stride(from: 0, to: min(bytes.count, 4_096), by: 31) {
            try judge(Array(bytes.prefix(end)), format, in: scene)
        }
    }

    @Test(
        "are kept whole or not at all, whatever the tool says of them", .timeLimit(.minutes(2)),
        arguments: 0..<formats.count)
    func store(index: Int) async throws {
        let (format, bytes) = Self.formats[index]
        let scene = try StorageScene()
        var random = SeededRandom(seed: UInt64(index) + 101)
        let places = Self.interesting(format, in: bytes)
        for _ in 0..<8 {
            let path = try scene.file("source", Self.changed(bytes, at: places, by: &random))
            let source = ImageSource(.file(path.string), format: format)
            do throws(StorageError) {
                let image = try await scene.store.add(name("x"), from: source, kind: .disk)
                #expect([ImageFormat.qcow2, .raw].contains(image.format))
                try await scene.store.delete(image.name, unusedIn: scene.instances)
            } catch {
                guard case .refused(path, _) = error else {
                    Issue.record("\(error)")
                    continue
                }
            }
            #expect(try scene.imageNames.isEmpty)
        }
    }

    private func name(_ text: String) throws(StorageError) -> ImageName {
        do {
            return try ImageName(text)
        } catch {
            throw .cancelled
        }
    }
}
