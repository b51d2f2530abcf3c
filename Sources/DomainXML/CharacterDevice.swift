// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import XMLTree

/// A device that carries characters between the guest and an end on the host: what serial ports, consoles and channels
/// have in common.
public protocol CharacterDevice: DomainDevice {}

/// The host's end of a character device.
public enum CharacterBackend: Sendable, Hashable {
    /// A pseudo-terminal; libvirt fills in its path while the guest runs.
    case pty(path: String? = nil)
    /// A unix socket that QEMU listens on; libvirt picks the path where there is none.
    case unix(path: String? = nil)
    /// A file that is written to.
    case file(path: String)
    /// Nothing.
    case null

    init?(_ element: XMLElement) {
        let path = element.first("source")?["path"]
        switch element["type"] {
        case "pty": self = .pty(path: path ?? element["tty"])
        case "unix":
            guard element.first("source")?["mode"] ?? "bind" == "bind" else { return nil }
            self = .unix(path: path)
        case "file":
            guard let path else { return nil }
            self = .file(path: path)
        case "null": self = .null
        default: return nil
        }
    }

    var type: String {
        switch self {
        case .pty: "pty"
        case .unix: "unix"
        case .file: "file"
        case .null: "null"
        }
    }

    var source: XMLElement? {
        switch self {
        case .pty(let path): path.map { XMLElement("source", ["path": $0]) }
        case .unix(let path): path.map { XMLElement("source", ["mode": "bind", "path": $0]) }
        case .file(let path): XMLElement("source", ["path": path])
        case .null: nil
        }
    }
}

/// The file that everything a character device prints goes to as well (`<log>`).
public struct CharacterLog: Sendable, Hashable {
    /// The file's absolute path on the host.
    public var file: String
    /// What happens to what is in the file when the guest starts; nil leaves it to libvirt, which empties it.
    public var opening: Opening?

    /// Describes a log.
    public init(file: String, opening: Opening? = nil) {
        self.file = file
        self.opening = opening
    }

    /// What happens to a log's content when the guest starts.
    public enum Opening: String, Sendable, Hashable {
        case appending = "on"
        case emptying = "off"
    }
}

extension ChildOrder {
    static let characterDevice: ChildOrder = [
        "source", "protocol", "log", "target", "boot", "alias", "rom", "acpi", "address",
    ]
}

extension CharacterDevice {
    /// The host's end; nil where it is of a kind that ``CharacterBackend`` does not know.
    public var backend: CharacterBackend? {
        get { CharacterBackend(element) }
        set {
            guard let newValue, newValue != backend else { return }
            element["type"] = newValue.type
            element["tty"] = nil
            element.setChild("source", to: newValue.source, in: .characterDevice)
        }
    }

    /// The file that keeps what the guest printed.
    public var log: CharacterLog? {
        get {
            guard let log = element.first("log"), let file = log["file"] else { return nil }
            return CharacterLog(file: file, opening: log.value("append"))
        }
        set {
            guard newValue != log else { return }
            element.editChild("log", in: .characterDevice) { log in
                log["file"] = newValue?.file
                log["append"] = newValue?.opening?.rawValue
            }
        }
    }

    /// The pseudo-terminal of a running guest.
    public var ptyPath: String? {
        guard case .pty(let path) = backend else { return nil }
        return path
    }
}

/// A serial port (`<serial>`).
public struct Serial: CharacterDevice {
    /// `serial`.
    public static let elementName: XMLName = "serial"
    /// The element, with everything in it.
    public var element: XMLElement

    /// Looks at an element; nil where it is no `<serial>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a serial port.
    ///
    /// - Parameters:
    ///   - backend: The host's end.
    ///   - log: Where what the guest prints is kept.
    ///   - port: Its number, from 0.
    public init(backend: CharacterBackend, log: CharacterLog? = nil, port: Int) {
        element = XMLElement(Self.elementName, ["type": backend.type]) {
            backend.source
            XMLElement("target", ["port": String(port)])
        }
        self.log = log
    }

    /// Its number, from 0.
    public var port: Int? { element.first("target")?.number("port") }
}

/// A console (`<console>`); libvirt shows the first serial port as one too.
public struct Console: CharacterDevice {
    /// `console`.
    public static let elementName: XMLName = "console"
    /// The element, with everything in it.
    public var element: XMLElement

    /// Looks at an element; nil where it is no `<console>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// Describes a console.
    ///
    /// - Parameters:
    ///   - backend: The host's end.
    ///   - target: What carries it in the guest.
    ///   - log: Where what the guest prints is kept.
    ///   - port: Its number, from 0.
    public init(backend: CharacterBackend, target: Target = .serial, log: CharacterLog? = nil, port: Int) {
        element = XMLElement(Self.elementName, ["type": backend.type]) {
            backend.source
            XMLElement("target", ["type": target.rawValue, "port": String(port)])
        }
        self.log = log
    }

    /// What carries a console in the guest.
    public enum Target: String, Sendable, Hashable, CaseIterable {
        case serial, virtio
    }

    /// What carries it in the guest.
    public var target: Target? { element.first("target")?.value("type") }
}

/// A channel between the host and a program in the guest (`<channel>`).
public struct Channel: CharacterDevice {
    /// `channel`.
    public static let elementName: XMLName = "channel"
    /// The element, with everything in it.
    public var element: XMLElement

    /// Looks at an element; nil where it is no `<channel>`.
    public init?(_ element: XMLElement) {
        guard element.name.denotes(Self.elementName) else { return nil }
        self.element = element
    }

    /// The name that QEMU's guest agent listens to.
    public static let guestAgentName = "org.qemu.guest_agent.0"

    /// Describes a virtio channel.
    ///
    /// - Parameters:
    ///   - name: The name that the guest finds it by.
    ///   - backend: The host's end.
    public init(name: String, backend: CharacterBackend = .unix()) {
        element = XMLElement(Self.elementName, ["type": backend.type]) {
            backend.source
            XMLElement("target", ["type": "virtio", "name": name])
        }
    }

    /// The channel of QEMU's guest agent, on a socket that libvirt picks.
    public static let guestAgent = Channel(name: guestAgentName)

    /// Whether a program in the guest has the channel open.
    public enum State: String, Sendable, Hashable {
        case connected, disconnected
    }

    /// The name that the guest finds it by.
    public var name: String? { element.first("target")?["name"] }

    /// Whether a program in the guest has it open; nil where the guest does not run.
    public var state: State? { element.first("target")?.value("state") }
}
