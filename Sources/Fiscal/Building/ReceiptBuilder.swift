/// Makes the receipts that a settlement asks for: the canonical algorithm C1 to C17.
///
/// Pure: the same input gives the same receipts, whenever and wherever. Every function stops at the first fault in the
/// order of C4; a whole-order validation finds them all. Amounts are exact; nothing is ever repaired silently.
///
/// Several receipts are to be fiscalised in the order of the result, each before the next; none means that there is
/// nothing to fiscalise.
package enum ReceiptBuilder {
    /// The receipts of one settlement of an order.
    ///
    /// Usually one; several for lines of different tax systems (C10s) and for a prepayment above the hand-over (C12);
    /// none if every line was dropped (C7).
    /// - Throws: ``FiscalFault``: the first fault in the order of C4.
    package static func build(_ order: Order) throws(FiscalFault) -> [ReceiptBody] {
        let receipts: [ReceiptBody]
        switch order.settlement {
        case .fullPayment:
            receipts = try FullPayment.receipts(of: order)
        case .fullPrepayment:
            receipts = try Prepayment.fullReceipts(of: order)
        case .prepayment(let amount, let alreadyPrepaid):
            receipts = try [Prepayment.partialReceipt(of: order, amount: amount, alreadyPrepaid: alreadyPrepaid)]
        case .advance(let advance):
            receipts = try [AdvanceReceipt.receipt(of: order, advance)]
        case .creditPayment(let payment):
            receipts = try [CreditPaymentReceipt.receipt(of: order, payment)]
        case .close(let handOver):
            receipts = try Close.receipts(of: order, handOver)
        }
        try FinalAssertion.check(receipts)
        return receipts
    }

    /// The receipt of a return of goods or of a prepayment (R20, R23, C13); none if nothing is returned.
    /// - Throws: ``FiscalFault``: the first fault in the order of C4.
    package static func `return`(_ request: ReturnRequest) throws(FiscalFault) -> [ReceiptBody] {
        guard let receipt = try Return.receipt(of: request) else { return [] }
        try FinalAssertion.check([receipt])
        return [receipt]
    }

    /// The two receipts of an exchange: what comes back, then the new goods (R24, C15).
    ///
    /// Either is absent if it has no items.
    /// - Throws: ``FiscalFault``: the first fault of the return, else of the new goods, in the order of C4.
    package static func exchange(_ request: ExchangeRequest) throws(FiscalFault) -> [ReceiptBody] {
        let receipts = try Exchange.receipts(of: request)
        try FinalAssertion.check(receipts)
        return receipts
    }

    /// The documents of a repair (R70 to R77, C16).
    ///
    /// Those that reverse a wrong receipt copy it as it was issued, whatever is wrong with it.
    /// - Throws: ``FiscalFault``: `correction_number_required` before all else, then the first fault of the right data.
    package static func correct(_ request: CorrectionRequest) throws(FiscalFault) -> [ReceiptBody] {
        try Repairing.receipts(of: request)
    }

    /// The receipt that another program has computed; none if it has nothing to fiscalise.
    ///
    /// - Throws: ``FiscalFaults`` with every fault of the lines, else the first of the whole, at the names that
    ///   ``DictatedReceipt`` has in a payload: `items[n].price`, `payments`, `total_sum`.
    package static func dictated(_ receipt: DictatedReceipt) throws(FiscalFaults) -> [ReceiptBody] {
        guard let body = try Dictation.receipt(receipt) else { return [] }
        do {
            try FinalAssertion.check([body])
        } catch {
            throw FiscalFaults(error)
        }
        return [body]
    }
}
