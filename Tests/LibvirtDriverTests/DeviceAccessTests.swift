// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import Foundation
import Glibc
import Testing

@testable import LibvirtDriver

@Suite("An account's access to a device")
struct DeviceAccessTests {
    @Test(
        "is what the mode gives to its owner, its group or others, and nothing less than reading and writing",
        arguments: [
            (0o600, true, false, false), (0o060, false, true, false), (0o006, false, false, true),
            (0o666, true, true, true), (0o444, false, false, false), (0o064, false, true, false),
        ] as [(mode_t, Bool, Bool, Bool)])
    func modes(mode: mode_t, owner: Bool, group: Bool, others: Bool) throws {
        let path = NSTemporaryDirectory() + "/roost-device-\(UUID().uuidString)"
        try Data().write(to: URL(filePath: path))
        defer { unlink(path) }
        // Accounts that this process is not, whoever runs it: the file belongs to it.
        let (user, of) = (geteuid(), getegid())
        chmod(path, mode)
        let stranger = GuestAccount(name: "nobody-of-roost", userID: user + 4_242, groupID: of + 4_242)
        #expect(stranger.mayOpen(path) == others)
        let member = GuestAccount(name: "nobody-of-roost", userID: user + 4_242, groupID: of)
        #expect(member.mayOpen(path) == group)
        guard user == 0 else { return #expect(GuestAccount.currentUser().mayOpen(path) == owner) }
        chown(path, 4_242, 4_242)
        #expect(GuestAccount(name: "nobody-of-roost", userID: 4_242, groupID: 4_243).mayOpen(path) == owner)
    }

    @Test("is none to what is not there")
    func missing() {
        #expect(!GuestAccount(name: "nobody-of-roost", userID: 4_242, groupID: 4_242).mayOpen("/dev/no/such/device"))
        #expect(GuestAccount(name: "nobody-of-roost", userID: 4_242, groupID: 4_242).mayOpen("/dev/null"))
    }
}
