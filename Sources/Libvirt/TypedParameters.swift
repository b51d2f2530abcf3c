// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import CLibvirt

/// A list of libvirt's typed parameters, which belongs to somebody else, read by name.
///
/// A parameter that is missing, or of another type than is asked for, is `nil`.
struct TypedParameters {
    private let list: virTypedParameterPtr?
    private let count: Int32

    /// The list, which must stay as long as this value is used.
    init(_ list: virTypedParameterPtr?, count: Int32) {
        self.list = list
        self.count = count
    }

    /// A signed number of 32 bits.
    func int(_ name: String) -> Int32? {
        var value: Int32 = 0
        return virTypedParamsGetInt(list, count, name, &value) == 1 ? value : nil
    }

    /// A number of 32 bits, which counts something.
    func unsignedInt(_ name: String) -> UInt32? {
        var value: UInt32 = 0
        return virTypedParamsGetUInt(list, count, name, &value) == 1 ? value : nil
    }

    /// A number of 64 bits, which measures something.
    func unsignedLong(_ name: String) -> UInt64? {
        var value: UInt64 = 0
        return virTypedParamsGetULLong(list, count, name, &value) == 1 ? value : nil
    }

    /// A truth.
    func boolean(_ name: String) -> Bool? {
        var value: Int32 = 0
        return virTypedParamsGetBoolean(list, count, name, &value) == 1 ? value != 0 : nil
    }

    /// A text.
    func text(_ name: String) -> String? {
        var value: UnsafePointer<CChar>?
        guard virTypedParamsGetString(list, count, name, &value) == 1 else { return nil }
        return value.map { String(cString: $0) }
    }
}
