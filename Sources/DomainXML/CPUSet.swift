// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// A set of numbers as libvirt writes it (`cpuset`), such as `0-3,8`: processors of the host or the guest, or the
/// host's NUMA nodes.
public struct CPUSet: Sendable, Hashable, CustomStringConvertible {
    /// The numbers as ranges, in ascending order, none of which touches the next.
    public let ranges: [ClosedRange<Int>]

    /// A set of these numbers, none of which is negative.
    public init(_ numbers: some Sequence<Int>) {
        self.init(merging: numbers.map { $0...$0 })
    }

    /// Reads a set; nil for another form, and for one with exclusions (`^2`), which libvirt reads and never writes.
    public init?(parsing text: String) {
        var ranges: [ClosedRange<Int>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map(Self.number)
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last
            else { return nil }
            ranges.append(first...last)
        }
        self.init(merging: ranges)
    }

    private init(merging ranges: [ClosedRange<Int>]) {
        var merged: [ClosedRange<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    /// The set as libvirt writes it; empty for none.
    public var description: String {
        ranges.map { range in
            range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
        }.joined(separator: ",")
    }

    /// A number, at most the largest that libvirt's own sets hold by far.
    private static func number(_ text: Substring) -> Int? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), text.utf8.count <= 9 else { return nil }
        return Int(text)
    }
}
