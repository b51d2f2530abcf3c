// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import InstanceModel
import Yams

/// The configuration file: `/etc/roost/config.yaml` for root, else `roost/config.yaml` in the XDG configuration
/// directory.
struct Settings: Decodable {
    /// The connection's URI, or `private`.
    var connect: String?
    /// The state directory.
    var stateDirectory: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case connect
        case stateDirectory = "state_dir"
    }

    static var environment: [String: String] { ProcessInfo.processInfo.environment }

    private static let maximumBytes = 64 << 10

    /// Reads the file; no file is an empty one.
    ///
    /// - Throws: `invalid` where the file cannot be read, is no YAML, or has a key that is not known.
    static func read() throws(ComputeError) -> Settings {
        let path = location
        guard FileManager.default.fileExists(atPath: path) else { return Settings() }
        do {
            let data = try Data(contentsOf: URL(filePath: path))
            guard data.count <= maximumBytes, let text = String(data: data, encoding: .utf8) else {
                throw invalid(path, "it is larger than 64 KiB, or no UTF-8")
            }
            guard let node = try Yams.compose(yaml: text) else { return Settings() }
            let known = Set(CodingKeys.allCases.map(\.rawValue))
            guard let mapping = node.mapping, mapping.keys.allSatisfy({ known.contains($0.string ?? "") }) else {
                throw invalid(path, "its keys are \(known.sorted().joined(separator: " and "))")
            }
            return try YAMLDecoder().decode(Settings.self, from: node)
        } catch let error as ComputeError {
            throw error
        } catch {
            throw invalid(path, "\(error)")
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
