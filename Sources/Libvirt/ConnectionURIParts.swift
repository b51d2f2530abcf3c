// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A connection URI taken apart.
struct ConnectionURIParts {
    let driver: String
    let transport: ConnectionURI.Transport?
    let user: String?
    let host: String?
    let port: Int?
    let path: String
    let parameters: [ConnectionURI.Parameter]
    let redacted: String

    init(_ text: String) throws(ConnectionURIError) {
        try Self.checkCharacters(of: text)
        guard let separator = Self.split(text[...], at: "://") else { throw .noScheme }
        (driver, transport) = try Self.scheme(separator.before)

        let (beforeQuery, query) = Self.split(separator.after, at: "?") ?? (separator.after, nil)
        let pathStart = beforeQuery.firstIndex(of: "/") ?? beforeQuery.endIndex
        path = String(beforeQuery[pathStart...])
        let authority = try Authority(beforeQuery[..<pathStart])
        user = authority.user
        host = authority.host
        port = authority.port

        var shownQuery: [String] = []
        var parameters: [ConnectionURI.Parameter] = []
        if let query {
            for (index, pair) in query.split(separator: "&", omittingEmptySubsequences: false).enumerated() {
                guard let (name, value) = Self.split(pair, at: "="),
                    let parameter = Self.parameter(name, value),
                    !parameters.contains(where: { $0.name == parameter.name })
                else { throw .malformedParameter(position: index + 1) }
                parameters.append(parameter)
                shownQuery.append(
                    Self.split(parameter.name.lowercased()[...], at: "pass") != nil ? "\(name)=***" : String(pair))
            }
        }
        self.parameters = parameters
        redacted =
            "\(separator.before)://\(authority.redacted)\(path)"
            + (query == nil ? "" : "?" + shownQuery.joined(separator: "&"))
    }

    /// Checks what the driver says about path, host and parameters.
    func check() throws(ConnectionURIError) {
        if transport == .unix, host != nil { throw .hostNotAllowed }
        if let socket = value(of: "socket"), !socket.hasPrefix("/") {
            throw .needsAbsolutePath(parameter: "socket")
        }
        switch driver {
        case "qemu":
            guard ["/system", "/session", "/embed"].contains(path) else { throw .unknownPath(driver: driver) }
            guard path == "/embed" else { return }
            guard transport == nil, host == nil else { throw .hostNotAllowed }
            guard let root = value(of: "root"), root.hasPrefix("/") else {
                throw .needsAbsolutePath(parameter: "root")
            }
        case "test":
            guard path.count > 1, !path.hasSuffix("/") else { throw .unknownPath(driver: driver) }
        default:
            break
        }
    }

    private func value(of name: String) -> String? {
        parameters.first { $0.name == name }?.value
    }

    private static let drivers: Set<String> = [
        "bhyve", "ch", "esx", "gsx", "hyperv", "interface", "lxc", "network", "nodedev", "nwfilter", "openvz",
        "parallels", "qemu", "secret", "storage", "test", "vbox", "vmwarefusion", "vmwareplayer", "vmwarews", "vpx",
        "vz", "xen",
    ]

    private static func checkCharacters(of text: String) throws(ConnectionURIError) {
        guard text.utf8.count <= ConnectionURI.maximumLength else { throw .tooLong }
        let forbidden = Set("\"<>\\^`{|}".utf8)
        for (index, byte) in text.utf8.enumerated() {
            guard (0x21...0x7e).contains(byte), !forbidden.contains(byte) else {
                throw .character(position: index + 1)
            }
        }
        if text.utf8.contains(UInt8(ascii: "#")) { throw .fragment }
    }

    private static func scheme(
        _ text: Substring
    ) throws(ConnectionURIError) -> (driver: String, transport: ConnectionURI.Transport?) {
        let (driver, transport) = split(text, at: "+") ?? (text, nil)
        guard !driver.isEmpty else { throw .noScheme }
        guard drivers.contains(String(driver)) else { throw .unknownDriver(String(driver)) }
        guard let transport else { return (String(driver), nil) }
        // libvirt's `ext` is left out: it runs whatever program the URI names.
        guard let known = ConnectionURI.Transport(rawValue: String(transport)) else {
            throw .unknownTransport(String(transport))
        }
        return (String(driver), known)
    }

    private static func parameter(_ name: Substring, _ value: Substring) -> ConnectionURI.Parameter? {
        guard !name.isEmpty, let name = unescaped(name), let value = unescaped(value) else { return nil }
        return ConnectionURI.Parameter(name: name, value: value)
    }

    /// The text with each `%XX` replaced by its byte; `nil` where that gives no text or a control character.
    private static func unescaped(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16), value >= 0x20, value != 0x7f
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func split(_ text: Substring, at mark: String) -> (before: Substring, after: Substring)? {
        guard let start = text.indices.first(where: { text[$0...].hasPrefix(mark) }) else { return nil }
        return (text[..<start], text[start...].dropFirst(mark.count))
    }
}

extension ConnectionURIParts {
    /// The part between `//` and the path: `user:password@host:port`.
    private struct Authority {
        var user: String?
        var host: String?
        var port: Int?
        var redacted: String

        init(_ text: Substring) throws(ConnectionURIError) {
            var rest = text
            var shownUser = ""
            if let at = text.lastIndex(of: "@") {
                let credentials = text[..<at]
                let name = credentials.prefix { $0 != ":" }
                guard Self.isName(name, also: "%+") else { throw .malformedAuthority }
                user = String(name)
                shownUser = credentials.count > name.count ? "\(name):***@" : "\(name)@"
                rest = text[text.index(after: at)...]
            }
            redacted = shownUser + String(rest)
            if rest.isEmpty {
                guard user == nil else { throw .malformedAuthority }
                return
            }
            try readHost(rest)
        }

        private mutating func readHost(_ text: Substring) throws(ConnectionURIError) {
            var portText: Substring?
            if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
                let address = text[text.index(after: text.startIndex)..<end]
                guard !address.isEmpty, address.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else {
                    throw .malformedAuthority
                }
                host = String(address)
                let behind = text[text.index(after: end)...]
                guard behind.isEmpty || behind.hasPrefix(":") else { throw .malformedAuthority }
                portText = behind.isEmpty ? nil : behind.dropFirst()
            } else {
                let name = text.prefix { $0 != ":" }
                guard Self.isName(name, also: "") else { throw .malformedAuthority }
                host = String(name)
                portText = name.endIndex == text.endIndex ? nil : text[name.endIndex...].dropFirst()
            }
            guard let portText else { return }
            guard let number = Int(portText), (1...65535).contains(number), portText.allSatisfy(\.isNumber) else {
                throw .malformedPort
            }
            port = number
        }

        private static func isName(_ text: Substring, also more: String) -> Bool {
            !text.isEmpty && !text.hasPrefix("-")
                && text.allSatisfy { $0.isLetter || $0.isNumber || "._-".contains($0) || more.contains($0) }
        }
    }
}
