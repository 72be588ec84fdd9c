import FoundationEssentials

/// What CloudKassir pushes to a receipt's `url` once it is fiscalised.
///
/// Of its fields only the key is read: nothing signs them, so the provider's answer to a question of ours is what
/// counts.
package enum CloudKassirCallback {
    /// Longer bodies are not read: a call has some hundred bytes.
    package static let sizeLimit = 16 * 1024

    private struct Body: Decodable {
        let externalID: String

        private enum CodingKeys: String, CodingKey {
            case externalID = "external_id"
        }
    }

    /// Our key of the receipt that the call is about: 1 to 200 characters without control characters. Nil if the body
    /// is none.
    package static func externalID(_ bytes: [UInt8]) -> String? {
        guard bytes.count <= sizeLimit,
            let key = try? JSONDecoder().decode(Body.self, from: Data(bytes)).externalID, 1...200 ~= key.utf8.count,
            key.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        return key
    }
}
