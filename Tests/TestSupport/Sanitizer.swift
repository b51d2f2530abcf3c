// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc

/// The sanitizer of this build (`hack/sanitize`), where there is one.
public enum Sanitizer {
    /// Whether there is one. Its runtime opens and writes files before the program does, and ends it, without a word,
    /// where it cannot: limits that come before that say nothing of Roost.
    public static let isThere = dlsym(nil, "__tsan_init") != nil || dlsym(nil, "__asan_init") != nil
}
