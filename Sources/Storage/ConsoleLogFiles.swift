// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel
import SystemPackage

extension InstanceFiles {
    /// The end of what a guest wrote to its console, oldest first, over the log and its rotated files.
    ///
    /// The directory belongs to the guest account: what is no regular file of that account or of the caller, or has
    /// another link, is passed over.
    ///
    /// - Parameters:
    ///   - id: the instance.
    ///   - lastLines: how many lines; nil: all that is kept.
    ///   - limit: the most bytes.
    /// - Returns: bytes as the guest wrote them; none where it wrote none.
    /// - Throws: ``StorageError/instanceNotFound(_:)``, ``StorageError/unsafePath(_:reason:)``.
    public func consoleLog(
        of id: InstanceID, lastLines: Int? = nil, limit: Int = 16 << 20
    ) throws(StorageError) -> [UInt8] {
        guard let console = try open(id).directory(Self.consoleName) else { return [] }
        let files = ConsoleLogFiles(console, owners: [FileOwner.current.userID, (guest ?? .current).userID])
        return try files.tail(lines: lastLines, limit: max(limit, 0))
    }
}

/// A console's log with its rotated files, as virtlogd names them: `console.log`, `console.log.0`, and so on to the
/// oldest.
struct ConsoleLogFiles {
    static let name: FilePath.Component = "console.log"
    /// More rotated files than virtlogd is ever told to keep.
    private static let mostRotated = 16

    private let directory: OpenDirectory
    private let owners: Set<UInt32>

    init(_ directory: OpenDirectory, owners: Set<UInt32>) {
        self.directory = directory
        self.owners = owners
    }

    /// The last lines, and at most `limit` bytes.
    func tail(lines: Int?, limit: Int) throws(StorageError) -> [UInt8] {
        var parts: [[UInt8]] = []
        var left = limit
        var newlines = 0
        for name in Self.names {
            guard left > 0, lines.map({ newlines <= $0 }) ?? true else { break }
            guard let file = try trusted(name) else { continue }
            let size = try file.status().size
            let count = min(UInt64(left), size)
            let part = try file.read(at: size - count, count: Int(count))
            newlines += part.count { $0 == 0x0A }
            left -= part.count
            parts.append(part)
        }
        let bytes = parts.reversed().flatMap(\.self)
        return lines.map { Self.lastLines($0, of: bytes) } ?? bytes
    }

    /// The names, newest first.
    private static var names: [FilePath.Component] {
        [name] + (0..<mostRotated).compactMap { FilePath.Component("\(name.string).\($0)") }
    }

    private func trusted(_ name: FilePath.Component) throws(StorageError) -> OpenFile? {
        // A link or a device in the log's place is treated as no log.
        guard let file = try? directory.file(name) else { return nil }
        let status = try file.status()
        return status.links == 1 && owners.contains(status.userID) ? file : nil
    }

    /// The last `count` lines; a last line without its end counts as one.
    private static func lastLines(_ count: Int, of bytes: [UInt8]) -> [UInt8] {
        guard count > 0, !bytes.isEmpty else { return [] }
        var seen = 0
        var start = bytes.count
        // The newline that ends the last line begins no other.
        var index = bytes.last == 0x0A ? bytes.count - 1 : bytes.count
        while index > 0 {
            index -= 1
            if bytes[index] == 0x0A {
                seen += 1
                if seen == count { break }
            }
            start = index
        }
        return Array(bytes[start...])
    }
}
