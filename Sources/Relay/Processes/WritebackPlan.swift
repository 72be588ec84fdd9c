package import Bitrix
import Fiscal

/// What an order is to show of its receipts: a pure function of them and of the shop's settings.
package struct WritebackPlan: Hashable, Sendable {
    /// Values of properties; empty: there is nothing to show in them.
    package let values: [OrderPropertyWrite.Value]
    /// Lines of the order's comment, oldest receipt first; empty unless the shop wants them.
    package let lines: [OrderCommentWrite.Line]
    /// The newest of the receipts that are shown.
    package let newest: Int64

    /// Nil if there is nothing to show.
    ///
    /// - Parameters:
    ///   - receipts: all fiscalised receipts of the order, oldest first.
    ///   - properties: where which kind is shown.
    ///   - comments: whether each receipt leaves a line in the order's comment.
    package init?(_ receipts: [ShownReceipt], properties: BitrixPropertySettings, comments: Bool) {
        var shown: [(codes: BitrixPropertySettings.Codes, receipt: ShownReceipt)] = []
        if let sale = receipts.last(where: { Self.isPlainSale($0, properties) }) {
            shown.append((properties.order, sale))
        }
        for kind in ResultKind.allCases {
            guard let codes = properties.codes(of: kind), let receipt = receipts.last(where: { $0.kind == kind })
            else { continue }
            shown.append((codes, receipt))
        }
        values = shown.flatMap { Self.values(of: $0.receipt, under: $0.codes) }
        lines = comments ? receipts.map(Self.line) : []
        let ids = shown.map(\.receipt.id) + (comments ? receipts.map(\.id) : [])
        guard let newest = ids.max() else { return nil }
        self.newest = newest
    }

    /// Whether a receipt belongs into the order's own properties: a sale of a kind that has none of its own.
    private static func isPlainSale(_ receipt: ShownReceipt, _ properties: BitrixPropertySettings) -> Bool {
        guard properties.codes(of: receipt.kind) == nil else { return false }
        return receipt.type == .sell || receipt.type == .sellCorrection
    }

    private static func values(
        of receipt: ShownReceipt, under codes: BitrixPropertySettings.Codes
    ) -> [OrderPropertyWrite.Value] {
        let signs = [(codes.fn, receipt.fn), (codes.fd, receipt.fd), (codes.fpd, receipt.fpd)]
        // Without a link of its own a receipt must not show that of another one.
        let link = codes.qr.map { [($0, receipt.qr ?? "")] } ?? []
        return (signs + link).map { OrderPropertyWrite.Value(code: $0.0, text: $0.1) }
    }

    /// The signs of a receipt name it for good, so they are also how its line is found again.
    private static func line(_ receipt: ShownReceipt) -> OrderCommentWrite.Line {
        let mark = "ФН \(receipt.fn), ФД \(receipt.fd), ФПД \(receipt.fpd)."
        let name =
            switch receipt.kind {
            case .payment: "Чек"
            case .refund: "Чек возврата"
            case .closing: "Чек при выдаче"
            case .correction: "Чек коррекции"
            }
        return OrderCommentWrite.Line(
            mark: mark, text: "\(name), \(receipt.type.printed.lowercased()), \(receipt.total) руб.: \(mark)")
    }
}

extension BitrixPropertySettings {
    /// The codes that a kind of receipt has for itself.
    func codes(of kind: ResultKind) -> Codes? {
        switch kind {
        case .payment: nil
        case .refund: refund
        case .closing: closing
        case .correction: correction
        }
    }
}
