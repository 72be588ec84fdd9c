internal import Crypto

/// Digests of what was received.
enum Digest {
    private static let hexadecimal = Array("0123456789abcdef".utf8)

    /// SHA-256 in lower-case hexadecimal, 64 characters.
    static func sha256(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in SHA256.hash(data: bytes) {
            text.append(hexadecimal[Int(byte >> 4)])
            text.append(hexadecimal[Int(byte & 0xF)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A stable 64-bit number made from text, for choices that must come out the same in every run.
    static func stableNumber(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return mixed(hash)
    }

    /// Spreads the bits of a number (the finaliser of SplitMix64).
    static func mixed(_ value: UInt64) -> UInt64 {
        var value = value &+ 0x9e37_79b9_7f4a_7c15
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
