// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Programs

/// The programs that the driver runs, what for, and whether a guest can be run without them.
struct HostPrograms {
    let program: HostProgram
    let purpose: String
    let need: Need

    /// Which guests need a program.
    enum Need {
        /// All.
        case everyGuest
        /// Those of the private daemon.
        case privateDaemon
        /// Those whose document, or whose image as it was given, asks for what the program makes.
        case someGuests
    }

    /// Every program that is run somewhere in the driver.
    static let needed = [
        HostPrograms(
            program: HostProgram("qemu-img", package: "qemu-utils"), purpose: "it makes disks", need: .everyGuest),
        HostPrograms(
            program: HostProgram("prlimit", package: "util-linux"), purpose: "it limits other programs",
            need: .everyGuest),
        HostPrograms(
            program: HostProgram("tini", package: "tini"), purpose: "it collects ended QEMU processes",
            need: .privateDaemon),
        HostPrograms(
            program: HostProgram("setpriv", package: "util-linux"), purpose: "it takes on the guests' account",
            need: .privateDaemon),
        HostPrograms(
            program: HostProgram("libvirtd", package: "libvirt-daemon"), purpose: "the private daemon",
            need: .privateDaemon),
        HostPrograms(
            program: HostProgram("virtlogd", package: "libvirt-daemon"), purpose: "it bounds console logs",
            need: .privateDaemon),
        HostPrograms(
            program: HostProgram("xorrisofs", package: "xorriso"), purpose: "it makes cloud-init seeds",
            need: .someGuests),
        HostPrograms(
            program: HostProgram("gzip", package: "gzip"), purpose: "it expands images", need: .someGuests),
        HostPrograms(
            program: HostProgram("zstd", package: "zstd"), purpose: "it expands images", need: .someGuests),
        HostPrograms(
            program: HostProgram("xz", package: "xz-utils"), purpose: "it expands images", need: .someGuests),
        HostPrograms(
            program: HostProgram("fallocate", package: "util-linux"), purpose: "it makes holes of images' zeros",
            need: .someGuests),
        HostPrograms(
            program: HostProgram("ip", package: "iproute2"), purpose: "it makes tap devices", need: .someGuests),
    ]
}
