// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The threads that make calls to libvirt, which block and so must not run on Swift's cooperative threads.
///
/// A few threads for each ``CallLane``, started when first needed, with a bounded queue before them. A call that
/// hangs cannot be stopped, but its caller is released at its deadline or cancellation, and its thread replaced.
/// The threads end when the last reference to this object is gone and what they were given is done.
public final class CallThreads: Sendable {
    /// The threads that connections use unless they are given others.
    ///
    /// A process that speaks to several hosts gives each its own, so that one host that hangs blinds no other.
    public static let shared = CallThreads()

    private let lanes: CallLanes

    /// Threads with limits of their own.
    ///
    /// - Parameter limits: The limits of each lane; a lane that is not named has its ``CallLane/defaultLimits``.
    public init(limits: [CallLane: CallLane.Limits] = [:]) {
        lanes = CallLanes(limits: limits)
    }

    deinit {
        lanes.endWhenDone()
    }

    /// Makes a blocking call on a thread of a lane.
    ///
    /// Where the task is cancelled or the deadline passes while the call waits for a thread, it is never made.
    /// Where that happens while the call runs, the caller goes on at once, the call runs on behind its back, and
    /// its result is dropped.
    ///
    /// - Parameters:
    ///   - name: The C function, for errors.
    ///   - lane: Where to queue.
    ///   - deadline: When to give up; `nil` waits for ever.
    ///   - body: The call. What libvirt reports for the thread has to be read in it.
    /// - Returns: What `body` returned.
    /// - Throws: What `body` throws; `deadlineExceeded` and `cancelled` with whether the call was made;
    ///   `overloaded` where too many calls wait, or no thread could be started.
    public func call<Value: Sendable>(
        _ name: StaticString,
        lane: CallLane,
        deadline: ContinuousClock.Instant? = nil,
        _ body: @escaping @Sendable () throws(LibvirtError) -> Value
    ) async throws(LibvirtError) -> Value {
        let ticket = CallTicket(name: name, lane: lane, deadline: deadline)
        let outcome = await withTaskCancellationHandler {
            await submit(ticket, body)
        } onCancel: {
            lanes.cancel(ticket)
        }
        return try outcome.get()
    }

    /// As ``call(_:lane:deadline:_:)``, and made even where the task is cancelled: for cleaning up.
    func callDespiteCancellation<Value: Sendable>(
        _ name: StaticString,
        lane: CallLane,
        deadline: ContinuousClock.Instant?,
        _ body: @escaping @Sendable () throws(LibvirtError) -> Value
    ) async throws(LibvirtError) -> Value {
        try await submit(CallTicket(name: name, lane: lane, deadline: deadline), body).get()
    }

    /// Runs `body` on a thread of a lane, at some time, for nobody in particular; never refused, never dropped.
    func post(to lane: CallLane, _ body: @escaping @Sendable () -> Void) {
        let ticket = CallTicket(name: "post", lane: lane, deadline: nil)
        ticket.work = {
            body()
            return {}
        }
        if lanes.submitUnbounded(ticket) { return }
        // No thread to be had: blocking here is better than never doing it.
        body()
    }

    /// How many calls of a lane wait for a thread.
    func waitingCount(in lane: CallLane) -> Int { lanes.waiting(in: lane) }

    /// How many threads a lane has.
    func threadCount(in lane: CallLane) -> Int { lanes.threads(in: lane) }

    /// Hands a ticket in, and waits for its answer.
    ///
    /// The answer goes through a box of which the caller takes it, and not through the continuation: so the thread
    /// keeps nothing of it, and a caller who lets go of what it got has let go of the last reference.
    private func submit<Value: Sendable>(
        _ ticket: CallTicket, _ body: @escaping @Sendable () throws(LibvirtError) -> Value
    ) async -> Result<Value, LibvirtError> {
        let box = Guarded<Result<Value, LibvirtError>?>(nil)
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            ticket.work = {
                let answer = Result(catching: body)
                // A refusal that came first stands.
                box.withLock { $0 = $0 ?? answer }
                return { continuation.resume() }
            }
            ticket.refusal = { error in
                box.withLock { $0 = .failure(error) }
                continuation.resume()
            }
            lanes.submit(ticket)
        }
        let answer = box.withLock { box in
            defer { box = nil }
            return box
        }
        guard let answer else { preconditionFailure("\(ticket.call) was resumed without an answer") }
        return answer
    }
}
