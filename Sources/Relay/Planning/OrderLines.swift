import Fiscal

/// Turns the lines of a payload into those of the fiscal core: names cleaned (R49), codes checked (R54), rates mapped (R40).
enum OrderLines {
    /// The line that delivery becomes (R27); a payload's own line may not have this id.
    static let deliveryID = "delivery"

    /// The lines, with a stand-in for every value that could not be read, and what was wrong with those.
    static func lines(
        of goods: GoodsPayload, vat: VATMapping, ffd: FFDVersion
    ) -> (lines: [OrderLine], faults: [FiscalFault]) {
        var collector = FaultCollector()
        var lines: [OrderLine] = []
        for (position, item) in goods.items.enumerated() {
            let place = FieldPath.item(position)
            if item.id == deliveryID {
                collector.add(FiscalFault(.lineDuplicate, at: place.field("id"), found: deliveryID))
            }
            lines.append(line(item, at: place, vat: vat, ffd: ffd, &collector))
        }
        if let delivery = goods.delivery, delivery.price != .zero {
            let place: FieldPath = "delivery"
            let name = collector.value(within: place) { () throws(FiscalFault) in try ItemName(delivery.name).text }
            let rate = collector.value(within: place) { () throws(FiscalFault) in
                try self.rate(delivery.vatRate, vat)
            }
            lines.append(
                OrderLine(
                    id: deliveryID, name: name ?? delivery.name, price: delivery.price,
                    quantity: ExactDecimal(units: 1, scale: 0), vat: (rate ?? .none).rawValue, object: .service,
                    isVATIncluded: delivery.isVATIncluded, isDiscountable: false))
        }
        return (lines, collector.faults)
    }

    private static func line(
        _ item: ItemPayload, at place: FieldPath, vat: VATMapping, ffd: FFDVersion,
        _ collector: inout FaultCollector
    ) -> OrderLine {
        let name = collector.value(within: place) { () throws(FiscalFault) in try ItemName(item.name).text }
        let rate = collector.value(within: place) { () throws(FiscalFault) in
            try self.rate(item.vatRate, vat)
        }
        let marks = item.marks.enumerated().map { index, mark in
            collector.value(within: place.field("marks").element(index)) { () throws(FiscalFault) in
                try MarkingCode(mark).text
            } ?? mark
        }
        return OrderLine(
            id: item.id, name: name ?? item.name, price: item.price, quantity: item.quantity,
            vat: (rate ?? .none).rawValue, object: object(of: item, marked: !marks.isEmpty).supported(by: ffd),
            isVATIncluded: item.isVATIncluded, measure: item.measure, isDiscountable: item.isDiscountable,
            marks: marks, agent: item.agent, sno: item.sno, isDeliveredAtPayment: item.isDeliveredAtPayment)
    }

    /// The plain rate for what a payload says.
    ///
    /// - Throws: as ``VATMapping``, and `value_missing` where a payer of VAT says nothing.
    static func rate(_ value: JSONValue?, _ vat: VATMapping) throws(FiscalFault) -> VATRate {
        switch value {
        case nil:
            // “Without VAT” is a statement that a shop makes and nobody makes for it, unless it never pays VAT (R40).
            if !vat.isPayer { return .none }
            throw FiscalFault(.valueMissing, at: "vat_rate", allowed: ["0.05", "0.07", "0.1", "0.22", "null"])
        case .null?: return try vat.rate(for: String?.none)
        case .string(let text)?: return try vat.rate(for: text)
        case let value?:
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
