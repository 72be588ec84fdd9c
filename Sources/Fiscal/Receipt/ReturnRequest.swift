/// A quantity of one line.
package struct LineQuantity: Hashable, Sendable {
    package var line: String
    package var quantity: ExactDecimal

    package init(line: String, quantity: ExactDecimal) {
        self.line = line
        self.quantity = quantity
    }
}

extension LineQuantity: Decodable {
    private enum CodingKeys: String, CodingKey {
        case line
        case quantity = "qty"
    }

    /// Reads `{"line": …, "qty": …}` or the pair `[line, qty]`.
    package init(from decoder: any Decoder) throws {
        if let map = try? decoder.container(keyedBy: CodingKeys.self) {
            line = try map.decode(String.self, forKey: .line)
            quantity = try map.decode(ExactDecimal.self, forKey: .quantity)
        } else {
            var pair = try decoder.unkeyedContainer()
            line = try pair.decode(String.self)
            quantity = try pair.decode(ExactDecimal.self)
        }
    }
}

/// A return of goods, or of a prepayment (R20, C13).
package struct ReturnRequest: Hashable, Sendable {
    /// The receipt being returned, as it was issued.
    package var original: ReceiptBody
    /// What comes back, in the order of the request; a line may be named more than once.
    package var returns: [LineQuantity]
    /// What was returned before, in the order in which it happened, if only quantities are known.
    package var alreadyReturned: [LineQuantity]
    /// The receipts of what was returned before, oldest first. Better than quantities: their sums are what really went
    /// back, so the last return takes exactly what is left. Not to be given together with `alreadyReturned`.
    package var earlierReturns: [ReceiptBody]
    /// How the money goes back; nil: electronic, all of it.
    package var payments: Payments?

    package init(
        original: ReceiptBody, returns: [LineQuantity], alreadyReturned: [LineQuantity] = [],
        earlierReturns: [ReceiptBody] = [], payments: Payments? = nil
    ) {
        self.original = original
        self.returns = returns
        self.alreadyReturned = alreadyReturned
        self.earlierReturns = earlierReturns
        self.payments = payments
    }
}

extension ReturnRequest: Decodable {
    private enum CodingKeys: String, CodingKey {
        case original, returns, payments
        case alreadyReturned = "already_returned"
    }

    package init(from decoder: any Decoder) throws {
        let map = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            original: map.decode(ReceiptBody.self, forKey: .original),
            returns: map.decode([LineQuantity].self, forKey: .returns),
            alreadyReturned: map.decodeIfPresent([LineQuantity].self, forKey: .alreadyReturned) ?? [],
            payments: map.decodeIfPresent(Payments.self, forKey: .payments))
    }
}

/// Goods brought back for other goods (R24, C15).
package struct ExchangeRequest: Hashable, Sendable {
    /// What comes back; its `payments` are not used.
    package var returned: ReturnRequest
    /// The new goods; built as a full payment under the order's tax system, whatever `settlement` says.
    package var replacement: Order

    package init(returned: ReturnRequest, replacement: Order) {
        self.returned = returned
        self.replacement = replacement
    }
}
