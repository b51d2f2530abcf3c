// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Testing
import XMLTree

@Suite("Comparing trees")
struct ComparisonTests {
    private func differences(_ actual: String, from expected: String) throws -> [XMLDifference] {
        try XMLElement.parse(actual, whitespace: .kept).differences(from: .parse(expected, whitespace: .kept))
    }

    @Test("layout, attribute order, comments, CDATA and prefixes do not count")
    func insignificant() throws {
        let actual = "<a xmlns:p='urn:p' x='1' y='2'>\n <!-- c --> <b>t</b>\n <p:c/></a>"
        let expected = "<a y='2' x='1' xmlns:q='urn:p'><b><![CDATA[t]]></b><q:c/></a>"
        #expect(try differences(actual, from: expected) == [])
    }

    @Test("each difference is named by its path")
    func paths() throws {
        let actual = "<a x='2' z='1'><b>u</b><d n='1'/><d n='3'/><d n='4'/><e/></a>"
        let expected = "<a x='1' y='1'><b>t</b><c/><d n='1'/><d n='2'/></a>"
        #expect(
            try differences(actual, from: expected) == [
                XMLDifference(path: "/a/@x", kind: .value(expected: "1", actual: "2")),
                XMLDifference(path: "/a/@y", kind: .missingAttribute(expected: "1")),
                XMLDifference(path: "/a/@z", kind: .unexpectedAttribute(actual: "1")),
                XMLDifference(path: "/a/b", kind: .value(expected: "t", actual: "u")),
                XMLDifference(path: "/a/c", kind: .missingElement),
                XMLDifference(path: "/a/d[2]/@n", kind: .value(expected: "2", actual: "3")),
                XMLDifference(path: "/a/d[3]", kind: .unexpectedElement),
                XMLDifference(path: "/a/e", kind: .unexpectedElement),
            ])
    }

    @Test("the order of differently named children counts only when asked for")
    func order() throws {
        let actual = try XMLElement.parse("<a><c/><b/></a>")
        let expected = try XMLElement.parse("<a><b/><c/></a>")
        #expect(actual.differences(from: expected) == [])
        #expect(
            actual.differences(from: expected, order: .amongAll) == [
                XMLDifference(path: "/a", kind: .order(expected: ["b", "c"], actual: ["c", "b"]))
            ])
    }

    @Test("different roots are told apart")
    func roots() throws {
        #expect(
            try differences("<b/>", from: "<a/>") == [
                XMLDifference(path: "/a", kind: .missingElement), XMLDifference(path: "/b", kind: .unexpectedElement),
            ])
    }

    @Test("what another tree adds is not missing")
    func additions() throws {
        let meant = try XMLElement.parse("<a><d n='1'/><d n='2'><t>x</t></d><e/></a>")
        let actual = try XMLElement.parse(
            "<a id='7'><d n='0'/><d n='1'><alias/></d><d n='9'/><d n='2' k=''><t u='1'>x</t></d><e>5</e><f/></a>")
        #expect(meant.missing(in: actual) == [])
    }

    @Test("what another tree lacks or has otherwise is missing, against the closest match")
    func missing() throws {
        let meant = try XMLElement.parse("<a x='1'><d n='1' m='1'/><d n='2' m='2'/><e>t</e><f/></a>")
        let actual = try XMLElement.parse("<a><d n='1' m='1'/><d n='2' m='3'/><e>u</e></a>")
        #expect(
            meant.missing(in: actual) == [
                XMLDifference(path: "/a/@x", kind: .missingAttribute(expected: "1")),
                XMLDifference(path: "/a/d[2]/@m", kind: .value(expected: "2", actual: "3")),
                XMLDifference(path: "/a/e", kind: .value(expected: "t", actual: "u")),
                XMLDifference(path: "/a/f", kind: .missingElement),
            ])
    }

    @Test("elements of one name in another order are missing")
    func swapped() throws {
        let meant = try XMLElement.parse("<a><d n='1'/><d n='2'/></a>")
        let actual = try XMLElement.parse("<a><d n='2'/><d n='1'/></a>")
        #expect(meant.missing(in: actual) == [XMLDifference(path: "/a/d[2]", kind: .missingElement)])
    }

    @Test("an absent element does not hide the ones after it")
    func absentFirst() throws {
        let meant = try XMLElement.parse("<a><d n='1'/><d n='2'/><d n='3'/></a>")
        let actual = try XMLElement.parse("<a><d n='2'/><d n='3'/></a>")
        #expect(
            meant.missing(in: actual) == [
                XMLDifference(path: "/a/d[1]/@n", kind: .value(expected: "1", actual: "2"))
            ])
    }
}
