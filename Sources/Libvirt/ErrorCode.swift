// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What went wrong, by libvirt's number (`virErrorNumber`).
///
/// An open set: a code that a newer libvirt reports survives as its number.
public struct ErrorCode: RawRepresentable, Sendable, Hashable {
    /// libvirt's number.
    public let rawValue: Int32

    /// The code with a number; any number is taken.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// `VIR_ERR_OK`, since libvirt 0.1.0.
    public static let ok = ErrorCode(rawValue: 0)
    /// `VIR_ERR_INTERNAL_ERROR`, since libvirt 0.1.0.
    public static let internalError = ErrorCode(rawValue: 1)
    /// `VIR_ERR_NO_MEMORY`, since libvirt 0.1.0.
    public static let noMemory = ErrorCode(rawValue: 2)
    /// `VIR_ERR_NO_SUPPORT`, since libvirt 0.1.0.
    public static let noSupport = ErrorCode(rawValue: 3)
    /// `VIR_ERR_UNKNOWN_HOST`, since libvirt 0.1.0.
    public static let unknownHost = ErrorCode(rawValue: 4)
    /// `VIR_ERR_NO_CONNECT`, since libvirt 0.1.0.
    public static let noConnect = ErrorCode(rawValue: 5)
    /// `VIR_ERR_INVALID_CONN`, since libvirt 0.1.0.
    public static let invalidConnection = ErrorCode(rawValue: 6)
    /// `VIR_ERR_INVALID_DOMAIN`, since libvirt 0.1.0.
    public static let invalidDomain = ErrorCode(rawValue: 7)
    /// `VIR_ERR_INVALID_ARG`, since libvirt 0.1.0.
    public static let invalidArgument = ErrorCode(rawValue: 8)
    /// `VIR_ERR_OPERATION_FAILED`, since libvirt 0.1.0.
    public static let operationFailed = ErrorCode(rawValue: 9)
    /// `VIR_ERR_GET_FAILED`, since libvirt 0.1.0.
    public static let getFailed = ErrorCode(rawValue: 10)
    /// `VIR_ERR_POST_FAILED`, since libvirt 0.1.0.
    public static let postFailed = ErrorCode(rawValue: 11)
    /// `VIR_ERR_HTTP_ERROR`, since libvirt 0.1.0.
    public static let httpError = ErrorCode(rawValue: 12)
    /// `VIR_ERR_SEXPR_SERIAL`, since libvirt 0.1.0.
    public static let sexprSerial = ErrorCode(rawValue: 13)
    /// `VIR_ERR_NO_XEN`, since libvirt 0.1.0.
    public static let noXen = ErrorCode(rawValue: 14)
    /// `VIR_ERR_XEN_CALL`, since libvirt 0.1.0.
    public static let xenCall = ErrorCode(rawValue: 15)
    /// `VIR_ERR_OS_TYPE`, since libvirt 0.1.0.
    public static let osType = ErrorCode(rawValue: 16)
    /// `VIR_ERR_NO_KERNEL`, since libvirt 0.1.0.
    public static let noKernel = ErrorCode(rawValue: 17)
    /// `VIR_ERR_NO_ROOT`, since libvirt 0.1.0.
    public static let noRoot = ErrorCode(rawValue: 18)
    /// `VIR_ERR_NO_SOURCE`, since libvirt 0.1.0.
    public static let noSource = ErrorCode(rawValue: 19)
    /// `VIR_ERR_NO_TARGET`, since libvirt 0.1.0.
    public static let noTarget = ErrorCode(rawValue: 20)
    /// `VIR_ERR_NO_NAME`, since libvirt 0.1.0.
    public static let noName = ErrorCode(rawValue: 21)
    /// `VIR_ERR_NO_OS`, since libvirt 0.1.0.
    public static let noOS = ErrorCode(rawValue: 22)
    /// `VIR_ERR_NO_DEVICE`, since libvirt 0.1.0.
    public static let noDevice = ErrorCode(rawValue: 23)
    /// `VIR_ERR_NO_XENSTORE`, since libvirt 0.1.0.
    public static let noXenstore = ErrorCode(rawValue: 24)
    /// `VIR_ERR_DRIVER_FULL`, since libvirt 0.1.0.
    public static let driverFull = ErrorCode(rawValue: 25)
    /// `VIR_ERR_CALL_FAILED`, since libvirt 0.1.0.
    public static let callFailed = ErrorCode(rawValue: 26)
    /// `VIR_ERR_XML_ERROR`, since libvirt 0.1.1.
    public static let xmlError = ErrorCode(rawValue: 27)
    /// `VIR_ERR_DOM_EXIST`, since libvirt 0.1.1.
    public static let domainExist = ErrorCode(rawValue: 28)
    /// `VIR_ERR_OPERATION_DENIED`, since libvirt 0.1.4.
    public static let operationDenied = ErrorCode(rawValue: 29)
    /// `VIR_ERR_OPEN_FAILED`, since libvirt 0.1.6.
    public static let openFailed = ErrorCode(rawValue: 30)
    /// `VIR_ERR_READ_FAILED`, since libvirt 0.1.6.
    public static let readFailed = ErrorCode(rawValue: 31)
    /// `VIR_ERR_PARSE_FAILED`, since libvirt 0.1.6.
    public static let parseFailed = ErrorCode(rawValue: 32)
    /// `VIR_ERR_CONF_SYNTAX`, since libvirt 0.1.6.
    public static let confSyntax = ErrorCode(rawValue: 33)
    /// `VIR_ERR_WRITE_FAILED`, since libvirt 0.1.6.
    public static let writeFailed = ErrorCode(rawValue: 34)
    /// `VIR_ERR_XML_DETAIL`, since libvirt 0.1.9.
    public static let xmlDetail = ErrorCode(rawValue: 35)
    /// `VIR_ERR_INVALID_NETWORK`, since libvirt 0.2.0.
    public static let invalidNetwork = ErrorCode(rawValue: 36)
    /// `VIR_ERR_NETWORK_EXIST`, since libvirt 0.2.0.
    public static let networkExist = ErrorCode(rawValue: 37)
    /// `VIR_ERR_SYSTEM_ERROR`, since libvirt 0.2.1.
    public static let systemError = ErrorCode(rawValue: 38)
    /// `VIR_ERR_RPC`, since libvirt 0.2.3.
    public static let rpc = ErrorCode(rawValue: 39)
    /// `VIR_ERR_GNUTLS_ERROR`, since libvirt 0.2.3.
    public static let gnutlsError = ErrorCode(rawValue: 40)
    /// `VIR_WAR_NO_NETWORK`, since libvirt 0.2.3.
    public static let warningNoNetwork = ErrorCode(rawValue: 41)
    /// `VIR_ERR_NO_DOMAIN`, since libvirt 0.3.0.
    public static let noDomain = ErrorCode(rawValue: 42)
    /// `VIR_ERR_NO_NETWORK`, since libvirt 0.3.0.
    public static let noNetwork = ErrorCode(rawValue: 43)
    /// `VIR_ERR_INVALID_MAC`, since libvirt 0.3.1.
    public static let invalidMAC = ErrorCode(rawValue: 44)
    /// `VIR_ERR_AUTH_FAILED`, since libvirt 0.4.1.
    public static let authFailed = ErrorCode(rawValue: 45)
    /// `VIR_ERR_INVALID_STORAGE_POOL`, since libvirt 0.4.1.
    public static let invalidStoragePool = ErrorCode(rawValue: 46)
    /// `VIR_ERR_INVALID_STORAGE_VOL`, since libvirt 0.4.1.
    public static let invalidStorageVolume = ErrorCode(rawValue: 47)
    /// `VIR_WAR_NO_STORAGE`, since libvirt 0.4.1.
    public static let warningNoStorage = ErrorCode(rawValue: 48)
    /// `VIR_ERR_NO_STORAGE_POOL`, since libvirt 0.4.1.
    public static let noStoragePool = ErrorCode(rawValue: 49)
    /// `VIR_ERR_NO_STORAGE_VOL`, since libvirt 0.4.1.
    public static let noStorageVolume = ErrorCode(rawValue: 50)
    /// `VIR_WAR_NO_NODE`, since libvirt 0.5.0.
    public static let warningNoNode = ErrorCode(rawValue: 51)
    /// `VIR_ERR_INVALID_NODE_DEVICE`, since libvirt 0.5.0.
    public static let invalidNodeDevice = ErrorCode(rawValue: 52)
    /// `VIR_ERR_NO_NODE_DEVICE`, since libvirt 0.5.0.
    public static let noNodeDevice = ErrorCode(rawValue: 53)
    /// `VIR_ERR_NO_SECURITY_MODEL`, since libvirt 0.6.1.
    public static let noSecurityModel = ErrorCode(rawValue: 54)
    /// `VIR_ERR_OPERATION_INVALID`, since libvirt 0.6.4.
    public static let operationInvalid = ErrorCode(rawValue: 55)
    /// `VIR_WAR_NO_INTERFACE`, since libvirt 0.6.4.
    public static let warningNoInterface = ErrorCode(rawValue: 56)
    /// `VIR_ERR_NO_INTERFACE`, since libvirt 0.6.4.
    public static let noInterface = ErrorCode(rawValue: 57)
    /// `VIR_ERR_INVALID_INTERFACE`, since libvirt 0.6.4.
    public static let invalidInterface = ErrorCode(rawValue: 58)
    /// `VIR_ERR_MULTIPLE_INTERFACES`, since libvirt 0.7.0.
    public static let multipleInterfaces = ErrorCode(rawValue: 59)
    /// `VIR_WAR_NO_NWFILTER`, since libvirt 0.8.0.
    public static let warningNoNwfilter = ErrorCode(rawValue: 60)
    /// `VIR_ERR_INVALID_NWFILTER`, since libvirt 0.8.0.
    public static let invalidNwfilter = ErrorCode(rawValue: 61)
    /// `VIR_ERR_NO_NWFILTER`, since libvirt 0.8.0.
    public static let noNwfilter = ErrorCode(rawValue: 62)
    /// `VIR_ERR_BUILD_FIREWALL`, since libvirt 0.8.0.
    public static let buildFirewall = ErrorCode(rawValue: 63)
    /// `VIR_WAR_NO_SECRET`, since libvirt 0.7.1.
    public static let warningNoSecret = ErrorCode(rawValue: 64)
    /// `VIR_ERR_INVALID_SECRET`, since libvirt 0.7.1.
    public static let invalidSecret = ErrorCode(rawValue: 65)
    /// `VIR_ERR_NO_SECRET`, since libvirt 0.7.1.
    public static let noSecret = ErrorCode(rawValue: 66)
    /// `VIR_ERR_CONFIG_UNSUPPORTED`, since libvirt 0.7.3.
    public static let configUnsupported = ErrorCode(rawValue: 67)
    /// `VIR_ERR_OPERATION_TIMEOUT`, since libvirt 0.7.3.
    public static let operationTimeout = ErrorCode(rawValue: 68)
    /// `VIR_ERR_MIGRATE_PERSIST_FAILED`, since libvirt 0.7.3.
    public static let migratePersistFailed = ErrorCode(rawValue: 69)
    /// `VIR_ERR_HOOK_SCRIPT_FAILED`, since libvirt 0.8.0.
    public static let hookScriptFailed = ErrorCode(rawValue: 70)
    /// `VIR_ERR_INVALID_DOMAIN_SNAPSHOT`, since libvirt 0.8.0.
    public static let invalidDomainSnapshot = ErrorCode(rawValue: 71)
    /// `VIR_ERR_NO_DOMAIN_SNAPSHOT`, since libvirt 0.8.0.
    public static let noDomainSnapshot = ErrorCode(rawValue: 72)
    /// `VIR_ERR_INVALID_STREAM`, since libvirt 0.9.0.
    public static let invalidStream = ErrorCode(rawValue: 73)
    /// `VIR_ERR_ARGUMENT_UNSUPPORTED`, since libvirt 0.9.4.
    public static let argumentUnsupported = ErrorCode(rawValue: 74)
    /// `VIR_ERR_STORAGE_PROBE_FAILED`, since libvirt 0.9.5.
    public static let storageProbeFailed = ErrorCode(rawValue: 75)
    /// `VIR_ERR_STORAGE_POOL_BUILT`, since libvirt 0.9.5.
    public static let storagePoolBuilt = ErrorCode(rawValue: 76)
    /// `VIR_ERR_SNAPSHOT_REVERT_RISKY`, since libvirt 0.9.7.
    public static let snapshotRevertRisky = ErrorCode(rawValue: 77)
    /// `VIR_ERR_OPERATION_ABORTED`, since libvirt 0.9.9.
    public static let operationAborted = ErrorCode(rawValue: 78)
    /// `VIR_ERR_AUTH_CANCELLED`, since libvirt 0.9.10.
    public static let authCancelled = ErrorCode(rawValue: 79)
    /// `VIR_ERR_NO_DOMAIN_METADATA`, since libvirt 0.9.10.
    public static let noDomainMetadata = ErrorCode(rawValue: 80)
    /// `VIR_ERR_MIGRATE_UNSAFE`, since libvirt 0.9.11.
    public static let migrateUnsafe = ErrorCode(rawValue: 81)
    /// `VIR_ERR_OVERFLOW`, since libvirt 0.9.11.
    public static let overflow = ErrorCode(rawValue: 82)
    /// `VIR_ERR_BLOCK_COPY_ACTIVE`, since libvirt 0.9.12.
    public static let blockCopyActive = ErrorCode(rawValue: 83)
    /// `VIR_ERR_OPERATION_UNSUPPORTED`, since libvirt 0.10.0.
    public static let operationUnsupported = ErrorCode(rawValue: 84)
    /// `VIR_ERR_SSH`, since libvirt 0.10.0.
    public static let ssh = ErrorCode(rawValue: 85)
    /// `VIR_ERR_AGENT_UNRESPONSIVE`, since libvirt 0.10.0.
    public static let agentUnresponsive = ErrorCode(rawValue: 86)
    /// `VIR_ERR_RESOURCE_BUSY`, since libvirt 1.0.0.
    public static let resourceBusy = ErrorCode(rawValue: 87)
    /// `VIR_ERR_ACCESS_DENIED`, since libvirt 1.1.0.
    public static let accessDenied = ErrorCode(rawValue: 88)
    /// `VIR_ERR_DBUS_SERVICE`, since libvirt 1.1.1.
    public static let dbusService = ErrorCode(rawValue: 89)
    /// `VIR_ERR_STORAGE_VOL_EXIST`, since libvirt 1.1.4.
    public static let storageVolumeExist = ErrorCode(rawValue: 90)
    /// `VIR_ERR_CPU_INCOMPATIBLE`, since libvirt 1.2.6.
    public static let cpuIncompatible = ErrorCode(rawValue: 91)
    /// `VIR_ERR_XML_INVALID_SCHEMA`, since libvirt 1.2.12.
    public static let xmlInvalidSchema = ErrorCode(rawValue: 92)
    /// `VIR_ERR_MIGRATE_FINISH_OK`, since libvirt 1.2.18.
    public static let migrateFinishOk = ErrorCode(rawValue: 93)
    /// `VIR_ERR_AUTH_UNAVAILABLE`, since libvirt 1.3.3.
    public static let authUnavailable = ErrorCode(rawValue: 94)
    /// `VIR_ERR_NO_SERVER`, since libvirt 1.3.3.
    public static let noServer = ErrorCode(rawValue: 95)
    /// `VIR_ERR_NO_CLIENT`, since libvirt 1.3.5.
    public static let noClient = ErrorCode(rawValue: 96)
    /// `VIR_ERR_AGENT_UNSYNCED`, since libvirt 2.3.0.
    public static let agentUnsynced = ErrorCode(rawValue: 97)
    /// `VIR_ERR_LIBSSH`, since libvirt 2.5.0.
    public static let libssh = ErrorCode(rawValue: 98)
    /// `VIR_ERR_DEVICE_MISSING`, since libvirt 4.1.0.
    public static let deviceMissing = ErrorCode(rawValue: 99)
    /// `VIR_ERR_INVALID_NWFILTER_BINDING`, since libvirt 4.5.0.
    public static let invalidNwfilterBinding = ErrorCode(rawValue: 100)
    /// `VIR_ERR_NO_NWFILTER_BINDING`, since libvirt 4.5.0.
    public static let noNwfilterBinding = ErrorCode(rawValue: 101)
    /// `VIR_ERR_INVALID_DOMAIN_CHECKPOINT`, since libvirt 5.2.0.
    public static let invalidDomainCheckpoint = ErrorCode(rawValue: 102)
    /// `VIR_ERR_NO_DOMAIN_CHECKPOINT`, since libvirt 5.2.0.
    public static let noDomainCheckpoint = ErrorCode(rawValue: 103)
    /// `VIR_ERR_NO_DOMAIN_BACKUP`, since libvirt 5.2.0.
    public static let noDomainBackup = ErrorCode(rawValue: 104)
    /// `VIR_ERR_INVALID_NETWORK_PORT`, since libvirt 5.5.0.
    public static let invalidNetworkPort = ErrorCode(rawValue: 105)
    /// `VIR_ERR_NETWORK_PORT_EXIST`, since libvirt 5.5.0.
    public static let networkPortExist = ErrorCode(rawValue: 106)
    /// `VIR_ERR_NO_NETWORK_PORT`, since libvirt 5.5.0.
    public static let noNetworkPort = ErrorCode(rawValue: 107)
    /// `VIR_ERR_NO_HOSTNAME`, since libvirt 6.1.0.
    public static let noHostname = ErrorCode(rawValue: 108)
    /// `VIR_ERR_CHECKPOINT_INCONSISTENT`, since libvirt 6.10.0.
    public static let checkpointInconsistent = ErrorCode(rawValue: 109)
    /// `VIR_ERR_MULTIPLE_DOMAINS`, since libvirt 7.1.0.
    public static let multipleDomains = ErrorCode(rawValue: 110)
}

extension ErrorCode: CustomStringConvertible {
    /// The number, as libvirt's header has it.
    public var description: String { String(rawValue) }
}
