import Fiscal

/// Turns the lines of a payload into those of the fiscal core: names cleaned (R49), codes checked (R54), rates mapped (R40).
enum OrderLines {
    /// The line that delivery becomes (R27); a payload's own line may not have this id.
    static let deliveryID = "delivery"

    /// - Throws: ``FiscalFaults`` with every fault, each at its field of the payload.
    static func lines(
        of goods: GoodsPayload, vat: VATMapping, ffd: FFDVersion
    ) throws(FiscalFaults) -> [OrderLine] {
        var collector = FaultCollector()
        var lines: [OrderLine] = []
        var seen: Set<String> = []
        for (position, item) in goods.items.enumerated() {
            let place = FieldPath.item(position)
            if !seen.insert(item.id).inserted || item.id == deliveryID {
                collector.add(FiscalFault(.lineDuplicate, at: place.field("id"), found: String(item.id.prefix(40))))
            }
            if let line = line(item, at: place, vat: vat, ffd: ffd, &collector) { lines.append(line) }
        }
        if let delivery = goods.delivery, delivery.price != .zero {
            let place: FieldPath = "delivery"
            let name = collector.value(within: place) { () throws(FiscalFault) in
                try ItemName(delivery.name).text
            }
            let rate = collector.value(within: place) { () throws(FiscalFault) in
                try self.rate(delivery.vatRate, vat)
            }
            if let name, let rate {
                lines.append(
                    OrderLine(
                        id: deliveryID, name: name, price: delivery.price, quantity: ExactDecimal(units: 1, scale: 0),
                        vat: rate.rawValue, object: .service, isVATIncluded: delivery.isVATIncluded,
                        isDiscountable: false))
            }
        }
        try collector.finish()
        return lines
    }

    private static func line(
        _ item: ItemPayload, at place: FieldPath, vat: VATMapping, ffd: FFDVersion,
        _ collector: inout FaultCollector
    ) -> OrderLine? {
        let name = collector.value(within: place) { () throws(FiscalFault) in try ItemName(item.name).text }
        let rate = collector.value(within: place) { () throws(FiscalFault) in
            try self.rate(item.vatRate, vat)
        }
        var marks: [String] = []
        for (index, mark) in item.marks.enumerated() {
            let code = collector.value(within: place.field("marks").element(index)) { () throws(FiscalFault) in
                try MarkingCode(mark).text
            }
            if let code { marks.append(code) }
        }
        guard let name, let rate else { return nil }
        return OrderLine(
            id: item.id, name: name, price: item.price, quantity: item.quantity, vat: rate.rawValue,
            object: object(of: item, marked: !marks.isEmpty).supported(by: ffd), isVATIncluded: item.isVATIncluded,
            measure: item.measure, isDiscountable: item.isDiscountable, marks: marks, agent: item.agent, sno: item.sno,
            isDeliveredAtPayment: item.isDeliveredAtPayment)
    }

    private static func rate(_ value: JSONValue, _ vat: VATMapping) throws(FiscalFault) -> VATRate {
        switch value {
        case .null: return try vat.rate(for: String?.none)
        case .string(let text): return try vat.rate(for: text)
        default:
            guard let text = value.decimalText else {
                throw FiscalFault(.valueTypeWrong, at: "vat_rate", found: value.kindName)
            }
            return try vat.rate(for: text)
        }
    }

    /// An article with codes is reported as marked, whatever the catalogue calls it (R55).
    private static func object(of item: ItemPayload, marked: Bool) -> SettlementObject {
        marked ? .marked(excisable: item.object == .excise, hasCode: true) : item.object
    }
}
