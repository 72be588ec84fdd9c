/// An industry property of an item (tag 1260) or a receipt (1261).
package struct SectoralProperty: Hashable, Sendable, Codable {
    /// Tag 1262: number of the authority.
    package let authority: String
    /// Tag 1263: date of the act, `dd.mm.yyyy`.
    package let actDate: String
    /// Tag 1264: number of the act.
    package let actNumber: String
    /// Tag 1265, at most 256 characters.
    package let value: String

    private enum CodingKeys: String, CodingKey {
        case authority = "federal_id"
        case actDate = "date"
        case actNumber = "number"
        case value
    }

    /// What the permission mode of marking puts on an item whose code was checked before the sale (R56).
    ///
    /// - Parameters:
    ///   - request: `reqId` of the answer.
    ///   - timestamp: `reqTimestamp` of the answer, milliseconds since 1970.
    /// - Returns: The property to put on the item.
    package static func permission(request: String, timestamp: Int64) -> SectoralProperty {
        SectoralProperty(
            authority: "030", actDate: "21.11.2023", actNumber: "1944", value: "UUID=\(request)&Time=\(timestamp)")
    }
}
