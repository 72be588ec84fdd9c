import FiscalProviders
import Relay

extension FuzzTarget {
    /// The body of a callback, and the end of its path: up to the first line break, if there is one.
    package static let callbacks = FuzzTarget(
        name: "callback", longest: 32768,
        words: [
            "\"external_id\":", "\"main/payment:5:paid:1/1.1\"", "\"fn\":", "\"status\":\"done\"", "{}", "[]", "null",
            "true", "1e309",
            "\"\\ud800\"", "\"\\u0000\"", "\"\\u001b[2J\"", "\n", "{\"a\":",
            CallbackToken(secret: CallbackFuzzing.secret, shop: "main").text,
        ]
    ) { bytes throws(FuzzFinding) in
        let cut = bytes.firstIndex(of: 0x0A)
        let token = String(decoding: bytes[..<(cut ?? 0)], as: UTF8.self)
        let body = Array(bytes[(cut.map { $0 + 1 } ?? 0)...])
        if let shop = CallbackFuzzing.directory.shop(of: token) {
            guard token == CallbackToken(secret: CallbackFuzzing.secret, shop: shop).text else {
                throw FuzzFinding("\(token) opens the door of \(shop)")
            }
        }
        guard let key = CloudKassirCallback.externalID(body) else { return }
        guard 1...200 ~= key.utf8.count, key.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw FuzzFinding("a key that is none: \(key.debugDescription)")
        }
        // The same call is the same, whatever stands before and behind it.
        guard CloudKassirCallback.externalID([0x20] + body + [0x0A]) == key else {
            throw FuzzFinding("blanks change the key \(key.debugDescription)")
        }
    }
}

enum CallbackFuzzing {
    static let secret = "0123456789abcdef0123456789abcdef"
    static let directory = CallbackDirectory(secret: secret, shops: ["main", "second"])
}
