/// Details of the operation that the seller keeps in the receipt (tag 1270).
package struct OperationProps: Hashable, Sendable {
    /// Tag 1271, 0…255.
    package var id: Int
    /// Tag 1272, at most 64 characters.
    package var data: String
    /// Tag 1273, on the clock of the place of settlement.
    package var at: CivilDateTime

    package init(id: Int, data: String, at: CivilDateTime) {
        self.id = id
        self.data = data
        self.at = at
    }
}

extension OperationProps: Codable {}
