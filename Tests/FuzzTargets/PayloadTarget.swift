import Fiscal
import FiscalProviders
import JobQueue
import Relay

extension FuzzTarget {
    /// An event's payload, through reader, planner and encoder. The first byte chooses the kind, and whether its order
    /// has a past: sixes from `0` on are without one, and with one, in turn.
    package static let payloads = FuzzTarget(
        name: "payload", longest: 65536, words: PayloadFuzzing.words
    ) { bytes throws(FuzzFinding) in
        _ = try PayloadFuzzing.plan(bytes)
    }
}

enum PayloadFuzzing {
    enum Kind: String, CaseIterable {
        case paid, shipped, refunded, correction, check, sale
    }

    static let kinds = Kind.allCases

    static let words = [
        "\"v\":1", "\"order\":", "\"payment\":", "\"items\":", "\"sum\":", "\"price\":", "\"quantity\":",
        "\"vat_rate\":", "\"settlement\":", "\"customer\":", "\"marks\":", "\"advance\"", "\"credit\"",
        "\"full_prepayment\"", "\"prepayment\"", "\"0.22\"", "\"0.001\"", "\"99999999.99\"", "-1", "1e99", "null", "{}",
        "[]", "\"\\ud800\"", "\"\\u0000\"", "\"order_discount\":", "\"bonus\":", "\"delivery\":", "\"agent\":",
        "\"transaction_id\":", "\"original_transaction_id\":", "\"type\":\"refund\"",
        "\"fiscalized_by\":\"cloud\"", "\"product_id\":", "\"store_id\":", "\"fiscal\":{", "\"shipment\":{",
    ]

    static let shop: ShopSettings? = {
        let yaml = """
            shops:
              main:
                company: { inn: "7712345671", sno: osn, email: shop@example.ru, payment_address: "https://shop.example.ru", ffd: "1.2" }
                provider: { kind: cloudkassir, base_url: "https://api.example.ru/v1", login: shop, password: secret }
            """
        return try? RelayConfiguration(yaml: yaml, environment: [:]).shops["main"]
    }()

    private static let provider = CloudKassirProvider(
        CloudKassirSettings(baseURL: "https://api.example.ru/v1", login: "shop") { "secret" }
    ) { _ in fatalError("fuzzing sends nothing") }

    /// What becomes of the input: the plan of its receipts, or why there is none.
    static func plan(_ bytes: [UInt8]) throws(FuzzFinding) -> Result<ReceiptPlan, any Error> {
        guard let choice = bytes.first else { return .failure(FuzzFinding("nothing")) }
        let (turn, kind) = Int(choice &- UInt8(ascii: "0")).quotientAndRemainder(dividingBy: kinds.count)
        let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
        return try plan(kinds[kind], text, past: turn % 2 == 0 ? [] : PayloadPast.receipts)
    }

    /// How many receipts are planned for the input.
    ///
    /// - Throws: Why there are none.
    static func receiptCount(_ bytes: [UInt8]) throws -> Int {
        if case .receipts(let receipts) = try plan(bytes).get() { receipts.count } else { 0 }
    }

    private static func plan(
        _ kind: Kind, _ text: String, past: [PastReceipt]
    ) throws(FuzzFinding) -> Result<ReceiptPlan, any Error> {
        guard let shop else { throw FuzzFinding("the configuration of the fuzzer is broken") }
        for stock in StockReading.kinds { try StockFuzzing.run(stock, text) }
        let plan: ReceiptPlan
        do {
            plan = try Self.plan(
                kind, text,
                PlanningContext(shop: shop, occurredAt: 1_790_000_000, ledger: OrderLedger(receipts: past)),
                wrong: past.first)
        } catch let faults as FiscalFaults {
            try check(faults)
            return .failure(faults)
        } catch let fault as PlanningFault {
            if case .faults(let faults) = fault { try check(faults) }
            return .failure(fault)
        } catch {
            throw FuzzFinding("an error that no person can read: \(error)")
        }
        guard case .receipts(let receipts) = plan else { return .success(plan) }
        guard !receipts.isEmpty else { throw FuzzFinding("a plan without receipts") }
        for receipt in receipts { try encode(receipt.document) }
        return .success(plan)
    }

    private static func plan(
        _ kind: Kind, _ text: String, _ context: PlanningContext, wrong: PastReceipt?
    ) throws -> ReceiptPlan {
        switch kind {
        case .paid: try PaidOrderPlanner.plan(OrderPaid(payload: text), context)
        case .shipped: try ShippedOrderPlanner.plan(ShippedOrder(payload: text), context)
        case .refunded: try RefundPlanner.plan(RefundedPayment(payload: text), context)
        case .check: try CashboxCheckPlanner.plan(CashboxCheck(payload: text), context)
        case .sale:
            try PointOfSalePlanner.plan(PosTransaction(payload: text), context, PointOfSalePlanner.Family())
        case .correction:
            try CorrectionPlanner.plan(
                ReceiptCorrectionEvent(payload: text), wrong: wrong, eventKey: "correction:1", context)
        }
    }

    /// What is sent is a function of the document and JSON, or refused in words.
    private static func encode(_ document: ReceiptDocument) throws(FuzzFinding) {
        let bytes: [UInt8]
        do {
            bytes = try provider.encode(document, externalID: "main/e/1.1", callbackURL: nil)
            guard try provider.encode(document, externalID: "main/e/1.1", callbackURL: nil) == bytes else {
                throw FuzzFinding("the same document was encoded in two ways")
            }
        } catch let faults as FiscalFaults {
            return try check(faults)
        } catch let finding as FuzzFinding {
            throw finding
        } catch {
            throw FuzzFinding("an error that no person can read: \(error)")
        }
        guard (try? JSONValue(parsing: String(decoding: bytes, as: UTF8.self))) != nil else {
            throw FuzzFinding("a request that is no JSON")
        }
    }

    private static func check(_ faults: FiscalFaults) throws(FuzzFinding) {
        for language in [FaultLanguage.russian, .english] {
            let words = StepFailure(language: language).faults(faults)
            guard !words.code.isEmpty, words.message.unicodeScalars.count > 10 else {
                throw FuzzFinding("a fault without words: \(words.code)")
            }
            guard words.message.utf8.count < 100_000 else {
                throw FuzzFinding("\(words.message.utf8.count) bytes of faults")
            }
        }
    }
}
