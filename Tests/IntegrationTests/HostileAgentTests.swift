// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import RoostKit
import Testing

/// A guest has its agent's channel for itself: one that wants to do harm answers as it likes, and harms only itself.
@Suite("A guest agent that lies", .serialized)
struct HostileAgentTests {
    /// What the agent's place is taken by, one after the other, each for one channel. The first word tells whether
    /// libvirt's synchronisation is answered well, so that the next request is answered by the rest.
    private static let all = [
        // Before libvirt gets its answer to the synchronisation.
        "rude silence", "rude half '{\"return\": {'", "rude half 'not JSON\\n'", "rude half '{\"return\": 4711}\\n'",
        "rude noise", "rude stream", "rude nest", "rude half '\\377\\000\\376\\n'",
        // After that.
        "polite silence", "polite late", "polite half '{\"return\": {\"pid\": '", "polite half '{\"return\": 5}\\n'",
        "polite half '{\"return\": {\"pid\": \"one\"}}\\n'", "polite half '{\"return\": {\"pid\": 1e99}}\\n'",
        "polite half '{\"return\": {}}\\n{\"return\": {\"pid\": 1}}\\n'", "polite half '{\"error\": 1}\\n'",
        "polite half '{\"error\": {\"class\": \"GenericError\", \"desc\": \"No such file\"}}\\n'",
        "polite half '\\n\\n\\n'",
        "polite noise", "polite stream", "polite nest", "polite wide", "polite half '{\"event\": \"X\"}\\n'",
    ]

    /// All acts in `make chaos`, else every third.
    private static let acts = all.enumerated().filter { CallFault.triesAll || $0.offset % 3 == 0 }.map(\.element)

    /// The agent: takes its acts from the arguments, writes down those that got a request, and gives way to the real
    /// one at the end.
    private static let script = #"""
        port=/dev/virtio-ports/org.qemu.guest_agent.0
        many() { yes "$1" | head -n "$2" | tr -d '\n'; }
        answer() {
          case $1 in
            silence) ;;
            late) printf '{"return": {"pid": 1}}\n' ;;
            half) printf "$2" ;;
            noise) head -c 300000 /dev/urandom ;;
            stream) many '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' 180000 ;;
            nest) printf '{"return": '; many '[' 100000; echo ;;
            wide) printf '{"return": {"pid": "'; many 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' 150000; printf '"}}\n' ;;
          esac
        }
        # The port has no reader but for a while, so a write that blocks is ended.
        say() {
          [ "$1" != late ] || sleep 8
          cat /run/answer >&3 &
          for tick in $(seq 20); do kill -0 $! 2>/dev/null || break; sleep 0.2; done
          sleep 0.5; kill -KILL $! 2>/dev/null
        }
        act() {
          manner=$1; shift
          answer "$@" >/run/answer
          for tick in $(seq 100); do
            # Nothing is read while the host is not connected.
            read -r -t 10 line <&3 || { sleep 0.1; continue; }
            case $manner$line in
              polite*guest-sync*) printf '{"return": %s}\n' "$(echo "$line" | sed 's/[^0-9]//g')" >&3 ;;
              *) echo "$*" >>/run/acts; say "$@"; return ;;
            esac
          done
        }
        sleep 2
        kill "$(cat /run/qemu-ga/pid)"; sleep 1
        for words in "$@"; do
          exec 3<>"$port"
          eval "act $words"
          exec 3>&-
          sleep 0.5
        done
        qemu-ga -d -p "$port" -t /run/qemu-ga -f /run/qemu-ga/pid -l /run/qemu-ga/log
        """#

    @Test("leads to typed errors in bounded time, for its own guest alone, and is over when it stops")
    func lies() async throws {
        let lab = try await Lab("h-liar")
        let before = try await lab.prepared()
        let well = try await lab.driver.spawn(lab.tiny("well-2"), until: .running, context: lab.context).id
        let id = try await lab.driver.spawn(
            lab.tiny("liar-1"), until: .agent(within: Lab.patience), context: lab.context
        ).id
        let daemon = try HostProcess.running("libvirtd", for: lab)
        try await lab.startLying(Self.script, Self.acts, in: id)

        var failures: [ComputeError] = []
        let end = ContinuousClock.now + Lab.patience * 2
        while true {
            let asked = ContinuousClock.now
            do throws(ComputeError) {
                let result = try await lab.driver.execute(
                    GuestProgram(path: "/bin/cat", arguments: ["/run/acts"]), in: id,
                    context: lab.context(within: .seconds(30)))
                let acts = String(decoding: result.output, as: UTF8.self).split(separator: "\n").map(String.init)
                // The first answer may still be the real agent's; the last one is.
                if acts.count >= Self.acts.count { break }
            } catch {
                failures.append(error)
                try await Task.sleep(for: .milliseconds(200))
            }
            // Above the limits of one request and the next.
            #expect(asked.duration(to: .now) < .seconds(60))
            try #require(ContinuousClock.now < end, "\(failures.map(\.message))")
        }
        let codes = Set(failures.map(\.code))
        #expect(codes.isSubset(of: [.failed, .busy, .deadlineExceeded]), "\(Set(failures.map(\.description)))")
        #expect(failures.allSatisfy { $0.subject == "instance liar-1" })
        #expect(failures.contains { $0.message.contains("not of the form") })
        // Nothing that the guest said is said on as it is, in any length.
        #expect(failures.allSatisfy { $0.description.utf8.count < 2_000 })

        #expect(try HostProcess.running("libvirtd", for: lab) == daemon)
        #expect(try await lab.shell("echo well", in: id) == "well")
        for guest in [id, well] {
            #expect(try await lab.driver.statistics(of: guest, context: lab.context).state == .running)
        }
        try await lab.deleteAll()
        try await lab.expectUnchanged(since: before)
    }
}

extension Lab {
    /// Starts a script in the guest that goes on by itself.
    fileprivate func startLying(_ script: String, _ acts: [String], in id: InstanceID) async throws {
        let start = "setsid /bin/sh -c \"$0\" liar \"$@\" >/dev/null 2>&1 </dev/null & :>/run/acts"
        let result = try await driver.execute(
            GuestProgram(path: "/bin/sh", arguments: ["-c", start, script] + acts), in: id, context: context)
        try #require(result.termination == .exited(0))
    }
}
