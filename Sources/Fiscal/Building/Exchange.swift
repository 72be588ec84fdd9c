/// Goods brought back for other goods (R24, C15).
enum Exchange {
    /// The return, then the sale. The value carried over goes through 1217 (`other`) in both, money only for the
    /// difference.
    static func receipts(of request: ExchangeRequest) throws(FiscalFault) -> [ReceiptBody] {
        var taking = try Taking(from: request.returned.original)
        try taking.pull(request.returned)
        let returned = try taking.draft()
        let returnedTotal = try returned.total()
        let sale = try FullPayment.draft(of: PricedOrder(request.replacement), method: .fullPayment)
        let saleTotal = try sale.total()
        let carried = min(returnedTotal, saleTotal)
        var receipts: [ReceiptBody] = []
        if !returned.isEmpty {
            receipts.append(
                try returned.receipt(total: returnedTotal, payments: payments(of: returnedTotal, carried: carried)))
        }
        if !sale.isEmpty {
            receipts.append(
                try sale.receipt(total: saleTotal, payments: payments(of: saleTotal, carried: carried)))
        }
        return receipts
    }

    private static func payments(of total: Money, carried: Money) -> Payments {
        var payments = Payments(.other, carried)
        payments.electronic = Money(kopecks: total.kopecks - carried.kopecks)
        return payments
    }
}
