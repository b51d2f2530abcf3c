// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt
public import FoundationEssentials

/// Which domain something is about.
public struct DomainReference: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Its UUID, which stays where the name changes.
    public let uuid: UUID

    /// A reference.
    ///
    /// - Parameters:
    ///   - name: The domain's name.
    ///   - uuid: Its UUID.
    public init(name: String, uuid: UUID) {
        self.name = name
        self.uuid = uuid
    }

    /// What libvirt's object says; asks nobody.
    init?(_ pointer: OpaquePointer?) {
        guard let pointer, let name = virDomainGetName(pointer), let uuid = Self.uuid(of: pointer) else { return nil }
        self.name = String(cString: name)
        self.uuid = uuid
    }

    /// The UUID of libvirt's object; asks nobody.
    static func uuid(of pointer: OpaquePointer?) -> UUID? {
        var uuid: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        // SAFETY: a UUID is 16 bytes, which libvirt writes only while the call lasts.
        let status = withUnsafeMutableBytes(of: &uuid) { bytes in
            virDomainGetUUID(pointer, bytes.bindMemory(to: UInt8.self).baseAddress)
        }
        return status == 0 ? UUID(uuid: uuid) : nil
    }
}
