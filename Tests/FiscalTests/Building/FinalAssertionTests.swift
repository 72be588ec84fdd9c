import Testing

@testable import Fiscal

@Suite struct FinalAssertionTests {
    private func receipt() throws -> ReceiptBody {
        try #require(
            try ReceiptBuilder.build(
                Sample.order([Sample.line("1", "10.00", "3"), Sample.line("2", "5.00")], discount: "1")
            ).first)
    }

    private func code(of receipt: ReceiptBody) -> FaultCode? {
        Sample.code { () throws(FiscalFault) in
            try FinalAssertion.check([receipt])
            return []
        }
    }

    @Test("C17, R30, R31: a receipt whose sums disagree anywhere is refused")
    func inconsistencies() throws {
        let good = try receipt()
        #expect(code(of: good) == nil)
        let spoilers: [(inout ReceiptBody) -> Void] = [
            { $0.items[0].price = Money(kopecks: $0.items[0].price.kopecks + 1) },
            { $0.items[0].sum = Money(kopecks: $0.items[0].sum.kopecks - 1) },
            { $0.items[0].quantity = .zero },
            { $0.total = Money(kopecks: $0.total.kopecks + 1) },
            {
                $0.total = Money(kopecks: $0.total.kopecks + 1)
                $0.payments.electronic = $0.total
            },
            {
                $0.total = Money(kopecks: $0.total.kopecks - 1)
                $0.payments.electronic = $0.total
            },
            { $0.payments.electronic = Money(kopecks: $0.payments.electronic.kopecks + 1) },
            {
                $0.payments.cash = Money(kopecks: -1)
                $0.payments.electronic = Money(kopecks: $0.payments.electronic.kopecks + 1)
            },
            { $0.items[0].vatSum = Money(kopecks: $0.items[0].vatSum.kopecks + 1) },
        ]
        for spoil in spoilers {
            var receipt = good
            spoil(&receipt)
            #expect(code(of: receipt) == .receiptInconsistent)
        }
    }

    @Test("C4, C17: limits come before the equalities")
    func limits() throws {
        var receipt = try receipt()
        receipt.total = Sample.money("99999999")
        #expect(code(of: receipt) == .limitSum)
        receipt.items = Array(repeating: receipt.items[0], count: 101)
        #expect(code(of: receipt) == .limitItems)
    }
}
