// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// What a disk may hold after the power was lost, and when that may have been.
struct PowerLoss {
    let content: DiskContent
    /// After the first of these events it is possible for the first time, and after the last of them it is no more.
    let window: ClosedRange<Int>
}

extension DiskHistory {
    /// A disk writes a sector in full or not at all.
    private static let sector = 512
    /// How many combinations of what other files may lack are tried with one change; and how many tears of one write.
    static let maximumCombinations = 64
    static let maximumTears = 7

    /// What a loss of power after any of the events of `range` may leave.
    ///
    /// Each change appears as the last of its file, whole, and, where it is a write over several sectors, torn: after
    /// each sector, or after ``maximumTears`` of them, from the first to the last. With it, of each other file any
    /// number of the changes that are not flushed: all combinations where they are at most ``maximumCombinations``;
    /// else each number of one file's with all, and with none, of the others'; a torn write comes with all and with
    /// none.
    func losses(after range: Range<Int>? = nil) -> [PowerLoss] {
        var losses = [PowerLoss(content: DiskContent(counts: [:], torn: nil), window: 0...0)]
        for position in range ?? events.indices {
            guard let file = events[position].changed, isKept(file) else { continue }
            let whole = whole(upTo: position).counts
            let others = unflushed(at: position).filter { $0 != file }
            for counts in combinations(of: others, at: position, over: whole) {
                if let loss = loss(DiskContent(counts: counts, torn: nil), since: position) { losses.append(loss) }
            }
            for length in tears(at: position) {
                for var counts in extremes(of: others, at: position, over: whole) {
                    counts[file] = (counts[file] ?? 1) - 1
                    let torn = DiskContent(counts: counts, torn: (file, length))
                    if let loss = loss(torn, since: position) { losses.append(loss) }
                }
            }
        }
        return losses
    }

    /// The loss with this content, until one of the changes that it lacks is flushed; nil where one already is.
    private func loss(_ content: DiskContent, since position: Int) -> PowerLoss? {
        var last = events.count - 1
        for (file, count) in content.counts {
            guard let changes = changes[file], count < changes.count else { continue }
            let flushes = flushes[file] ?? []
            let before = flushes.count(upTo: changes[count])
            if before < flushes.count { last = min(last, flushes[before] - 1) }
        }
        return position <= last ? PowerLoss(content: content, window: position...last) : nil
    }

    private func combinations(
        of others: [FileNumber], at position: Int, over whole: [FileNumber: Int]
    ) -> [[FileNumber: Int]] {
        let ranges = others.map { flushed($0, upTo: position)...made($0, upTo: position) }
        let count = ranges.reduce(1) { min($0 * $1.count, Self.maximumCombinations + 1) }
        guard count > Self.maximumCombinations else {
            return zip(others, ranges).reduce([whole]) { found, other in
                found.flatMap { counts in other.1.map { counts.merging([other.0: $0]) { $1 } } }
            }
        }
        return zip(others, ranges).flatMap { file, range in
            extremes(of: others.filter { $0 != file }, at: position, over: whole).flatMap { counts in
                range.map { counts.merging([file: $0]) { $1 } }
            }
        }
    }

    /// All and none of what the others have not flushed.
    private func extremes(
        of others: [FileNumber], at position: Int, over whole: [FileNumber: Int]
    ) -> [[FileNumber: Int]] {
        guard !others.isEmpty else { return [whole] }
        return [whole, others.reduce(into: whole) { $0[$1] = flushed($1, upTo: position) }]
    }

    /// After how many bytes a write may be torn.
    private func tears(at position: Int) -> [Int] {
        guard case .wrote(_, at: let offset, let data) = events[position] else { return [] }
        let first = Self.sector - offset % Self.sector
        let all = Array(stride(from: first, to: data.count, by: Self.sector))
        guard all.count > Self.maximumTears else { return all }
        return (0..<Self.maximumTears).map { all[$0 * (all.count - 1) / (Self.maximumTears - 1)] }
    }
}
