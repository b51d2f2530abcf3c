// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// Finds the word that was meant.
enum NearestWord {
    /// The known word with the fewest changed letters, at most two; nil where none is that near.
    static func to(_ word: String, in known: [String]) -> String? {
        guard word.utf8.count <= 40 else { return nil }
        let distances = known.map { (word: $0, distance: distance(Array(word.utf8), Array($0.utf8))) }
        let nearest = distances.min { ($0.distance, $0.word) < ($1.distance, $1.word) }
        return nearest.flatMap { $0.distance <= min(2, $0.word.utf8.count / 2) ? $0.word : nil }
    }

    /// The number of bytes to insert, remove or replace (Levenshtein).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var previous = Array(0...right.count)
        for (row, byte) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                current.append(
                    min(previous[column] + (byte == other ? 0 : 1), previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }
}
