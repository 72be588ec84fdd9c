/// Reads a CSV of transactions at points of sale: one row per item, rows of one transaction behind each other.
package struct PosRows: ImportReading {
    /// The file as a whole cannot be read so.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Columns that belong to the transaction: its first row counts, further rows may leave them empty.
    package static let transactionColumns = [
        "shop", "transaction_id", "type", "original_transaction_id", "terminal", "store_id", "occurred_at",
        "fiscalized_by", "means", "sum", "order_id", "order_number", "email", "phone", "customer_name", "customer_inn",
        "fn", "fd", "fpd", "stock_effect", "order_discount", "bonus",
    ]
    /// Columns of the item.
    package static let itemColumns = [
        "item_id", "product_id", "name", "price", "quantity", "vat_rate", "vat_included", "measure_code", "object",
        "marks", "item_store_id", "discountable", "sno",
    ]

    /// Rows of one transaction that are kept, and bytes of them.
    private static let mostRows = GoodsPayload.maximumLines
    private static let mostBytes: Int64 = 8 << 20
    /// Rows to be told of before an event is, at most.
    private static let mostNotes = 1000

    private let csv: CSVReader
    private let reader: ByteReader
    private let columns: [String]
    private let shop: String?
    private var ahead: CSVReader.Record?
    private var notes: [ImportNote] = []

    /// Reads the heading; what follows is read by ``next()``.
    ///
    /// - Parameters:
    ///   - reader: At the beginning of the file.
    ///   - delimiter: Between fields.
    ///   - shop: Of rows that name none.
    /// - Throws: ``Failure``.
    package init(_ reader: ByteReader, delimiter: UInt8 = UInt8(ascii: ","), shop: String?) throws(Failure) {
        reader.skipByteOrderMark()
        self.reader = reader
        self.shop = shop
        csv = CSVReader(reader, delimiter: delimiter)
        switch csv.next() {
        case .record(let heading): columns = heading.fields.map { $0.lowercased() }
        case .malformed(_, let reason): throw Failure(description: "the heading cannot be read: \(reason)")
        case nil: throw Failure(description: "the file is empty; its first row names the columns")
        }
        let known = Self.transactionColumns + Self.itemColumns
        if let unknown = columns.first(where: { !known.contains($0) }) {
            let shown = String(
                unknown.unicodeScalars.filter { $0.value >= 0x20 && !(0x7F..<0xA0 ~= $0.value) }.prefix(40))
            throw Failure(description: "column “\(shown)” is not known; allowed: \(known.joined(separator: ", "))")
        }
        if Set(columns).count != columns.count { throw Failure(description: "a column stands there twice") }
        guard columns.contains("transaction_id") else { throw Failure(description: "column transaction_id is missing") }
        guard shop != nil || columns.contains("shop") else {
            throw Failure(description: "column shop is missing, and --shop names none")
        }
    }

    package var hasNotes: Bool { !notes.isEmpty }

    package var checkpoint: (position: Int64, line: Int64) {
        ahead.map { ($0.position, $0.line) } ?? (reader.position, reader.line)
    }

    package mutating func next() -> ImportItem? {
        if !notes.isEmpty { return .rejected(notes.removeFirst()) }
        guard let first = record() else { return notes.isEmpty ? nil : .rejected(notes.removeFirst()) }
        let head = values(first)
        var rows = [(line: first.line, values: head)]
        var isTooLarge = false
        while let more = record() {
            let values = values(more)
            guard values["transaction_id"] == head["transaction_id"],
                values["shop"] == nil || values["shop"] == head["shop"]
            else {
                ahead = more
                break
            }
            isTooLarge = isTooLarge || rows.count == Self.mostRows || more.position - first.position > Self.mostBytes
            if !isTooLarge { rows.append((more.line, values)) }
        }
        guard !isTooLarge else {
            return .rejected(
                ImportNote(
                    .rejected, line: first.line,
                    "the transaction has more than \(Self.mostRows) rows, or than \(Self.mostBytes >> 20) MiB of them"))
        }
        return PosRow.event(of: rows, shop: shop)
    }

    /// The next row that has as many fields as the heading and names a transaction; others are noted.
    private mutating func record() -> CSVReader.Record? {
        if let record = ahead {
            ahead = nil
            return record
        }
        while notes.count < Self.mostNotes, let element = csv.next() {
            switch element {
            case .malformed(let line, let reason): notes.append(ImportNote(.rejected, line: line, reason))
            case .record(let record) where record.fields.count != columns.count:
                notes.append(
                    ImportNote(
                        .rejected, line: record.line,
                        "has \(record.fields.count) fields where the heading has \(columns.count)"))
            case .record(let record):
                if values(record)["transaction_id"] != nil { return record }
                notes.append(ImportNote(.rejected, line: record.line, "transaction_id: is missing"))
            }
        }
        return nil
    }

    /// What is not empty, by column.
    private func values(_ record: CSVReader.Record) -> [String: String] {
        var values: [String: String] = [:]
        for (column, field) in zip(columns, record.fields) where !field.isEmpty { values[column] = field }
        return values
    }
}
