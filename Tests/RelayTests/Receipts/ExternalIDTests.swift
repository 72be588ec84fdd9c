import Relay
import Testing

@Suite("Our keys at providers")
struct ExternalIDTests {
    @Test(
        "Pinned: a key once made must be made again by every later release",
        arguments: [
            ("main", "payment:5:paid:1", 1, 1, "main/payment:5:paid:1/1.1"),
            ("main", "", 1, 1, "main//1.1"),
            ("a-b_c", "A.b:c/d", 12, 3, "a-b_c/A.b:c/d/12.3"),
            ("main", "оплата:5", 1, 1, "~ddbf553858f067465bc3c0c8fa80c5bf03a5e292"),
            ("main", String(repeating: "k", count: 55), 1, 1, "main/" + String(repeating: "k", count: 55) + "/1.1"),
            ("main", String(repeating: "k", count: 56), 1, 1, "~f10bc70ca187e2834a60f1ca9bf01fce87f23e47"),
            ("main", "a b", 1, 1, "~92e2269ce9e1afb61cbbe9632abdee23605cefe6"),
        ])
    func pinned(shop: String, key: String, part: Int, edition: Int, text: String) {
        #expect(ExternalID(shop: shop, eventKey: key, part: part, edition: edition).text == text)
    }

    @Test("Two different receipts never share a key, whatever the shop writes")
    func injective() {
        let keys = [
            "", "/", "//", "1.1", "/1.1", "a", "a/", "/a", "a/1.1", "a/1", "a b", "a\u{0}b", "a%20b", "~a", "é",
            "e\u{301}",
            "A", "a\n", String(repeating: "k", count: 200), String(repeating: "k", count: 201), "main/a", "платёж",
            "~" + String(repeating: "0", count: 40),
        ]
        var seen: [String: String] = [:]
        for shop in ["main", "main2", "m", "1", "a-b", "a_b", "~"] {
            for key in keys {
                for part in [1, 2, 11] {
                    for edition in [1, 2, 11] {
                        let id = ExternalID(shop: shop, eventKey: key, part: part, edition: edition)
                        let origin = "\(shop)|\(Array(key.utf8))|\(part)|\(edition)"
                        #expect(seen[id.text] == nil, "\(origin) and \(seen[id.text] ?? "")")
                        #expect(id.text.utf8.count <= 64 && !id.text.isEmpty)
                        #expect(id.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
                        #expect(id.description == id.text)
                        seen[id.text] = origin
                    }
                }
            }
        }
        #expect(seen.count == 7 * keys.count * 9)
    }
}
