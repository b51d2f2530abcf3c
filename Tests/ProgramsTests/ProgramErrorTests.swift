// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Glibc
import Programs
import Testing

@Suite("What is said of programs")
struct ProgramErrorTests {
    @Test(
        "says what happened and what to do",
        arguments: [
            (.notFound(program: "p", package: "k"), "p is not installed", "apt-get install k"),
            (.notStarted(program: "p", reason: "r"), "p could not be started: r", nil),
            (.failed(program: "p", termination: .exited(2), errorTail: ""), "p failed with status 2", nil),
            (.failed(program: "p", termination: .exited(2), errorTail: "t"), "p failed with status 2: t", nil),
            (.failed(program: "p", termination: .signalled(9), errorTail: ""), "p was ended by signal 9", nil),
            (
                .failed(program: "p", termination: .signalled(SIGXCPU), errorTail: "t"),
                "p used more processor time than it may and was ended", nil
            ),
            (
                .failed(program: "p", termination: .signalled(SIGXFSZ), errorTail: "t"),
                "p wrote a larger file than it may and was ended", nil
            ),
            (.deadlineExceeded(program: "p", limit: .seconds(3)), "p took longer than 3.0 seconds and was ended", nil),
            (.outputTooLong(program: "p", limit: 7), "p wrote more than 7 bytes and was ended", nil),
            (.cancelled(program: "p"), "p was ended because its caller was cancelled", nil),
        ] as [(ProgramError, String, String?)])
    func texts(error: ProgramError, message: String, hint: String?) {
        #expect(error.message == message)
        #expect(error.hint == hint)
    }
}
