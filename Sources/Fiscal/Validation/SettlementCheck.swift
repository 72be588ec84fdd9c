/// The checks of what a settlement says beside its lines.
struct SettlementCheck {
    let order: Order

    func check(_ findings: inout Findings) {
        switch order.settlement {
        case .fullPayment, .fullPrepayment:
            requireLines(&findings)
        case .prepayment(let amount, let alreadyPrepaid):
            requireLines(&findings)
            requirePositive(amount, at: "amount", &findings)
            for (line, sum) in alreadyPrepaid.sorted(by: { $0.key < $1.key }) {
                requireNotNegative(sum, at: FieldPath("already_prepaid").field(line), &findings)
            }
        case .advance(let advance):
            requireName(advance.name, at: .whole, &findings)
            findings.run { () throws(FiscalFault) in
                try VATRate.usable(
                    advance.vat, on: order.dateOfRates, under: order.sno, isAgentItem: false, at: "vat_rate")
            }
            requirePositive(advance.amount, at: "amount", &findings)
        case .creditPayment(let payment):
            check(payment, &findings)
        case .close(let handOver):
            requireLines(&findings)
            check(handOver, &findings)
        }
    }

    private func check(_ payment: CreditPayment, _ findings: inout Findings) {
        requirePositive(payment.amount, at: "amount", &findings)
        for (position, balance) in payment.balances.enumerated() {
            let place = FieldPath("credit_balances").element(position)
            requireName(balance.name, at: place, &findings)
            requireNotNegative(balance.balance, at: place, &findings)
            findings.run { () throws(FiscalFault) in
                try VATRate.usable(
                    balance.vat, on: payment.shipDate, under: order.sno, isAgentItem: balance.agent != nil,
                    at: place.field("vat_rate"))
            }
        }
    }

    private func check(_ handOver: HandOver, _ findings: inout Findings) {
        requireNotNegative(handOver.prepaid, at: "prepaid", &findings)
        requireNotNegative(handOver.paidNow, at: "paid_now", &findings)
        if let burn = handOver.burn {
            requireName(burn.name, at: "burn", &findings)
            requireNotNegative(burn.sum, at: "burn", &findings)
        }
        for (position, line) in handOver.prepaidLines.enumerated() {
            requireName(line.name, at: FieldPath("prepaid_lines").element(position), &findings)
            requireNotNegative(line.sum, at: "prepaid_lines", &findings)
        }
    }

    private func requireLines(_ findings: inout Findings) {
        if order.lines.isEmpty { findings.add(FiscalFault(.itemsEmpty, at: "items")) }
    }

    private func requireName(_ name: String, at place: FieldPath, _ findings: inout Findings) {
        do {
            _ = try ItemName(name)
        } catch {
            findings.add(error.within(place))
        }
    }

    private func requirePositive(_ amount: Money, at field: FieldPath, _ findings: inout Findings) {
        if !amount.isPositive { findings.add(FiscalFault(.amountMismatch, at: field, found: amount.description)) }
    }

    private func requireNotNegative(_ amount: Money, at field: FieldPath, _ findings: inout Findings) {
        if amount.isNegative { findings.add(FiscalFault(.amountMismatch, at: field, found: amount.description)) }
    }
}
