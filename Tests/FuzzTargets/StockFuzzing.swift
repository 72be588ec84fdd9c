import Fiscal
import Relay

/// What a payload says about stock: lines that the ledger can hold, and faults in words.
enum StockFuzzing {
    static func run(_ kind: String, _ payload: String) throws(FuzzFinding) {
        guard let shop = PayloadFuzzing.shop else { throw FuzzFinding("the configuration of the fuzzer is broken") }
        guard StockReading.kinds.contains(kind) else { return }
        for language in [FaultLanguage.russian, .english] {
            let reading = StockReading(settings: shop.stock, language: language)
            let changes = reading.changes(kind: kind, payload: payload, occurredAt: 1_790_000_000)
            guard changes.count <= 1001 else { throw FuzzFinding("\(changes.count) changes of stock") }
            for change in changes { try check(change) }
        }
    }

    private static func check(_ change: StockChange) throws(FuzzFinding) {
        switch change {
        case .line(let line):
            guard line.place > 0, 1...300 ~= line.transaction.unicodeScalars.count,
                1...100 ~= line.line.unicodeScalars.count, line.quantity.scale <= 6, line.quantity.units != 0
            else { throw FuzzFinding("a line that no ledger can hold: \(line)") }
            if line.kind != .refund, line.kind != .returned, line.kind != .kept,
                line.product == nil || line.store == nil
            {
                throw FuzzFinding("a line of nothing, or nowhere: \(line)")
            }
        case .cancel(let cancel):
            guard cancel.family != nil || cancel.order != nil else { throw FuzzFinding("a cancel of nothing") }
        case .fault(let fault):
            guard fault.message.unicodeScalars.count > 10, fault.message.unicodeScalars.count < 400, fault.place >= 0
            else { throw FuzzFinding("a fault that cannot be shown: \(fault)") }
        }
    }
}
