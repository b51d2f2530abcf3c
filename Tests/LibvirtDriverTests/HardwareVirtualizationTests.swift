// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing

@testable import LibvirtDriver

@Suite("Hardware virtualization")
struct HardwareVirtualizationTests {
    @Test(
        "a processor shows a flag of its own, or lacks it",
        arguments: [
            ("flags\t\t: fpu vmx sse\n", .shows("vmx")), ("flags\t\t: svm\n", .shows("svm")),
            ("flags\t\t: fpu sse svm_lock\n", .lacks), ("vendor_id\t: vmx\nflags\t\t: fpu\n", .lacks), ("", .lacks),
        ] as [(String, HardwareVirtualization.Processor)])
    func processor(text: String, expected: HardwareVirtualization.Processor) {
        #expect(HardwareVirtualization.Processor(flagsIn: text) == expected)
    }

    @Test(
        "a device is a trap only where the processor could tell, and lacks it",
        arguments: [(.shows("vmx"), false, true), (.lacks, true, false), (.silent, false, true)]
            as [(HardwareVirtualization.Processor, Bool, Bool)])
    func trap(processor: HardwareVirtualization.Processor, isTrap: Bool, isPlausible: Bool) {
        let open = HardwareVirtualization(processor: processor, deviceExists: true, deviceOpens: true)
        #expect(open.isTrap == isTrap)
        #expect(open.isPlausible == isPlausible)
        let closed = HardwareVirtualization(processor: processor, deviceExists: true, deviceOpens: false)
        #expect(!closed.isTrap)
        #expect(!closed.isPlausible)
    }
}
