/// What a receipt reports under each rate found among its items (C10).
///
/// The tax, or for `vat0` and `none` the turnover; a rate is present even if its sum is 0.00. In JSON a map by the names
/// of ``VATRate``; kept in the order of tag 1199, so that a receipt read back from the database, where keys have
/// no order, encodes to the same bytes.
package struct VATTotals: Hashable, Sendable {
    /// One rate and its sum.
    package struct Entry: Hashable, Sendable {
        package let rate: VATRate
        package let amount: Money
    }

    /// Ordered by tag 1199; a receipt rarely has more than three.
    package private(set) var entries: [Entry] = []

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }

    /// The sum under a rate; nil if no item has it.
    package subscript(rate: VATRate) -> Money? { entries.first { $0.rate == rate }?.amount }

    /// Adds `amount` under `rate`.
    /// - Throws: ``DecimalError/outOfRange``.
    package mutating func add(_ amount: Money, under rate: VATRate) throws(DecimalError) {
        let code = rate.tag1199
        var position = 0
        while position < entries.count {
            let entry = entries[position]
            if entry.rate == rate {
                entries[position] = Entry(rate: rate, amount: try entry.amount.adding(amount))
                return
            }
            if entry.rate.tag1199 > code { break }
            position += 1
        }
        entries.insert(Entry(rate: rate, amount: amount), at: position)
    }
}

extension VATTotals: Codable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// - Throws: ``FiscalFault`` `vat_unknown` for the name of no rate.
    package init(from decoder: any Decoder) throws {
        let map = try decoder.container(keyedBy: Key.self)
        for key in map.allKeys {
            let rate = try VATRate.named(key.stringValue, at: FieldPath("vats.\(key.stringValue)"))
            try add(map.decode(Money.self, forKey: key), under: rate)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var map = encoder.container(keyedBy: Key.self)
        for entry in entries { try map.encode(entry.amount, forKey: Key(stringValue: entry.rate.rawValue)) }
    }
}
