// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A volume's disk as a step needs it: the file, by which it is told from others, and the device's element as text;
/// empty where there is no device.
struct VolumeDevice: Codable, Hashable, Sendable {
    let volume: String
    let path: String
    let xml: String
}
