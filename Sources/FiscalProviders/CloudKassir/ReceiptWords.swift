import Fiscal

/// A receipt's values in the words of the wire, looked up before a byte is written, so that all faults come at once.
struct ReceiptWords {
    let type: String
    let taxSystem: String
    private(set) var items: [ItemWords] = []
    private(set) var payments: [(type: Int, sum: Money)] = []
    /// Only of a correction without items, which states its tax nowhere else.
    private(set) var vats: [(word: String, sum: Money)] = []

    /// - Throws: ``FiscalFaults``: every value that has no word, with what has one.
    init(_ document: ReceiptDocument, _ vocabulary: CloudKassirVocabulary) throws(FiscalFaults) {
        let body = document.body
        var faults = FaultCollector()
        func word<Value: RawRepresentable<String>, Word>(
            _ value: Value, in table: [Value: Word], at field: @autoclosure () -> FieldPath
        ) -> Word? {
            if let word = table[value] { return word }
            faults.add(
                FiscalFault(
                    .valueUnknown, at: field(), found: value.rawValue, allowed: table.keys.map(\.rawValue).sorted()))
            return nil
        }
        let type = word(body.type, in: vocabulary.types, at: "type")
        let taxSystem = word(body.sno, in: vocabulary.taxSystems, at: "sno")
        items.reserveCapacity(body.items.count)
        for (position, item) in body.items.enumerated() {
            let object = item.object.supported(by: document.ffd)
            let method = word(item.method, in: vocabulary.methods, at: .item(position).field("method"))
            let objectWord = word(object, in: vocabulary.objects, at: .item(position).field("object"))
            let vat = word(item.vat, in: vocabulary.vat, at: .item(position).field("vat"))
            if let method, let objectWord, let vat {
                items.append(ItemWords(method: method, object: objectWord, vat: vat))
            }
        }
        for entry in body.payments.entries {
            let field = FieldPath("payments").field(entry.means.rawValue)
            if let type = word(entry.means, in: vocabulary.payments, at: field) { payments.append((type, entry.sum)) }
        }
        if body.items.isEmpty {
            if !body.type.isCorrection { faults.add(FiscalFault(.itemsEmpty, at: "items")) }
            for entry in body.vats.entries {
                let field = FieldPath("vats").field(entry.rate.rawValue)
                if let word = word(entry.rate, in: vocabulary.vat, at: field) { vats.append((word, entry.amount)) }
            }
        }
        if body.type.isCorrection, body.correction == nil {
            faults.add(FiscalFault(.valueMissing, at: "correction"))
        }
        try faults.finish()
        guard let type, let taxSystem else { throw FiscalFaults(.receiptInconsistent, at: .whole) }
        self.type = type
        self.taxSystem = taxSystem
    }
}

/// The words of one item.
struct ItemWords {
    let method: String
    let object: String
    let vat: String
}
