// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

// What a program that embeds the driver needs, by one import.
@_exported public import Compute
@_exported public import InstanceModel
@_exported public import LibvirtDriver
@_exported public import SystemPackage
