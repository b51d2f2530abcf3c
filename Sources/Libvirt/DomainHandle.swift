// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

/// Owns one `virDomainPtr`.
final class DomainHandle: CHandle {
    // SAFETY: libvirt's domains may be used by any number of threads; the reference is given up in deinit only.
    nonisolated(unsafe) let pointer: OpaquePointer
    let connection: ConnectionHandle
    let domain: DomainReference
    var reference: DomainReference? { domain }

    /// Takes over the reference that a call returned.
    init(_ call: StaticString, _ pointer: OpaquePointer?, of connection: ConnectionHandle) throws(LibvirtError) {
        let pointer = try present(call, pointer)
        guard let reference = DomainReference(pointer) else {
            let error = LibvirtError.lastOnThisThread(after: "virDomainGetUUID")
            virDomainFree(pointer)
            throw error
        }
        self.pointer = pointer
        self.connection = connection
        domain = reference
        connection.ledger.add(.domain)
    }

    deinit {
        // Does not block: `connection` outlives this call, so it is not the last reference to the connection.
        virDomainFree(pointer)
        connection.ledger.remove(.domain)
    }
}
