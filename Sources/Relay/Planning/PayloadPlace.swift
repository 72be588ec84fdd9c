import Fiscal

/// Where the payload keeps what the fiscal core finds wrong.
///
/// The core knows delivery as the line after the last one, and an amount or a measure by names of its own.
enum PayloadPlace {
    static func place(_ faults: FiscalFaults, in goods: GoodsPayload) -> FiscalFaults {
        // A line that took delivery's id is told at that line.
        let placed = faults.all.map { place($0, itemCount: goods.items.count) }.filter { $0.field != "delivery.id" }
        return FiscalFaults(placed) ?? faults
    }

    static func place(_ fault: FiscalFault, itemCount: Int) -> FiscalFault {
        let text = fault.field.text
        switch text {
        case "amount": return fault.at("payment.sum")
        // The name of an advance is that of its first line.
        case "name": return fault.at("items[0].name")
        default: break
        }
        let delivery = "items[\(itemCount)]"
        if text == delivery || text.hasPrefix(delivery + ".") {
            return fault.at(FieldPath("delivery" + text.dropFirst(delivery.count)))
        }
        return text.hasPrefix("items[") && text.hasSuffix("].measure") ? fault.at(FieldPath(text + "_code")) : fault
    }
}
