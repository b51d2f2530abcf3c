// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc

/// A mutual exclusion between OS threads, over `pthread_mutex_t`.
///
/// POSIX's own, and not the standard library's, because threads also have to sleep on it with a
/// ``ThreadCondition``, and because the thread sanitizer sees through it.
final class ThreadLock: @unchecked Sendable {
    // SAFETY: the mutex lives at one address from init to deinit, and is only used through pthread calls.
    fileprivate let mutex: UnsafeMutablePointer<pthread_mutex_t>

    init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deinitialize(count: 1)
        mutex.deallocate()
    }

    func lock() {
        pthread_mutex_lock(mutex)
    }

    func unlock() {
        pthread_mutex_unlock(mutex)
    }

    func whileLocked<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        lock()
        defer { unlock() }
        return try body()
    }
}

/// A place where threads that hold a ``ThreadLock`` wait to be woken, over `pthread_cond_t`.
final class ThreadCondition: @unchecked Sendable {
    // SAFETY: the condition lives at one address from init to deinit, and is only used through pthread calls.
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    init() {
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deinitialize(count: 1)
        condition.deallocate()
    }

    /// Gives the lock up, sleeps until woken (or for no reason, as POSIX allows), and takes the lock again.
    func wait(holding lock: ThreadLock) {
        pthread_cond_wait(condition, lock.mutex)
    }

    /// As ``wait(holding:)``, and wakes after `duration` at the latest.
    func wait(holding lock: ThreadLock, atMost duration: Duration) {
        // An hour at a time keeps the sum below any overflow; callers look at the clock again anyway.
        let bounded = min(max(duration, .zero), .seconds(3600))
        var wake = timespec()
        clock_gettime(CLOCK_MONOTONIC, &wake)
        let nanoseconds = wake.tv_nsec + Int(bounded.components.attoseconds / 1_000_000_000)
        wake.tv_sec += Int(bounded.components.seconds) + nanoseconds / 1_000_000_000
        wake.tv_nsec = nanoseconds % 1_000_000_000
        pthread_cond_timedwait(condition, lock.mutex, &wake)
    }

    func wakeOne() {
        pthread_cond_signal(condition)
    }
}
