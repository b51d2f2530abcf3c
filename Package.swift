// swift-tools-version: 6.1
// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let grdb = product(name: "GRDB", package: "GRDB.swift")
    static let subprocess = product(name: "Subprocess", package: "swift-subprocess")
    static let system = product(name: "SystemPackage", package: "swift-system")
    static let yams = product(name: "Yams", package: "Yams")
}

/// The floors of ARCHITECTURE.md; a target imports what stands below it, and no more than it names.
let floors: [Target] = [
    .target(name: "CLibvirt"),
    .systemLibrary(name: "CLibxml2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),

    .target(name: "Libvirt", dependencies: ["CLibvirt"], swiftSettings: settings),
    .target(name: "XMLTree", dependencies: ["CLibxml2"], swiftSettings: settings),
    .target(name: "HostFiles", dependencies: [.system], swiftSettings: settings),
    .target(name: "InstanceModel", dependencies: [.crypto, .yams], swiftSettings: settings),
    .target(name: "Programs", dependencies: [.subprocess, .system], swiftSettings: settings),

    .target(name: "DomainXML", dependencies: ["XMLTree"], swiftSettings: settings),
    .target(name: "Compute", dependencies: ["HostFiles", "InstanceModel", .grdb, .system], swiftSettings: settings),

    .target(
        name: "DomainPlanning", dependencies: ["Compute", "DomainXML", "InstanceModel", "XMLTree"],
        swiftSettings: settings),
    .target(
        name: "Storage", dependencies: ["Compute", "InstanceModel", "Programs", .crypto, .system],
        swiftSettings: settings),
    .target(
        name: "Networking", dependencies: ["Compute", "HostFiles", "InstanceModel", "Programs", .system],
        swiftSettings: settings),

    .target(
        name: "LibvirtDriver",
        dependencies: [
            "Compute", "DomainPlanning", "DomainXML", "HostFiles", "InstanceModel", "Libvirt", "Networking", "Programs",
            "Storage", "XMLTree", .system,
        ],
        swiftSettings: settings),

    .target(
        name: "RoostKit", dependencies: ["Compute", "InstanceModel", "LibvirtDriver", .system],
        swiftSettings: settings),
    .target(
        name: "Commands",
        dependencies: [
            "Compute", "DomainXML", "HostFiles", "InstanceModel", "XMLTree", .argumentParser, .system, .yams,
        ],
        swiftSettings: settings),
    .target(name: "ComputeTestKit", dependencies: ["Compute", "InstanceModel"], swiftSettings: settings),

    .executableTarget(
        name: "roost", dependencies: ["Commands", "Compute", "InstanceModel", "RoostKit", .system],
        swiftSettings: settings),
]

/// The tests of each floor, and those on real guests, which run the built `roost` too; and what `make bench` runs.
let tests: [Target] = [
    .testTarget(name: "LibvirtTests", dependencies: ["CLibvirt", "Libvirt"], swiftSettings: settings),
    .testTarget(name: "XMLTreeTests", dependencies: ["TestSupport", "XMLTree"], swiftSettings: settings),
    .target(name: "TestSupport", dependencies: [.system], path: "Tests/TestSupport", swiftSettings: settings),
    .testTarget(name: "HostFilesTests", dependencies: ["HostFiles", "TestSupport", .system], swiftSettings: settings),
    .target(
        name: "InstanceGenerator", dependencies: ["InstanceModel", "TestSupport"], path: "Tests/InstanceGenerator",
        swiftSettings: settings),
    .testTarget(
        name: "InstanceModelTests", dependencies: ["InstanceGenerator", "InstanceModel", "TestSupport", .yams],
        swiftSettings: settings),
    .testTarget(name: "ProgramsTests", dependencies: ["Programs", .system], swiftSettings: settings),
    .testTarget(
        name: "DomainXMLTests", dependencies: ["DomainXML", "TestSupport", "XMLTree"],
        resources: [.copy("Fixtures")], swiftSettings: settings),
    .executableTarget(
        name: "Bench",
        dependencies: [
            "Compute", "DomainPlanning", "DomainXML", "InstanceModel", "Libvirt", "RoostKit", "XMLTree", .system,
        ],
        path: "Benchmarks/Bench", swiftSettings: settings),
    .executableTarget(
        name: "CrashVictim", dependencies: ["Compute", "InstanceModel", .system], path: "Tests/CrashVictim",
        swiftSettings: settings),
    .testTarget(
        name: "ComputeTests",
        dependencies: ["Compute", "CrashVictim", "InstanceModel", "TestSupport", .grdb, .system],
        swiftSettings: settings),
    .testTarget(
        name: "DomainPlanningTests",
        dependencies: [
            "Compute", "DomainPlanning", "DomainXML", "InstanceGenerator", "InstanceModel", "TestSupport", "XMLTree",
        ],
        swiftSettings: settings),
    .testTarget(
        name: "StorageTests", dependencies: ["Compute", "InstanceModel", "Programs", "Storage", .crypto, .system],
        swiftSettings: settings),
    // Its calls take the place of libc's: it is linked into this one program, which the tests start and do not link.
    .target(name: "DiskRecorder", path: "Tests/DiskRecorder"),
    .executableTarget(
        name: "PowerVictim", dependencies: ["Compute", "DiskRecorder", "InstanceModel", "Storage", .system],
        path: "Tests/PowerVictim", swiftSettings: settings),
    .testTarget(
        name: "PowerLossTests", dependencies: ["Compute", "InstanceModel", "Storage", .grdb, .system],
        swiftSettings: settings),
    .testTarget(
        name: "NetworkingTests", dependencies: ["Compute", "InstanceModel", "Networking", "Programs", .system],
        swiftSettings: settings),
    .testTarget(
        name: "ComputeTestKitTests", dependencies: ["Compute", "ComputeTestKit", "InstanceModel", "TestSupport"],
        swiftSettings: settings),
    .testTarget(
        name: "LibvirtDriverTests",
        dependencies: [
            "Compute", "ComputeTestKit", "DomainPlanning", "InstanceModel", "Libvirt", "LibvirtDriver", "TestSupport",
            .system,
        ],
        swiftSettings: settings),
    .testTarget(
        name: "CommandsTests",
        dependencies: ["Commands", "Compute", "ComputeTestKit", "InstanceModel", "LibvirtDriver", "roost"],
        swiftSettings: settings),
    .executableTarget(
        name: "SpawnVictim", dependencies: ["RoostKit", .system], path: "Tests/SpawnVictim", swiftSettings: settings),
    .executableTarget(
        name: "Chaos", dependencies: ["Compute", "ComputeTestKit", "RoostKit", "TestSupport", .system],
        path: "Tests/Chaos",
        swiftSettings: settings),
    .executableTarget(
        name: "EmbeddingExample", dependencies: ["RoostKit"], path: "Tests/EmbeddingExample",
        swiftSettings: settings),
    .executableTarget(
        name: "Fuzz", dependencies: ["DomainXML", "InstanceGenerator", "InstanceModel", "TestSupport", "XMLTree"],
        path: "Tests/Fuzz", swiftSettings: settings),
    .testTarget(name: "FuzzTests", dependencies: ["Fuzz", "TestSupport"], swiftSettings: settings),
    .testTarget(
        name: "IntegrationTests",
        dependencies: [
            "Chaos", "Compute", "ComputeTestKit", "DomainPlanning", "DomainXML", "EmbeddingExample",
            "InstanceGenerator", "Libvirt", "LibvirtDriver", "Programs", "RoostKit", "SpawnVictim", "Storage",
            "TestSupport", "roost", .system,
        ],
        swiftSettings: settings),
    .testTarget(name: "TidyTests", swiftSettings: settings),
]

let package = Package(
    name: "roost",
    products: [
        .library(name: "RoostKit", targets: ["RoostKit"]),
        .library(name: "ComputeTestKit", targets: ["ComputeTestKit"]),
        .executable(name: "roost", targets: ["roost"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: floors + tests
)
