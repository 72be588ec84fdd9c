/// The checks of a return (C13): every position that is wrong, where the builder names the first.
enum ReturnCheck {
    static func check(_ request: ReturnRequest, _ findings: inout Findings) {
        let original = findings.run { () throws(FiscalFault) in try Taking(from: request.original).original }
        guard original != nil else { return }
        var available: [String: Int64] = [:]
        for item in request.original.items { available[item.line, default: 0] += item.quantity.thousandths }
        for earlier in request.alreadyReturned {
            // What does not fit here, the builder refuses below, at its own place.
            let quantity = try? CheckedQuantity.checked(earlier.quantity, at: .whole)
            available[earlier.line, default: 0] -= quantity?.thousandths ?? 0
        }
        for (position, wanted) in request.returns.enumerated() {
            let field = FieldPath.item(position).field("quantity")
            let checked = findings.run { () throws(FiscalFault) in
                try CheckedQuantity.checked(wanted.quantity, at: field)
            }
            guard let checked else { continue }
            let left = max(0, available[wanted.line] ?? 0)
            if checked.thousandths > left {
                findings.add(
                    FiscalFault(
                        .returnExceeds, at: field, found: checked.description,
                        limit: Quantity(thousandths: left).description))
            } else {
                available[wanted.line] = left - checked.thousandths
            }
        }
        findings.run { () throws(FiscalFault) in _ = try ReceiptBuilder.return(request) }
    }
}
