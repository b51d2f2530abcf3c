// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt
import Glibc

extension Domain {
    /// Its document.
    ///
    /// `virDomainGetXMLDesc`, libvirt 0.0.3. Blocks, in the lane `query`.
    ///
    /// - Parameters:
    ///   - flags: Which form.
    ///   - deadline: When to give up.
    /// - Returns: The XML.
    /// - Throws: `reported` with `noDomain`, with `operationDenied` for `secure` on a read-only connection; as
    ///   ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func xml(
        _ flags: DomainXMLFlags = [], deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) -> String {
        try await handle.text("virDomainGetXMLDesc", lane: .query, deadline: deadline) {
            virDomainGetXMLDesc($0, flags.rawValue)
        }
    }

    /// Removes its definition. A running guest goes on, and is gone when it stops.
    ///
    /// `virDomainUndefineFlags`, libvirt 0.9.4. Blocks, in the lane `control`. A flag that the driver says it does not
    /// know is left out, and the call made again: what the driver does not know it cannot refuse for either.
    ///
    /// - Parameters:
    ///   - flags: What goes along.
    ///   - deadline: When to give up.
    /// - Throws: `reported` with `noDomain`, with `operationInvalid` for a transient one or where something stands in
    ///   the way that `flags` does not name; as ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func undefine(
        _ flags: UndefineFlags = .everything, deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) {
        let name: StaticString = "virDomainUndefineFlags"
        try await handle.call(name, lane: .control, deadline: deadline, isAwaited: true) {
            domain throws(LibvirtError) in
            var remaining = flags.fallbacks[...]
            while let next = remaining.popFirst() {
                if virDomainUndefineFlags(domain, next.rawValue) == 0 { return }
                let error = LibvirtError.lastOnThisThread(after: name)
                let isFlagUnknown = error.code == .invalidArgument || error.code == .argumentUnsupported
                guard isFlagUnknown, !remaining.isEmpty else { throw error }
            }
        }
    }

    /// Whether it starts with the host.
    ///
    /// `virDomainGetAutostart`, libvirt 0.2.1. Blocks, in the lane `query`.
    ///
    /// - Parameter deadline: When to give up.
    /// - Returns: Whether.
    /// - Throws: `reported` with `noDomain`; as ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func autostart(deadline: ContinuousClock.Instant? = nil) async throws(LibvirtError) -> Bool {
        let name: StaticString = "virDomainGetAutostart"
        return try await handle.call(name, lane: .query, deadline: deadline) {
            domain throws(LibvirtError) -> Bool in
            var autostart: Int32 = 0
            try succeeded(name, virDomainGetAutostart(domain, &autostart))
            return autostart != 0
        }
    }

    /// Sets whether it starts with the host.
    ///
    /// `virDomainSetAutostart`, libvirt 0.2.1. Blocks, in the lane `control`.
    ///
    /// - Parameters:
    ///   - autostart: Whether.
    ///   - deadline: When to give up.
    /// - Throws: `reported` with `operationInvalid` for a transient one; as
    ///   ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func setAutostart(
        _ autostart: Bool, deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) {
        try await handle.status("virDomainSetAutostart", lane: .control, deadline: deadline, access: .machine) {
            virDomainSetAutostart($0, autostart ? 1 : 0)
        }
    }

    /// A piece of its metadata.
    ///
    /// `virDomainGetMetadata`, libvirt 0.9.10. Blocks, in the lane `query`.
    ///
    /// - Parameters:
    ///   - kind: Which.
    ///   - scope: The running guest or the definition.
    ///   - deadline: When to give up.
    /// - Returns: The text, or the element's XML; `nil` where it has none.
    /// - Throws: `reported` with `noDomain`; as ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func metadata(
        _ kind: MetadataKind, scope: DomainScope = .current, deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) -> String? {
        let name: StaticString = "virDomainGetMetadata"
        let namespace = try kind.namespace.map { text throws(LibvirtError) in
            try whole(text, "a namespace", of: name)
        }
        return try await handle.call(name, lane: .query, deadline: deadline) {
            domain throws(LibvirtError) -> String? in
            let text = virDomainGetMetadata(domain, kind.number, namespace, scope.rawValue)
            if let text { return try taken(name, text) }
            let error = LibvirtError.lastOnThisThread(after: name)
            if error.code == .noDomainMetadata { return nil }
            throw error
        }
    }

    /// Sets or removes a piece of its metadata.
    ///
    /// `virDomainSetMetadata`, libvirt 0.9.10. Blocks, in the lane `control`.
    ///
    /// - Parameters:
    ///   - kind: Which.
    ///   - value: The text, or one XML element without the prefix; `nil` removes it.
    ///   - scope: The running guest, the definition, or both.
    ///   - deadline: When to give up.
    /// - Throws: `reported` with `xmlError` for a malformed element, `invalidArgument` for a title of more than one
    ///   line; as ``CallThreads/call(_:lane:deadline:_:)``, and `closed`.
    public func setMetadata(
        _ kind: MetadataKind, to value: String?, scope: DomainScope = .current,
        deadline: ContinuousClock.Instant? = nil
    ) async throws(LibvirtError) {
        let name: StaticString = "virDomainSetMetadata"
        for text in [value, kind.namespace, kind.prefix] {
            _ = try whole(text ?? "", "metadata", of: name)
        }
        try await handle.status(name, lane: .control, deadline: deadline, access: .machine) {
            virDomainSetMetadata($0, kind.number, value, kind.prefix, kind.namespace, scope.rawValue)
        }
    }
}

/// A piece of a domain's metadata (`virDomainMetadataType`).
public enum MetadataKind: Sendable, Hashable {
    /// `<title>`: one line.
    case title
    /// `<description>`
    case description
    /// The child of `<metadata>` in a namespace. The prefix is the one it is written with; reading ignores it.
    case element(namespace: String, prefix: String)

    fileprivate var number: Int32 {
        switch self {
        case .description: Int32(bitPattern: VIR_DOMAIN_METADATA_DESCRIPTION.rawValue)
        case .title: Int32(bitPattern: VIR_DOMAIN_METADATA_TITLE.rawValue)
        case .element: Int32(bitPattern: VIR_DOMAIN_METADATA_ELEMENT.rawValue)
        }
    }

    fileprivate var namespace: String? {
        guard case .element(let namespace, _) = self else { return nil }
        return namespace
    }

    fileprivate var prefix: String? {
        guard case .element(_, let prefix) = self else { return nil }
        return prefix
    }
}
