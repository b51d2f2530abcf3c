// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import RoostKit

// Boots an image that the arguments name (a state directory and a qcow2 file), and asks its guest who it is.
let me = Principal(name: "example")
let driver = try await LibvirtDriver.open(
    DriverConfiguration(
        stateDirectory: StateDirectory(FilePath(CommandLine.arguments[1])), connection: .privateDaemon,
        policy: SinglePrincipalPolicy(permitting: me)))
let context = OperationContext(principal: me, deadline: .now + .seconds(180))

let image = try ImageName("example")
_ = try await driver.addImage(
    image, fromFile: CommandLine.arguments[2], format: .qcow2, kind: .disk, context: context)
let guest = try await driver.spawn(
    Instance(
        name: InstanceName("example-1"), vcpus: VCPUCount(1), memory: MemorySize(.mebibytes(128)),
        disks: [.image(image, size: nil)]),
    until: .agent(within: .seconds(120)), context: context)
let answer = try await driver.execute(GuestProgram(path: "uname", arguments: ["-a"]), in: guest.id, context: context)
print(String(decoding: answer.output, as: UTF8.self))
try await driver.delete(guest.id, policy: .evenRunning, context: context)
