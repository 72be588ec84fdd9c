import Fiscal

@testable import Bitrix
@testable import Relay

extension FuzzTarget {
    /// What stands in a portal's answers: tokens, and the rows of every list that is read, in one map.
    package static let bitrixRows = FuzzTarget(
        name: "bitrix-rows", longest: 65536,
        words: [
            "\"access_token\":", "\"refresh_token\":", "\"client_endpoint\":", "\"expires_in\":", "\"orders\":",
            "\"properties\":", "\"propertyValues\":", "\"documents\":", "\"documentElements\":", "\"storeProducts\":",
            "\"shipments\":", "\"payments\":", "\"id\":", "\"personTypeId\":", "\"version\":", "\"orderPropsId\":",
            "\"value\":", "\"missing\":", "\"unfit\":", "\"values\":", "\"amount\":", "\"status\":", "\"deducted\":",
            "\"dateDeducted\":", "\"Y\"", "\"FN\"", "1e309", "1e-9223372036854775808", "9223372036854775807",
            "-999999999999", "[]", "{}", "null", "\"2026-03-05T10:00:00+03:00\"", "\"\\ud800\"",
        ]
    ) { bytes throws(FuzzFinding) in
        guard let answer = try? BitrixValue(parsing: bytes) else { return }
        try BitrixRowsFuzzing.tokens(answer)
        try BitrixRowsFuzzing.module(answer)
        try BitrixRowsFuzzing.properties(answer)
        try BitrixRowsFuzzing.documents(answer)
        try BitrixRowsFuzzing.amounts(answer)
        BitrixRowsFuzzing.shipments(answer)
    }
}

/// The readers of rows, and the decisions that are made of what they read, as production makes them.
private enum BitrixRowsFuzzing {
    static let orders = [1, 2, 7].map { (id: Int64) in
        OrderPropertyWrite(
            orderID: id, values: [.init(code: "FN", text: "9999078900001234"), .init(code: "FD", text: "18")])
    }

    static let document = CatalogueDocument(
        number: "fr-1", kind: .writeOff, store: 1,
        lines: [1, 2].map { .init(product: $0, amount: CatalogueAmount(millionths: 1_500_000)) }, responsible: 1,
        currency: "RUB", title: "fr-1")

    static func rows(_ answer: BitrixValue, _ name: String) -> [BitrixValue] { answer[name]?.elements ?? [] }

    static func tokens(_ answer: BitrixValue) throws(FuzzFinding) {
        guard let tokens = BitrixTokens(answer) else { return }
        guard tokens.endpoint != nil, tokens.lifetime >= .zero, tokens.lifetime <= .seconds(30 * 86_400) else {
            throw FuzzFinding("tokens that cannot be used")
        }
        guard "\(tokens)" == "(tokens)", String(reflecting: tokens) == "(tokens)" else {
            throw FuzzFinding("tokens show themselves")
        }
    }

    static func module(_ answer: BitrixValue) throws(FuzzFinding) {
        let reports = OrderPropertyModule.reports(orders, answer)
        guard reports.map(\.orderID) == orders.map(\.orderID) else {
            throw FuzzFinding("an order has no report, or another's")
        }
        for report in reports {
            if case .failed(let fault) = report.outcome { try fault.check() }
        }
    }

    /// A whole round of writing, in which the portal answers every question with the same rows.
    static func properties(_ answer: BitrixValue) throws(FuzzFinding) {
        let catalogue = OrderPropertyCatalogue(rows(answer, "properties").compactMap(OrderProperty.init))
        let headers = OrderPropertyWriter.headers(answer)
        var reading = OrderReading()
        reading.headers = headers
        let page = BitrixAnswer(result: answer, next: nil, total: nil, time: BitrixTime(nil), movedTo: nil)
        for order in orders {
            var above: Int64? = 0
            // Of pages that are alike the second has no higher row, so the list ends.
            for number in 0..<3 {
                guard let last = above else { break }
                if number == 2 { throw FuzzFinding("a list whose pages are alike has no end") }
                above = reading.add(.success(page), of: order.orderID, above: last)
            }
        }
        var round = OrderPropertyRound(orders, before: reading, catalogue: catalogue)
        for writing in round.writings {
            guard writing.plan.wanted.allSatisfy(writing.sent.contains) else {
                throw FuzzFinding("a writing lacks what is wanted")
            }
            let kept = writing.sent.dropLast(writing.plan.wanted.count).map(\.propertyID)
            guard Set(kept).count == kept.count, Set(kept).isDisjoint(with: writing.plan.wanted.map(\.propertyID))
            else {
                throw FuzzFinding("a writing sends a property twice")
            }
        }
        round.noteVersions(headers)
        round.note(round.writings.map { _ in nil })
        round.judge(by: reading.values)
        guard round.writings.isEmpty, round.reports.map(\.orderID) == orders.map(\.orderID) else {
            throw FuzzFinding("a round leaves an order without a report")
        }
    }

    static func documents(_ answer: BitrixValue) throws(FuzzFinding) {
        let found = rows(answer, "documents").compactMap(FoundDocument.init)
        let elements = rows(answer, "documentElements").compactMap { FoundElement($0, kind: document.kind) }
        _ = CatalogueDeviation(of: document, elements)
        switch CatalogueDocumentStep.next(for: document, documents: found, elements: elements) {
        case .conduct(let id), .addElements(let id, _):
            guard found.contains(where: { $0.id == id && $0.status == .draft }) else {
                throw FuzzFinding("a document is to be written to that is no draft")
            }
        case .done(let id, _):
            guard found.contains(where: { $0.id == id && $0.status == .conducted }) else {
                throw FuzzFinding("a document is taken for conducted that is not")
            }
        case .add, .removeElements, .removeDrafts, .takenBack, .nothing: break
        }
    }

    static func amounts(_ answer: BitrixValue) throws(FuzzFinding) {
        let held = rows(answer, "storeProducts").compactMap(StoreAmount.init)
        var sum = CatalogueAmount.zero
        for amount in held {
            _ = amount.free
            sum = sum.adding(amount.amount)
            guard CatalogueAmount(amount.amount.description) == amount.amount else {
                throw FuzzFinding("an amount is not read as it was written: \(amount.amount)")
            }
        }
        let level = StockLevel(
            shop: "main", store: "1", product: "1", quantity: "999999999999", waiting: "0", held: "0", movedAt: "")
        for difference in StockReconciliation.differences(shop: "main", levels: [level], amounts: held) {
            _ = difference.agreed(from: level)
        }
    }

    static func shipments(_ answer: BitrixValue) {
        _ = rows(answer, "payments").compactMap(ShipmentInquiry.Payment.init)
        let shipped = rows(answer, "shipments").compactMap(ShipmentInquiry.Shipped.init)
        _ = UnpaidShipments.told(shipped, .moscow)
    }
}
