// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Functions of libvirt that are not wrapped, by reason.
struct APIExclusion {
    let reason: String
    let functions: [String]

    init(_ reason: String, _ functions: String) {
        self.reason = reason
        self.functions = functions.split(whereSeparator: \.isWhitespace).map { String($0) }
    }

    static let all = [
        APIExclusion(
            "Images and volumes are kept in a store of the project's own, the same on every connection.",
            """
            virConnectFindStoragePoolSources virConnectGetStoragePoolCapabilities virConnectListAllStoragePools
            virConnectListDefinedStoragePools virConnectListStoragePools virConnectNumOfDefinedStoragePools
            virConnectNumOfStoragePools virConnectStoragePoolEventDeregisterAny
            virConnectStoragePoolEventRegisterAny virStoragePoolBuild virStoragePoolCreate
            virStoragePoolCreateXML virStoragePoolDefineXML virStoragePoolDelete virStoragePoolDestroy
            virStoragePoolFree virStoragePoolGetAutostart virStoragePoolGetConnect virStoragePoolGetInfo
            virStoragePoolGetName virStoragePoolGetUUID virStoragePoolGetUUIDString virStoragePoolGetXMLDesc
            virStoragePoolIsActive virStoragePoolIsPersistent virStoragePoolListAllVolumes
            virStoragePoolListVolumes virStoragePoolLookupByName virStoragePoolLookupByTargetPath
            virStoragePoolLookupByUUID virStoragePoolLookupByUUIDString virStoragePoolLookupByVolume
            virStoragePoolNumOfVolumes virStoragePoolRef virStoragePoolRefresh virStoragePoolSetAutostart
            virStoragePoolUndefine virStorageVolCreateXML virStorageVolCreateXMLFrom virStorageVolDelete
            virStorageVolDownload virStorageVolFree virStorageVolGetConnect virStorageVolGetInfo
            virStorageVolGetInfoFlags virStorageVolGetKey virStorageVolGetName virStorageVolGetPath
            virStorageVolGetXMLDesc virStorageVolLookupByKey virStorageVolLookupByName virStorageVolLookupByPath
            virStorageVolRef virStorageVolResize virStorageVolUpload virStorageVolWipe virStorageVolWipePattern
            """),
        APIExclusion(
            "Networks are bridges, taps and user-mode networks, made without libvirt's network driver.",
            """
            virConnectListAllNetworks virConnectListDefinedNetworks virConnectListNetworks
            virConnectNetworkEventDeregisterAny virConnectNetworkEventRegisterAny virConnectNumOfDefinedNetworks
            virConnectNumOfNetworks virNetworkCreate virNetworkCreateXML virNetworkCreateXMLFlags
            virNetworkDHCPLeaseFree virNetworkDefineXML virNetworkDefineXMLFlags virNetworkDestroy
            virNetworkFree virNetworkGetAutostart virNetworkGetBridgeName virNetworkGetConnect
            virNetworkGetDHCPLeases virNetworkGetName virNetworkGetUUID virNetworkGetUUIDString
            virNetworkGetXMLDesc virNetworkIsActive virNetworkIsPersistent virNetworkListAllPorts
            virNetworkLookupByName virNetworkLookupByUUID virNetworkLookupByUUIDString virNetworkPortCreateXML
            virNetworkPortDelete virNetworkPortFree virNetworkPortGetNetwork virNetworkPortGetParameters
            virNetworkPortGetUUID virNetworkPortGetUUIDString virNetworkPortGetXMLDesc
            virNetworkPortLookupByUUID virNetworkPortLookupByUUIDString virNetworkPortRef
            virNetworkPortSetParameters virNetworkRef virNetworkSetAutostart virNetworkUndefine virNetworkUpdate
            """),
        APIExclusion(
            "The host's own interfaces are its administrator's.",
            """
            virConnectListAllInterfaces virConnectListDefinedInterfaces virConnectListInterfaces
            virConnectNumOfDefinedInterfaces virConnectNumOfInterfaces virInterfaceChangeBegin
            virInterfaceChangeCommit virInterfaceChangeRollback virInterfaceCreate virInterfaceDefineXML
            virInterfaceDestroy virInterfaceFree virInterfaceGetConnect virInterfaceGetMACString
            virInterfaceGetName virInterfaceGetXMLDesc virInterfaceIsActive virInterfaceLookupByMACString
            virInterfaceLookupByName virInterfaceRef virInterfaceUndefine
            """),
        APIExclusion(
            "Packet filters are made without libvirt's filter driver, which needs privilege.",
            """
            virConnectListAllNWFilterBindings virConnectListAllNWFilters virConnectListNWFilters
            virConnectNumOfNWFilters virNWFilterBindingCreateXML virNWFilterBindingDelete virNWFilterBindingFree
            virNWFilterBindingGetFilterName virNWFilterBindingGetPortDev virNWFilterBindingGetXMLDesc
            virNWFilterBindingLookupByPortDev virNWFilterBindingRef virNWFilterDefineXML
            virNWFilterDefineXMLFlags virNWFilterFree virNWFilterGetName virNWFilterGetUUID
            virNWFilterGetUUIDString virNWFilterGetXMLDesc virNWFilterLookupByName virNWFilterLookupByUUID
            virNWFilterLookupByUUIDString virNWFilterRef virNWFilterUndefine
            """),
        APIExclusion(
            "No device of the host is given to a guest.",
            """
            virConnectListAllNodeDevices virConnectNodeDeviceEventDeregisterAny
            virConnectNodeDeviceEventRegisterAny virNodeDeviceCreate virNodeDeviceCreateXML
            virNodeDeviceDefineXML virNodeDeviceDestroy virNodeDeviceDetachFlags virNodeDeviceDettach
            virNodeDeviceFree virNodeDeviceGetAutostart virNodeDeviceGetName virNodeDeviceGetParent
            virNodeDeviceGetXMLDesc virNodeDeviceIsActive virNodeDeviceIsPersistent virNodeDeviceListCaps
            virNodeDeviceLookupByName virNodeDeviceLookupSCSIHostByWWN virNodeDeviceNumOfCaps
            virNodeDeviceReAttach virNodeDeviceRef virNodeDeviceReset virNodeDeviceSetAutostart
            virNodeDeviceUndefine virNodeListDevices virNodeNumOfDevices
            """),
        APIExclusion(
            "No secret is kept in libvirt.",
            """
            virConnectListAllSecrets virConnectListSecrets virConnectNumOfSecrets
            virConnectSecretEventDeregisterAny virConnectSecretEventRegisterAny virSecretDefineXML virSecretFree
            virSecretGetConnect virSecretGetUUID virSecretGetUUIDString virSecretGetUsageID
            virSecretGetUsageType virSecretGetValue virSecretGetXMLDesc virSecretLookupByUUID
            virSecretLookupByUUIDString virSecretLookupByUsage virSecretRef virSecretSetValue virSecretUndefine
            """),
        APIExclusion(
            "No checkpoints or backups are made through libvirt.",
            """
            virDomainBackupBegin virDomainBackupGetXMLDesc virDomainCheckpointCreateXML
            virDomainCheckpointDelete virDomainCheckpointFree virDomainCheckpointGetConnect
            virDomainCheckpointGetDomain virDomainCheckpointGetName virDomainCheckpointGetParent
            virDomainCheckpointGetXMLDesc virDomainCheckpointListAllChildren virDomainCheckpointLookupByName
            virDomainCheckpointRef virDomainListAllCheckpoints
            """),
        APIExclusion(
            "No snapshots are made through libvirt.",
            """
            virDomainHasCurrentSnapshot virDomainListAllSnapshots virDomainRevertToSnapshot
            virDomainSnapshotCreateXML virDomainSnapshotCurrent virDomainSnapshotDelete virDomainSnapshotFree
            virDomainSnapshotGetConnect virDomainSnapshotGetDomain virDomainSnapshotGetName
            virDomainSnapshotGetParent virDomainSnapshotGetXMLDesc virDomainSnapshotHasMetadata
            virDomainSnapshotIsCurrent virDomainSnapshotListAllChildren virDomainSnapshotListChildrenNames
            virDomainSnapshotListNames virDomainSnapshotLookupByName virDomainSnapshotNum
            virDomainSnapshotNumChildren virDomainSnapshotRef
            """),
        APIExclusion(
            "No guest is moved to another host.",
            """
            virDomainMigrate virDomainMigrate2 virDomainMigrate3 virDomainMigrateGetCompressionCache
            virDomainMigrateGetMaxDowntime virDomainMigrateGetMaxSpeed virDomainMigrateSetCompressionCache
            virDomainMigrateSetMaxDowntime virDomainMigrateSetMaxSpeed virDomainMigrateStartPostCopy
            virDomainMigrateToURI virDomainMigrateToURI2 virDomainMigrateToURI3
            """),
        APIExclusion(
            "A newer function does the same and more.",
            """
            virConnCopyLastError virConnGetLastError virConnResetLastError virConnSetErrorFunc
            virConnectDomainEventDeregister virConnectDomainEventRegister virConnectGetMaxVcpus
            virConnectGetType virConnectGetURI virConnectListDefinedDomains virConnectListDomains
            virConnectNumOfDefinedDomains virConnectNumOfDomains virDomainCreate virDomainCreateLinux
            virDomainDefineXML virDomainDestroy virDomainGetMaxVcpus virDomainGetOSType virDomainGetUUIDString
            virDomainGetVcpus virDomainLookupByID virDomainLookupByUUIDString virDomainShutdown virDomainUndefine
            """),
        APIExclusion(
            "Swift counts references, and an object knows its connection.",
            """
            virConnectRef virDomainGetConnect virDomainRef virStreamRef
            """),
        APIExclusion(
            "An error is read at once on the thread of its call; nothing is copied, kept or reset.",
            """
            virCopyLastError virDefaultErrorFunc virFreeError virGetLastErrorCode virGetLastErrorDomain
            virGetLastErrorMessage virResetError virResetLastError virSaveLastError
            """),
        APIExclusion(
            "libvirt's own event loop is used as it is.",
            """
            virEventAddHandle virEventAddTimeout virEventRegisterImpl virEventRemoveHandle virEventRemoveTimeout
            virEventUpdateHandle virEventUpdateTimeout
            """),
        APIExclusion(
            "A console needs neither blocking transfers nor holes.",
            """
            virStreamRecvAll virStreamRecvFlags virStreamRecvHole virStreamSendAll virStreamSendHole
            virStreamSparseRecvAll virStreamSparseSendAll
            """),
        APIExclusion(
            "The typed parameters that are read are of five types, and those that are made of one.",
            """
            virTypedParamsAddBoolean virTypedParamsAddDouble virTypedParamsAddFromString virTypedParamsAddInt
            virTypedParamsAddLLong virTypedParamsAddString virTypedParamsAddStringList virTypedParamsAddUInt
            virTypedParamsClear virTypedParamsGet virTypedParamsGetDouble virTypedParamsGetLLong
            """),
        APIExclusion(
            "Connecting needs no callback for credentials and no identity handed on.",
            """
            virConnectIsEncrypted virConnectIsSecure virConnectOpenAuth virConnectSetIdentity
            """),
        APIExclusion(
            "The guest's agent is spoken to directly, by virDomainQemuAgentCommand.",
            """
            virDomainAgentSetResponseTimeout virDomainAuthorizedSSHKeysGet virDomainAuthorizedSSHKeysSet
            virDomainFSFreeze virDomainFSInfoFree virDomainFSThaw virDomainFSTrim virDomainGetFSInfo
            virDomainGetGuestInfo virDomainGetGuestVcpus virDomainGetHostname virDomainGetTime
            virDomainPMSuspendForDuration virDomainPMWakeup virDomainSetGuestVcpus virDomainSetTime
            virDomainSetUserPassword
            """),
        APIExclusion(
            "No guest's memory is saved to a file.",
            """
            virDomainCoreDump virDomainCoreDumpWithFormat virDomainHasManagedSaveImage virDomainManagedSave
            virDomainManagedSaveDefineXML virDomainManagedSaveGetXMLDesc virDomainManagedSaveRemove
            virDomainRestore virDomainRestoreFlags virDomainRestoreParams virDomainSave virDomainSaveFlags
            virDomainSaveImageDefineXML virDomainSaveImageGetXMLDesc virDomainSaveParams
            """),
        APIExclusion(
            "No long job of a domain is started, so there is none to watch or abort.",
            """
            virDomainAbortJob virDomainAbortJobFlags virDomainGetControlInfo virDomainGetJobInfo
            virDomainGetJobStats
            """),
        APIExclusion(
            "No disk of a running guest is read, copied or resized, and what limits it is in its document.",
            """
            virDomainBlockCommit virDomainBlockCopy virDomainBlockJobAbort virDomainBlockJobSetSpeed
            virDomainBlockPeek virDomainBlockPull virDomainBlockRebase virDomainBlockResize virDomainBlockStats
            virDomainBlockStatsFlags virDomainGetBlockInfo virDomainGetBlockIoTune virDomainGetBlockJobInfo
            virDomainGetDiskErrors virDomainSetBlockThreshold
            """),
        APIExclusion(
            "Of a running guest are changed processors, limits, links and disks, by newer functions.",
            """
            virDomainAddIOThread virDomainAttachDevice virDomainCreateWithFiles
            virDomainCreateXMLWithFiles virDomainDelIOThread virDomainDetachDevice
            virDomainDetachDeviceFlags virDomainFDAssociate virDomainGetIOThreadInfo virDomainIOThreadInfoFree
            virDomainSetIOThreadParams virDomainSetMaxMemory virDomainSetMemory virDomainSetMemoryFlags
            virDomainSetMemoryParameters virDomainSetMemoryStatsPeriod virDomainSetVcpu virDomainSetVcpus
            """),
        APIExclusion(
            "A guest's share of the host is what its definition says.",
            """
            virDomainGetBlkioParameters virDomainGetEmulatorPinInfo virDomainGetInterfaceParameters
            virDomainGetMemoryParameters virDomainGetNumaParameters virDomainGetPerfEvents
            virDomainGetSchedulerParameters virDomainGetSchedulerParametersFlags virDomainGetSchedulerType
            virDomainGetVcpuPinInfo virDomainPinEmulator virDomainPinIOThread virDomainPinVcpu
            virDomainPinVcpuFlags virDomainSetBlkioParameters virDomainSetInterfaceParameters
            virDomainSetNumaParameters virDomainSetPerfEvents virDomainSetSchedulerParameters
            virDomainSetSchedulerParametersFlags
            """),
        APIExclusion(
            "These enter a guest's monitor, or are not shown anywhere.",
            """
            virDomainGetCPUStats virDomainGetMessages virDomainInterfaceStats virDomainMemoryPeek
            virDomainMemoryStats virDomainStartDirtyRateCalc
            """),
        APIExclusion(
            "The host's own settings and counters are its administrator's.",
            """
            virNodeAllocPages virNodeGetCPUMap virNodeGetCPUStats virNodeGetCellsFreeMemory virNodeGetFreePages
            virNodeGetMemoryParameters virNodeGetMemoryStats virNodeGetSEVInfo virNodeGetSecurityModel
            virNodeSetMemoryParameters virNodeSuspendForDuration
            """),
        APIExclusion(
            "The guest's CPU is the host's model, or none is named.",
            """
            virConnectBaselineCPU virConnectBaselineHypervisorCPU virConnectCompareCPU
            virConnectCompareHypervisorCPU virConnectGetCPUModelNames virConnectGetSysinfo
            """),
        APIExclusion(
            "Domain documents are written here, and not converted or edited by libvirt.",
            """
            virConnectDomainXMLFromNative virConnectDomainXMLToNative virDomainIsUpdated virDomainRename
            virDomainSetLifecycleAction
            """),
        APIExclusion(
            "Guests run without confidential computing; labels are libvirt's own matter.",
            """
            virDomainGetLaunchSecurityInfo virDomainGetSecurityLabel virDomainGetSecurityLabelList
            virDomainSetLaunchSecurityState
            """),
        APIExclusion(
            "A guest is reached by its console and its agent alone.",
            """
            virDomainInjectNMI virDomainOpenChannel virDomainOpenGraphics virDomainOpenGraphicsFD
            virDomainScreenshot virDomainSendKey virDomainSendProcessSignal
            """),
        APIExclusion(
            "QEMU is started by libvirt alone, and its monitor's own events are not followed.",
            """
            virConnectDomainQemuMonitorEventDeregister virConnectDomainQemuMonitorEventRegister
            virDomainQemuAttach virDomainQemuMonitorCommandWithFiles
            """),
    ]
}
