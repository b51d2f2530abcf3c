// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

public import InstanceModel

/// What is special about a tap device and its port of a bridge.
public struct TapPort: Sendable, Hashable {
    /// The largest packet; nil: that of a new device.
    public let mtu: MTU?
    /// Whether it can be opened for several queues, without which it can be opened once.
    public let hasQueues: Bool
    /// Whether the port reaches no other isolated one.
    public let isIsolated: Bool

    /// A port; without anything said, a plain one.
    public init(mtu: MTU? = nil, hasQueues: Bool = false, isIsolated: Bool = false) {
        self.mtu = mtu
        self.hasQueues = hasQueues
        self.isIsolated = isIsolated
    }

    /// The port that `interface` asks for.
    public init(_ interface: Interface) {
        self.init(
            mtu: interface.device.mtu, hasQueues: (interface.device.queues?.value ?? 1) > 1,
            isIsolated: interface.traffic.isIsolated)
    }
}
