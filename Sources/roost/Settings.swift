// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel
import SystemPackage

/// The configuration file: `/etc/roost/config.yaml` for root, else `roost/config.yaml` in the XDG configuration
/// directory.
struct Settings {
    /// The connection's URI, or `private`.
    var connect: String?
    /// The state directory.
    var stateDirectory: String?
    /// How much of what was done is remembered.
    var history = HistoryLimits.standard
    /// The directories that instances may share with their guests.
    var sharedDirectories: [FilePath] = []
    /// The directories in which sockets lie that interfaces may be connected to.
    var socketDirectories: [FilePath] = []

    static var environment: [String: String] { ProcessInfo.processInfo.environment }

    private static let names: Set<String> = [
        "audit_records", "connect", "history_days", "history_operations", "shared_directories",
        "socket_directories", "state_dir",
    ]
    private static let maximumBytes = 64 << 10

    /// Reads the file; no file, and one of comments alone, is an empty one.
    ///
    /// - Throws: `invalid` where the file cannot be read, is no YAML, or has a key that is not known.
    static func read() throws(ComputeError) -> Settings {
        let path = location
        guard access(path, F_OK) == 0 else { return Settings() }
        guard let data = try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe) else {
            throw invalid(path, "it cannot be read")
        }
        guard data.count <= maximumBytes else { throw invalid(path, "it is larger than 64 KiB") }
        return try parse([UInt8](data), path)
    }

    static func parse(_ bytes: [UInt8], _ path: String) throws(ComputeError) -> Settings {
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map { $0.drop { $0 == UInt8(ascii: " ") } }
        guard lines.contains(where: { !$0.isEmpty && $0.first != UInt8(ascii: "#") }) else { return Settings() }
        let values: [String: String]
        do {
            values = try FlatDocument.parse(bytes)
        } catch {
            let problem = error.problems.first
            throw invalid(path, "line \(problem?.line ?? 1): \(problem?.violation.rule ?? "it is no YAML")")
        }
        guard names.isSuperset(of: values.keys) else {
            throw invalid(path, "its keys are \(names.sorted().joined(separator: ", "))")
        }
        return Settings(
            connect: values["connect"], stateDirectory: values["state_dir"], history: try history(values, path),
            sharedDirectories: try directories("shared_directories", values, path),
            socketDirectories: try directories("socket_directories", values, path))
    }

    /// Absolute paths with colons between them.
    private static func directories(
        _ key: String, _ values: [String: String], _ path: String
    ) throws(ComputeError) -> [FilePath] {
        var directories: [FilePath] = []
        for part in (values[key] ?? "").split(separator: ":") {
            let directory = FilePath(String(part))
            guard directory.isAbsolute, !directory.components.isEmpty, directory.isLexicallyNormal else {
                throw invalid(path, "\(key) has absolute paths without . and .., and not \(part)")
            }
            directories.append(directory)
        }
        return directories
    }

    private static func history(_ values: [String: String], _ path: String) throws(ComputeError) -> HistoryLimits {
        func number(_ name: String, _ standard: Int) throws(ComputeError) -> Int {
            guard let text = values[name] else { return standard }
            guard let number = Int(text) else { throw invalid(path, "\(name) is no number: \(text)") }
            return number
        }
        let standard = HistoryLimits.standard
        let (operations, days, records) = (
            try number("history_operations", standard.operations), try number("history_days", standard.days),
            try number("audit_records", standard.auditRecords)
        )
        do {
            return try HistoryLimits(operations: operations, days: days, auditRecords: records)
        } catch {
            throw invalid(path, "\(error.value): \(error.rule)")
        }
    }

    private static var location: String {
        if geteuid() == 0 { return "/etc/roost/config.yaml" }
        let home = environment["HOME"] ?? "/"
        let base = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? home + "/.config"
        return base + "/roost/config.yaml"
    }

    private static func invalid(_ path: String, _ message: String) -> ComputeError {
        ComputeError(.invalid, subject: "configuration file \(path)", message: message)
    }
}
