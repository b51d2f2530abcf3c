// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import DomainXML
import XMLTree

extension DomainDocument {
    /// Sets every field to the value that it has.
    mutating func rewriteEverything() {
        hypervisor = hypervisor
        name = name
        uuid = uuid
        title = title
        summary = summary
        let instance = XMLName("instance", namespace: "urn:roost:instance:1")
        self[metadata: instance] = self[metadata: instance]
        memoryKiB = memoryKiB
        currentMemoryKiB = currentMemoryKiB
        processorCount = processorCount
        currentProcessorCount = currentProcessorCount
        rewriteMachine()
        rewriteResources()
        rewriteSystemInformation()
        rewriteLaunchSecurity()
        onPoweroff = onPoweroff
        onReboot = onReboot
        onCrash = onCrash
        securityLabels = securityLabels
        emulator = emulator
        disks = disks.map { Self.rewritten($0) }
        controllers = controllers.map { Self.rewritten($0) }
        interfaces = interfaces.map { Self.rewritten($0) }
        serials = serials.map { Self.rewritten(character: $0) }
        consoles = consoles.map { Self.rewritten(character: $0) }
        channels = channels.map { Self.rewritten(character: $0) }
        rewriteSmallDevices()
    }

    private mutating func rewriteMachine() {
        if var os = operatingSystem {
            os.architecture = os.architecture
            os.machine = os.machine
            os.firmware = os.firmware
            os[firmwareFeature: "secure-boot"] = os[firmwareFeature: "secure-boot"]
            os.variablesFile = os.variablesFile
            os.isStateless = os.isStateless
            os.kernel = os.kernel
            os.initialRamdisk = os.initialRamdisk
            os.commandLine = os.commandLine
            os.smbios = os.smbios
            os.bootDevices = os.bootDevices
            operatingSystem = os
        }
        if var features {
            features.acpi = features.acpi
            features.apic = features.apic
            for feature in Features.HyperV.allCases { features[hyperV: feature] = features[hyperV: feature] }
            features.hyperVSpinlockRetries = features.hyperVSpinlockRetries
            self.features = features
        }
        if var processor {
            processor.mode = processor.mode
            processor.topology = processor.topology
            processor.features = processor.features
            self.processor = processor
        }
        if var clock {
            clock.offset = clock.offset
            clock.timeZone = clock.timeZone
            clock.timers = clock.timers
            self.clock = clock
        }
    }

    private mutating func rewriteLaunchSecurity() {
        guard var security = launchSecurity else { return }
        security.policy = security.policy
        security.measuresKernel = security.measuresKernel
        launchSecurity = security
    }

    private mutating func rewriteSystemInformation() {
        guard var information = systemInformation else { return }
        for entry in SystemInformation.Entry.allCases { information[system: entry] = information[system: entry] }
        systemInformation = information
    }

    private mutating func rewriteSmallDevices() {
        randomSources = randomSources.map { source in
            var source = Self.common(source)
            source.backend = source.backend
            source.rate = source.rate
            return source
        }
        memoryBalloon = memoryBalloon.map { balloon in
            var balloon = Self.common(balloon)
            balloon.model = balloon.model
            balloon.statisticsPeriod = balloon.statisticsPeriod
            balloon.deflatesOnPressure = balloon.deflatesOnPressure
            balloon.reportsFreePages = balloon.reportsFreePages
            return balloon
        }
        trustedPlatformModule = trustedPlatformModule.map { Self.common($0) }
        watchdogs = watchdogs.map { watchdog in
            var watchdog = Self.common(watchdog)
            watchdog.model = watchdog.model
            watchdog.action = watchdog.action
            return watchdog
        }
        panicDevices = panicDevices.map { device in
            var device = Self.common(device)
            device.model = device.model
            return device
        }
        filesystems = filesystems.map { filesystem in
            var filesystem = Self.common(filesystem)
            filesystem.directory = filesystem.directory
            filesystem.tag = filesystem.tag
            filesystem.isReadOnly = filesystem.isReadOnly
            return filesystem
        }
        graphics = graphics.map { graphics in
            var graphics = Self.common(graphics)
            graphics.listener = graphics.listener
            return graphics
        }
        inputs = inputs.map { Self.common($0) }
        hostDevices = hostDevices.map { Self.common($0) }
        virtualSocket = virtualSocket.map { Self.common($0) }
        videos = videos.map { video in
            var video = Self.common(video)
            video.model = video.model
            return video
        }
    }

    private static func common<Device: DomainDevice>(_ device: Device) -> Device {
        var device = device
        device.alias = device.alias
        device.bootOrder = device.bootOrder
        device.address = device.address
        return device
    }

    private static func rewritten(_ disk: Disk) -> Disk {
        var disk = common(disk)
        disk.device = disk.device
        disk.driver = disk.driver
        disk.file = disk.file
        disk.backing = disk.backing
        disk.target = disk.target
        disk.serial = disk.serial
        disk.ioThread = disk.ioThread
        disk.isReadOnly = disk.isReadOnly
        disk.isShareable = disk.isShareable
        for limit in Disk.Limit.allCases { disk[limit: limit] = disk[limit: limit] }
        return disk
    }

    private static func rewritten(_ controller: Controller) -> Controller {
        var controller = common(controller)
        controller.model = controller.model
        controller.index = controller.index
        return controller
    }

    private static func rewritten(_ interface: Interface) -> Interface {
        var interface = common(interface)
        interface.connection = interface.connection
        interface.macAddress = interface.macAddress
        interface.model = interface.model
        interface.mtu = interface.mtu
        interface.openVSwitchPort = interface.openVSwitchPort
        interface.virtualNetworks = interface.virtualNetworks
        for direction in Interface.Direction.allCases {
            interface[bandwidth: direction] = interface[bandwidth: direction]
        }
        interface.filter = interface.filter
        interface.queues = interface.queues
        interface.isLinkUp = interface.isLinkUp
        interface.isIsolated = interface.isIsolated
        return interface
    }

    private static func rewritten<Device: CharacterDevice>(character device: Device) -> Device {
        var device = common(device)
        device.backend = device.backend
        device.log = device.log
        return device
    }
}
