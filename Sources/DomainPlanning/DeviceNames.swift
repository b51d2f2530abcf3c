// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel

/// The names by which an instance's devices are known to libvirt, QEMU and the guest; all follow from an index.
public enum DeviceNames {
    /// The disk of an index as libvirt names its target: `vda` to `vdz`, then `vdaa`, and `sda` on other buses.
    public static func disk(_ index: Int, on bus: InstanceModel.Disk.Bus = .virtio) -> String {
        var letters = ""
        var rest = index
        repeat {
            letters = String(UnicodeScalar(UInt8(ascii: "a") + UInt8(rest % 26))) + letters
            rest = rest / 26 - 1
        } while rest >= 0
        return (bus == .virtio ? "vd" : "sd") + letters
    }

    /// A disk's alias; libvirt keeps aliases that begin with `ua-`.
    public static func diskAlias(_ index: Int) -> String {
        "ua-disk-\(index)"
    }

    /// An interface's alias.
    public static func interfaceAlias(_ index: Int) -> String {
        "ua-net-\(index)"
    }

    /// The host's side of an interface as QEMU names it: libvirt puts `host` before the alias.
    public static func netdev(_ index: Int) -> String {
        "host" + interfaceAlias(index)
    }
}
