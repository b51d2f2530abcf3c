// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A version as libvirt counts: one number, a million for each major and a thousand for each minor version.
public struct Version: Sendable, Hashable {
    /// The first number.
    public let major: Int
    /// The second number, 0 to 999.
    public let minor: Int
    /// The third number, 0 to 999.
    public let micro: Int

    /// A version from its numbers.
    ///
    /// - Parameters:
    ///   - major: The first number.
    ///   - minor: The second number, 0 to 999.
    ///   - micro: The third number, 0 to 999.
    public init(_ major: Int, _ minor: Int, _ micro: Int) {
        self.major = major
        self.minor = minor
        self.micro = micro
    }

    init(libvirt number: UInt) {
        self.init(Int(number / 1_000_000), Int(number / 1000 % 1000), Int(number % 1000))
    }
}

extension Version: Comparable, CustomStringConvertible {
    /// Whether one version is before another.
    public static func < (left: Version, right: Version) -> Bool {
        (left.major, left.minor, left.micro) < (right.major, right.minor, right.micro)
    }

    /// The version as `9.0.0`.
    public var description: String { "\(major).\(minor).\(micro)" }
}
