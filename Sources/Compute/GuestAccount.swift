// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc

/// The account that QEMU and the private daemon run as.
public struct GuestAccount: Sendable, Hashable {
    /// The account's name.
    public let name: String
    /// The user id.
    public let userID: UInt32
    /// The id of the account's primary group.
    public let groupID: UInt32

    /// An account of these ids.
    public init(name: String, userID: UInt32, groupID: UInt32) {
        self.name = name
        self.userID = userID
        self.groupID = groupID
    }

    /// The account of this name in the host's user database (`getpwnam_r`).
    ///
    /// - Throws: ``ComputeError`` with code `notFound` where there is none.
    public static func named(_ name: String) throws(ComputeError) -> GuestAccount {
        let found = lookUp { entry, buffer, size, result in
            getpwnam_r(name, entry, buffer, size, result)
        }
        guard let found else {
            throw ComputeError(
                .notFound, subject: "account \(name)", message: "there is no account \(name) on this host",
                hint: "install libvirt-daemon-system, which makes libvirt-qemu, or name another account")
        }
        return found
    }

    /// The account of this process's effective user id; its name is `uid:N` where the user database lacks it.
    public static func currentUser() -> GuestAccount {
        let userID = geteuid()
        let found = lookUp { entry, buffer, size, result in
            getpwuid_r(userID, entry, buffer, size, result)
        }
        return found ?? GuestAccount(name: "uid:\(userID)", userID: userID, groupID: getegid())
    }

    /// Whether this process itself runs as the account.
    public var isCurrentUser: Bool { userID == geteuid() }

    /// The ids of all groups that the account is in (`getgrouplist`).
    public func groups() -> Set<UInt32> {
        var count: CInt = 256
        var ids = [gid_t](repeating: 0, count: Int(count))
        guard getgrouplist(name, groupID, &ids, &count) >= 0 else { return [groupID] }
        return Set(ids.prefix(Int(count))).union([groupID])
    }

    private typealias Query = (
        UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
        UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> CInt

    private static func lookUp(_ query: Query) -> GuestAccount? {
        // SAFETY: the entry's strings point into the buffer, and are copied before the buffer ends.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { buffer in
            var entry = passwd()
            var result: UnsafeMutablePointer<passwd>?
            guard let base = buffer.baseAddress, query(&entry, base, buffer.count, &result) == 0, result != nil,
                let name = entry.pw_name
            else { return nil }
            return GuestAccount(name: String(cString: name), userID: entry.pw_uid, groupID: entry.pw_gid)
        }
    }
}
