// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute

/// An interactive console from opening to leaving.
struct ConsoleSessionRun: Sendable {
    let session: Session

    /// Why the console was left.
    private enum Ending: Sendable {
        case left
        case guestEnded
        case failed(any Error)
    }

    /// Connects the terminal and the console until one of them ends.
    func run(_ status: InstanceStatus, takeOver: Bool) async throws {
        let console = try await session.driver.openConsole(
            status.id, takeOver: takeOver, context: session.operation())
        session.presenter.note("the console of \(status.name); Ctrl-] leaves it")
        let terminal = session.presenter.surroundings.input.enterRawMode()
        let ending = await connect(console)
        // The terminal first: closing talks to the hypervisor and may take its time.
        terminal?.restore()
        await console.close()
        switch ending {
        case .left: tell("left the console", onNewLine: terminal != nil)
        case .guestEnded: tell("the console of \(status.name) ended", onNewLine: terminal != nil)
        case .failed(let error): throw error
        }
    }

    /// A remark after the guest's output, whose last line is rarely complete.
    private func tell(_ text: String, onNewLine: Bool) {
        // Where standard error is closed there is nobody left to be told.
        if onNewLine { try? session.presenter.rawError([0x0a]) }
        session.presenter.note(text)
    }

    private func connect(_ console: any ConsoleSession) async -> Ending {
        await withTaskGroup(of: Ending.self) { group in
            group.addTask { await show(console) }
            group.addTask { await type(into: console) }
            let first = await group.next() ?? .left
            group.cancelAll()
            return first
        }
    }

    private func show(_ console: any ConsoleSession) async -> Ending {
        for await bytes in console.output {
            do {
                try session.presenter.raw(bytes)
            } catch {
                return .failed(error)
            }
        }
        return Task.isCancelled ? .left : .guestEnded
    }

    private func type(into console: any ConsoleSession) async -> Ending {
        var keys = ConsoleKeyFilter()
        while let bytes = await session.presenter.surroundings.input.next() {
            do {
                switch keys.typed(bytes) {
                case .send(let bytes): try await console.write(bytes)
                case .leave(let bytes):
                    if !bytes.isEmpty { try await console.write(bytes) }
                    return .left
                }
            } catch {
                return .failed(error)
            }
        }
        return .left
    }
}
