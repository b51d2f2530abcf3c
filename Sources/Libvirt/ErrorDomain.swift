// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Which part of libvirt reported an error, by libvirt's number (`virErrorDomain`).
///
/// An open set: a part that a newer libvirt has survives as its number.
public struct ErrorDomain: RawRepresentable, Sendable, Hashable {
    /// libvirt's number.
    public let rawValue: Int32

    /// The part with a number; any number is taken.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// `VIR_FROM_NONE`, since libvirt 0.1.0.
    public static let unspecified = ErrorDomain(rawValue: 0)
    /// `VIR_FROM_XEN`, since libvirt 0.1.0.
    public static let xen = ErrorDomain(rawValue: 1)
    /// `VIR_FROM_XEND`, since libvirt 0.1.0.
    public static let xend = ErrorDomain(rawValue: 2)
    /// `VIR_FROM_XENSTORE`, since libvirt 0.1.0.
    public static let xenstore = ErrorDomain(rawValue: 3)
    /// `VIR_FROM_SEXPR`, since libvirt 0.1.0.
    public static let sexpr = ErrorDomain(rawValue: 4)
    /// `VIR_FROM_XML`, since libvirt 0.1.0.
    public static let xml = ErrorDomain(rawValue: 5)
    /// `VIR_FROM_DOM`, since libvirt 0.1.0.
    public static let domainOperation = ErrorDomain(rawValue: 6)
    /// `VIR_FROM_RPC`, since libvirt 0.1.1.
    public static let rpc = ErrorDomain(rawValue: 7)
    /// `VIR_FROM_PROXY`, since libvirt 0.1.3.
    public static let proxy = ErrorDomain(rawValue: 8)
    /// `VIR_FROM_CONF`, since libvirt 0.1.6.
    public static let configuration = ErrorDomain(rawValue: 9)
    /// `VIR_FROM_QEMU`, since libvirt 0.2.0.
    public static let qemu = ErrorDomain(rawValue: 10)
    /// `VIR_FROM_NET`, since libvirt 0.2.0.
    public static let networkOperation = ErrorDomain(rawValue: 11)
    /// `VIR_FROM_TEST`, since libvirt 0.2.3.
    public static let test = ErrorDomain(rawValue: 12)
    /// `VIR_FROM_REMOTE`, since libvirt 0.2.3.
    public static let remote = ErrorDomain(rawValue: 13)
    /// `VIR_FROM_OPENVZ`, since libvirt 0.3.1.
    public static let openvz = ErrorDomain(rawValue: 14)
    /// `VIR_FROM_XENXM`, since libvirt 0.4.1.
    public static let xenxm = ErrorDomain(rawValue: 15)
    /// `VIR_FROM_STATS_LINUX`, since libvirt 0.4.1.
    public static let statsLinux = ErrorDomain(rawValue: 16)
    /// `VIR_FROM_LXC`, since libvirt 0.4.2.
    public static let lxc = ErrorDomain(rawValue: 17)
    /// `VIR_FROM_STORAGE`, since libvirt 0.4.1.
    public static let storage = ErrorDomain(rawValue: 18)
    /// `VIR_FROM_NETWORK`, since libvirt 0.4.6.
    public static let network = ErrorDomain(rawValue: 19)
    /// `VIR_FROM_DOMAIN`, since libvirt 0.4.6.
    public static let domain = ErrorDomain(rawValue: 20)
    /// `VIR_FROM_UML`, since libvirt 0.5.0.
    public static let uml = ErrorDomain(rawValue: 21)
    /// `VIR_FROM_NODEDEV`, since libvirt 0.5.0.
    public static let nodedev = ErrorDomain(rawValue: 22)
    /// `VIR_FROM_XEN_INOTIFY`, since libvirt 0.5.0.
    public static let xenInotify = ErrorDomain(rawValue: 23)
    /// `VIR_FROM_SECURITY`, since libvirt 0.6.1.
    public static let security = ErrorDomain(rawValue: 24)
    /// `VIR_FROM_VBOX`, since libvirt 0.6.3.
    public static let vbox = ErrorDomain(rawValue: 25)
    /// `VIR_FROM_INTERFACE`, since libvirt 0.6.4.
    public static let interface = ErrorDomain(rawValue: 26)
    /// `VIR_FROM_ONE`, since libvirt 0.6.4.
    public static let one = ErrorDomain(rawValue: 27)
    /// `VIR_FROM_ESX`, since libvirt 0.7.0.
    public static let esx = ErrorDomain(rawValue: 28)
    /// `VIR_FROM_PHYP`, since libvirt 0.7.0.
    public static let phyp = ErrorDomain(rawValue: 29)
    /// `VIR_FROM_SECRET`, since libvirt 0.7.1.
    public static let secret = ErrorDomain(rawValue: 30)
    /// `VIR_FROM_CPU`, since libvirt 0.7.5.
    public static let cpu = ErrorDomain(rawValue: 31)
    /// `VIR_FROM_XENAPI`, since libvirt 0.8.0.
    public static let xenapi = ErrorDomain(rawValue: 32)
    /// `VIR_FROM_NWFILTER`, since libvirt 0.8.0.
    public static let nwfilter = ErrorDomain(rawValue: 33)
    /// `VIR_FROM_HOOK`, since libvirt 0.8.0.
    public static let hook = ErrorDomain(rawValue: 34)
    /// `VIR_FROM_DOMAIN_SNAPSHOT`, since libvirt 0.8.0.
    public static let domainSnapshot = ErrorDomain(rawValue: 35)
    /// `VIR_FROM_AUDIT`, since libvirt 0.8.5.
    public static let audit = ErrorDomain(rawValue: 36)
    /// `VIR_FROM_SYSINFO`, since libvirt 0.8.6.
    public static let sysinfo = ErrorDomain(rawValue: 37)
    /// `VIR_FROM_STREAMS`, since libvirt 0.8.6.
    public static let streams = ErrorDomain(rawValue: 38)
    /// `VIR_FROM_VMWARE`, since libvirt 0.8.7.
    public static let vmware = ErrorDomain(rawValue: 39)
    /// `VIR_FROM_EVENT`, since libvirt 0.9.0.
    public static let event = ErrorDomain(rawValue: 40)
    /// `VIR_FROM_LIBXL`, since libvirt 0.9.0.
    public static let libxl = ErrorDomain(rawValue: 41)
    /// `VIR_FROM_LOCKING`, since libvirt 0.9.2.
    public static let locking = ErrorDomain(rawValue: 42)
    /// `VIR_FROM_HYPERV`, since libvirt 0.9.5.
    public static let hyperv = ErrorDomain(rawValue: 43)
    /// `VIR_FROM_CAPABILITIES`, since libvirt 0.9.8.
    public static let capabilities = ErrorDomain(rawValue: 44)
    /// `VIR_FROM_URI`, since libvirt 0.9.11.
    public static let uri = ErrorDomain(rawValue: 45)
    /// `VIR_FROM_AUTH`, since libvirt 0.9.11.
    public static let auth = ErrorDomain(rawValue: 46)
    /// `VIR_FROM_DBUS`, since libvirt 0.9.12.
    public static let dbus = ErrorDomain(rawValue: 47)
    /// `VIR_FROM_PARALLELS`, since libvirt 0.10.0.
    public static let parallels = ErrorDomain(rawValue: 48)
    /// `VIR_FROM_DEVICE`, since libvirt 0.10.0.
    public static let device = ErrorDomain(rawValue: 49)
    /// `VIR_FROM_SSH`, since libvirt 0.10.0.
    public static let ssh = ErrorDomain(rawValue: 50)
    /// `VIR_FROM_LOCKSPACE`, since libvirt 1.0.0.
    public static let lockspace = ErrorDomain(rawValue: 51)
    /// `VIR_FROM_INITCTL`, since libvirt 1.0.1.
    public static let initctl = ErrorDomain(rawValue: 52)
    /// `VIR_FROM_IDENTITY`, since libvirt 1.0.4.
    public static let identity = ErrorDomain(rawValue: 53)
    /// `VIR_FROM_CGROUP`, since libvirt 1.0.5.
    public static let cgroup = ErrorDomain(rawValue: 54)
    /// `VIR_FROM_ACCESS`, since libvirt 1.1.0.
    public static let access = ErrorDomain(rawValue: 55)
    /// `VIR_FROM_SYSTEMD`, since libvirt 1.1.1.
    public static let systemd = ErrorDomain(rawValue: 56)
    /// `VIR_FROM_BHYVE`, since libvirt 1.2.2.
    public static let bhyve = ErrorDomain(rawValue: 57)
    /// `VIR_FROM_CRYPTO`, since libvirt 1.2.3.
    public static let crypto = ErrorDomain(rawValue: 58)
    /// `VIR_FROM_FIREWALL`, since libvirt 1.2.4.
    public static let firewall = ErrorDomain(rawValue: 59)
    /// `VIR_FROM_POLKIT`, since libvirt 1.2.9.
    public static let polkit = ErrorDomain(rawValue: 60)
    /// `VIR_FROM_THREAD`, since libvirt 1.2.14.
    public static let thread = ErrorDomain(rawValue: 61)
    /// `VIR_FROM_ADMIN`, since libvirt 1.2.17.
    public static let admin = ErrorDomain(rawValue: 62)
    /// `VIR_FROM_LOGGING`, since libvirt 1.3.0.
    public static let logging = ErrorDomain(rawValue: 63)
    /// `VIR_FROM_XENXL`, since libvirt 1.3.2.
    public static let xenxl = ErrorDomain(rawValue: 64)
    /// `VIR_FROM_PERF`, since libvirt 1.3.3.
    public static let perf = ErrorDomain(rawValue: 65)
    /// `VIR_FROM_LIBSSH`, since libvirt 2.5.0.
    public static let libssh = ErrorDomain(rawValue: 66)
    /// `VIR_FROM_RESCTRL`, since libvirt 3.7.0.
    public static let resctrl = ErrorDomain(rawValue: 67)
    /// `VIR_FROM_FIREWALLD`, since libvirt 5.1.0.
    public static let firewalld = ErrorDomain(rawValue: 68)
    /// `VIR_FROM_DOMAIN_CHECKPOINT`, since libvirt 5.2.0.
    public static let domainCheckpoint = ErrorDomain(rawValue: 69)
    /// `VIR_FROM_TPM`, since libvirt 5.6.0.
    public static let tpm = ErrorDomain(rawValue: 70)
    /// `VIR_FROM_BPF`, since libvirt 5.10.0.
    public static let bpf = ErrorDomain(rawValue: 71)
    /// `VIR_FROM_CH`, since libvirt 7.5.0.
    public static let cloudHypervisor = ErrorDomain(rawValue: 72)
}

extension ErrorDomain: CustomStringConvertible {
    /// The number, as libvirt's header has it.
    public var description: String { String(rawValue) }
}
