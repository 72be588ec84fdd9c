import Bitrix
import Fiscal
import JobQueue
import Relay

/// The portals of the shops: what their orders show. A value overwrites what stood under its code.
struct ModelPortal {
    private struct Order: Hashable {
        let shop: String
        let id: String
    }

    private var shown: [Order: [String: String]] = [:]
    private(set) var writes = 0

    mutating func write(_ values: [OrderPropertyWrite.Value], order: String, shop: String) {
        writes += 1
        for value in values { shown[Order(shop: shop, id: order), default: [:]][value.code] = value.text }
    }

    /// Whether an order shows exactly what it is to show.
    func shows(_ values: [OrderPropertyWrite.Value], order: String, shop: String) -> Bool {
        let wanted = Dictionary(values.map { ($0.code, $0.text) }, uniquingKeysWith: { _, last in last })
        return shown[Order(shop: shop, id: order), default: [:]] == wanted
    }
}

extension ModelDatabase {
    /// The fiscalised receipts of an order, oldest first; see `ReceiptStore.shown`.
    func shown(shop: String, order: String) -> [ShownReceipt] {
        receipts.compactMap { receipt in
            guard receipt.state == .fiscalised, receipt.shop == shop, let signs = receipt.signs,
                receipt.promised.intent.planned.orderID == order
            else { return nil }
            let body = receipt.promised.intent.planned.document.body
            return ShownReceipt(
                id: receipt.id, type: body.type, settlementKey: receipt.settlement, total: body.total, fn: signs.fn,
                fd: signs.fd, fpd: signs.fpd)
        }
    }
}
