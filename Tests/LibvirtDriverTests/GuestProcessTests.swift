// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import SystemPackage
import Testing

@testable import LibvirtDriver

@Suite("A guest's process")
struct GuestProcessTests {
    @Test(
        "is of a state directory that its arguments name",
        arguments: [
            "-drive\0file=/srv/roost/instances/a/disk-0.qcow2\0", "{\"filename\":\"/srv/roost/instances/a\"}",
            "-pidfile\0/srv/roost/private/x.pid\0", "/srv/roost/x", "unix:/srv/roost/private/s,server=on",
        ])
    func names(arguments: String) {
        #expect(GuestProcess.names("/srv/roost", in: arguments))
    }

    @Test(
        "is not of one whose path is only a part of what they name",
        arguments: [
            "file=/mnt/srv/roost/instances/a\0", "file=/srv/roost-2/a\0", "file=/srv/roost\0",
            "file=/backup.srv/roost/a", "",
        ])
    func doesNotName(arguments: String) {
        #expect(!GuestProcess.names("/srv/roost", in: arguments))
    }
}
