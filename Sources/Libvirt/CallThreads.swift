// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

/// The threads that make calls to libvirt, which block and so must not run on Swift's cooperative threads.
///
/// A few threads for each ``CallLane``, started when first needed, with a bounded queue before them. A call that
/// hangs cannot be stopped, but its caller is released at its deadline or cancellation, and its thread replaced; and
/// where it was about a domain, further calls that need the same hypervisor or agent fail at once as `domainHung`,
/// until it returns. Of the calls that need one hypervisor, or one agent, a lane makes one at a time: one that hangs
/// costs a lane one thread, and delays no other domain.
///
/// The threads end when the last reference to this object is gone and what they were given is done.
public final class CallThreads: Sendable {
    /// The threads that connections use unless they are given others.
    ///
    /// Who speaks to several hosts from one process gives each connection threads of its own, so that one host that
    /// hangs blinds no other. Drivers share these.
    public static let shared = CallThreads()

    private let lanes: CallLanes
    private let interposer: (any CallInterposer)?

    /// Threads with limits of their own.
    ///
    /// - Parameters:
    ///   - limits: The limits of each lane; a lane that is not named has its ``CallLane/defaultLimits``.
    ///   - patience: When a call counts as slow, and when as hanging.
    public init(limits: [CallLane: CallLane.Limits] = [:], patience: CallPatience = CallPatience()) {
        lanes = CallLanes(limits: limits, patience: patience)
        interposer = nil
    }

    /// Threads whose calls `interposer` makes.
    init(interposer: any CallInterposer) {
        lanes = CallLanes(limits: [:], patience: CallPatience())
        self.interposer = interposer
    }

    deinit {
        lanes.endWhenDone()
    }

    /// What was called so far, how often, for how long, and what came of it. Waits for no call.
    public var meter: CallMeter { lanes.figures }

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
        try await call(name, lane: lane, deadline: deadline, target: nil, access: .always, body)
    }

    /// As ``call(_:lane:deadline:_:)``, about a domain.
    ///
    /// One that `isAwaited` is waited for a while longer by a caller who gave up while it ran: its end, if that comes,
    /// is what is told.
    ///
    /// - Throws: Also `domainHung`, where a call about the target hangs and `access` needs it.
    func call<Value: Sendable>(
        _ name: StaticString,
        lane: CallLane,
        deadline: ContinuousClock.Instant?,
        target: CallTarget?,
        access: CallAccess,
        isAwaited: Bool = false,
        _ body: @escaping @Sendable () throws(LibvirtError) -> Value
    ) async throws(LibvirtError) -> Value {
        let ticket = CallTicket(
            name.description, lane: lane, deadline: deadline, target: target, access: access, isAwaited: isAwaited)
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
        try await submit(CallTicket(name.description, lane: lane, deadline: deadline), body).get()
    }

    /// Runs `body` on a thread of a lane, at some time, for nobody in particular; never refused, never dropped.
    func post(to lane: CallLane, _ body: @escaping @Sendable () -> Void) {
        let ticket = CallTicket("post", lane: lane, deadline: nil, isMetered: false)
        ticket.work = {
            body()
            return CallTicket.Completion(failure: nil) {}
        }
        if lanes.submitUnbounded(ticket) { return }
        // No thread to be had: blocking here is better than never doing it.
        body()
    }

    /// Has `telling` run once a time has passed, on the thread that keeps time, which it must not hold up.
    func after(_ time: Duration, _ telling: @escaping @Sendable () -> Void) {
        lanes.tell(at: .now + time, telling)
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
        let (call, lane, interposer) = (ticket.call, ticket.lane, interposer)
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            ticket.work = {
                let answer = Result { () throws(LibvirtError) -> Value in
                    guard let interposer, lane != .pulse else { return try body() }
                    return try interposer.make(call, body)
                }
                // A refusal that came first stands.
                box.withLock { $0 = $0 ?? answer }
                var failure: LibvirtError?
                if case .failure(let error) = answer { failure = error }
                return CallTicket.Completion(failure: failure) { continuation.resume() }
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
