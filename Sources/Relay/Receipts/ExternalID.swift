import Crypto

/// Our idempotency key of a receipt at its provider (I2).
///
/// Made of shop, event key, part and edition only: never of a clock and never of a number from a sequence, since a
/// restored database winds both back, and an old key would then be given to a new receipt. Two different quadruples
/// never share a key: a shop's name holds no `/`, and part and edition follow the last one.
package struct ExternalID: Hashable, Sendable, CustomStringConvertible {
    /// The longest key that is sent as it is; every provider in use accepts it.
    package static let maximumPlainLength = 64

    package let text: String

    package var description: String { text }

    package init(shop: String, eventKey: String, part: Int, edition: Int) {
        precondition(!shop.contains("/"), "a shop's name holds no slash")
        let plain = "\(shop)/\(eventKey)/\(part).\(edition)"
        if plain.utf8.count <= Self.maximumPlainLength, plain.utf8.allSatisfy(Self.isPlain) {
            text = plain
        } else {
            // 160 bits of SHA-256: no collision to be found, and short enough for a screen.
            let digest = SHA256.hash(data: Array(plain.utf8)).prefix(20)
            text = "~" + digest.map(Self.hexadecimal).joined()
        }
    }

    /// Characters that survive every provider's log, URL and database unharmed.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: ":"), UInt8(ascii: "/"):
            true
        default: false
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16)
        return byte < 16 ? "0" + text : text
    }
}
