// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Something that a driver may or may not be able to do on its host; none is declared by default.
public struct Capability: RawRepresentable, Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The stable name.
    public let rawValue: String
    /// A capability by its stable name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Make and delete instances.
    public static let lifecycle = Capability(rawValue: "lifecycle")
    /// Start, stop, reboot, pause and resume.
    public static let power = Capability(rawValue: "power")
    /// Talk to the guest agent.
    public static let guestAgent = Capability(rawValue: "guest_agent")
    /// Open a guest's console.
    public static let console = Capability(rawValue: "console")
    /// User-mode network with published ports.
    public static let userNetwork = Capability(rawValue: "user_network")
    /// Interfaces on a bridge of the host.
    public static let bridgedNetwork = Capability(rawValue: "bridged_network")
    /// Keep volumes, and give them to instances.
    public static let volumes = Capability(rawValue: "volumes")
    /// Hardware virtualization.
    public static let hardwareVirtualization = Capability(rawValue: "hardware_virtualization")

    /// Orders by stable name.
    public static func < (left: Capability, right: Capability) -> Bool { left.rawValue < right.rawValue }

    /// The stable name.
    public var description: String { rawValue }
}

/// A driver's declared capabilities, and why others are missing.
public struct CapabilitySet: Sendable, Hashable {
    /// What the driver can do on this host.
    public let declared: Set<Capability>
    /// Why a capability is missing, where that is known.
    public let missing: [Capability: String]

    /// A set of capabilities.
    public init(declared: Set<Capability>, missing: [Capability: String] = [:]) {
        self.declared = declared
        self.missing = missing
    }

    /// Refuses what was not declared.
    ///
    /// - Throws: ``ComputeError`` with code `unsupported`, naming the capability and the reason.
    public func require(_ capability: Capability, for subject: String) throws(ComputeError) {
        guard !declared.contains(capability) else { return }
        throw ComputeError(
            .unsupported, subject: subject,
            message: "this host lacks the capability \(capability): \(missing[capability] ?? "it was not declared")",
            hint: "`roost doctor` shows what this host can do")
    }
}
