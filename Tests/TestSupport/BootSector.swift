// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation

/// The disk of a guest that costs next to nothing: its first sector waits for the power button, and turns off. It says
/// ``mark`` on its console once it listens.
public enum BootSector {
    /// What it writes to its console.
    public static let mark = UInt8(ascii: "!")

    /// Real-mode code for QEMU's q35, whose power management has its registers at port 0x600.
    private static let code: [UInt8] = [
        0xFB,  // sti
        0xBA, 0x02, 0x06,  // mov dx, 0x602     PM1 enable
        0xB8, 0x00, 0x01,  // mov ax, 0x100     the power button
        0xEF,  // out dx, ax
        0xBA, 0xF8, 0x03,  // mov dx, 0x3F8     the serial port
        0xB0, mark,  // mov al, mark
        0xEE,  // out dx, al
        0xF4,  // wait: hlt
        0xBA, 0x00, 0x06,  // mov dx, 0x600     PM1 status
        0xED,  // in ax, dx
        0xF6, 0xC4, 0x01,  // test ah, 1        was it pressed?
        0x74, 0xF6,  // jz wait
        0xEF,  // out dx, ax         heard
        0xBA, 0x04, 0x06,  // mov dx, 0x604     PM1 control
        0xB8, 0x00, 0x20,  // mov ax, 0x2000    sleep state S5
        0xEF,  // out dx, ax
        0xEB, 0xEC,  // jmp wait
    ]

    /// Writes a disk of 1 MiB.
    public static func write(to path: String) throws {
        var disk = Data(count: 1 << 20)
        disk.replaceSubrange(0..<code.count, with: code)
        disk[510] = 0x55
        disk[511] = 0xAA
        try disk.write(to: URL(filePath: path))
    }
}
