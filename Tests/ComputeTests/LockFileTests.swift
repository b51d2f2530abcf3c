// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Foundation
import Glibc
import SystemPackage
import Testing

@testable import Compute

@Suite("A lock file")
struct LockFileTests {
    let state: TemporaryState
    let path: FilePath
    let holder = LockHolder(operation: "test", principal: "tester", processID: 1, since: Date(milliseconds: 0))

    init() throws {
        state = try TemporaryState.prepared()
        path = state.directory.locks.appending("test.lock")
    }

    @Test("has one holder at a time, though each holder removes it")
    func hammered() {
        let inside = Shared(0)
        let most = Shared(0)
        let (path, holder) = (path, holder)
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<5_000 {
                guard let lock = try? LockFile.tryLock(path, holder: holder) else { continue }
                let count = inside.withLock { count in
                    count += 1
                    return count
                }
                most.withLock { $0 = max($0, count) }
                // Time for another to come in, if it can.
                for _ in 0..<4 { _ = try? LockFile.holder(path) }
                inside.withLock { $0 -= 1 }
                lock.release()
            }
        }
        let found = most.withLock { $0 }
        #expect(found == 1)
        #expect(!FileManager.default.fileExists(atPath: path.string))
    }

    @Test("refuses a symbolic link in its place")
    func link() throws {
        symlink("/etc/passwd", path.string)
        let error = #expect(throws: ComputeError.self) {
            if let lock = try LockFile.tryLock(path, holder: holder) { lock.release() }
        }
        #expect(error?.code == .failed)
    }

    @Test("tells its holder for as long as there is one")
    func tellsHolder() throws {
        #expect(try LockFile.holder(path) == nil)
        if let lock = try LockFile.tryLock(path, holder: holder) {
            #expect(try LockFile.holder(path) == holder)
            lock.release()
        }
        #expect(try LockFile.holder(path) == nil)
    }
}
