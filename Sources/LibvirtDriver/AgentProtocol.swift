// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation

/// The QEMU guest agent's messages (QEMU Guest Agent Protocol Reference), as far as Roost speaks them.
///
/// A guest controls what comes back: replies are bounded by libvirt at 4 MiB, read strictly, and never echoed whole.
enum AgentProtocol {
    /// A request in JSON.
    static func request(_ command: String) -> String {
        encode(Request<NoArguments>(execute: command, arguments: nil))
    }

    /// `guest-shutdown` that restarts the guest; the agent does not answer where it succeeds.
    static var restart: String {
        encode(Request(execute: "guest-shutdown", arguments: ShutdownArguments(mode: "reboot")))
    }

    /// `guest-exec` with its output captured.
    static func execute(path: String, arguments: [String]) -> String {
        encode(
            Request(
                execute: "guest-exec",
                arguments: ExecuteArguments(path: path, arg: arguments, captureOutput: true)))
    }

    /// `guest-exec-status` of a program.
    static func status(of processID: Int) -> String {
        encode(Request(execute: "guest-exec-status", arguments: ProcessArguments(pid: processID)))
    }

    /// Reads the `return` member of a reply; nil where the reply is not of the form that the command has.
    static func result<Value: Decodable>(_ type: Value.Type, from reply: String) -> Value? {
        try? JSONDecoder().decode(Reply<Value>.self, from: Data(reply.utf8)).value
    }

    /// What `guest-exec` returns.
    struct Started: Decodable {
        let pid: Int
    }

    /// What `guest-exec-status` returns.
    struct Status: Decodable {
        let exited: Bool
        let exitcode: Int32?
        let signal: Int32?
        let output: Data?
        let errorOutput: Data?

        enum CodingKeys: String, CodingKey {
            case exited, exitcode, signal
            case output = "out-data"
            case errorOutput = "err-data"
        }
    }

    /// What `guest-get-osinfo` returns.
    struct OperatingSystem: Decodable {
        let id: String?
        let prettyName: String?
        let versionID: String?
        let kernelRelease: String?
        let machine: String?

        enum CodingKeys: String, CodingKey {
            case id, machine
            case prettyName = "pretty-name"
            case versionID = "version-id"
            case kernelRelease = "kernel-release"
        }
    }

    private struct Request<Arguments: Encodable>: Encodable {
        let execute: String
        let arguments: Arguments?
    }

    private struct NoArguments: Encodable {}

    private struct ExecuteArguments: Encodable {
        let path: String
        let arg: [String]
        let captureOutput: Bool

        enum CodingKeys: String, CodingKey {
            case path, arg
            case captureOutput = "capture-output"
        }
    }

    private struct ShutdownArguments: Encodable {
        let mode: String
    }

    private struct ProcessArguments: Encodable {
        let pid: Int
    }

    private struct Reply<Value: Decodable>: Decodable {
        let value: Value

        enum CodingKeys: String, CodingKey {
            case value = "return"
        }
    }

    private static func encode(_ request: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(request) else {
            preconditionFailure("an agent request of strings and numbers always encodes")
        }
        return String(decoding: data, as: UTF8.self)
    }
}
