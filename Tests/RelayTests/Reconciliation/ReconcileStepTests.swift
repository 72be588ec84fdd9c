import Bitrix
import Fiscal
import HTTPTransport
import JobQueue
import Postgres
import Relay
import Synchronization
import Testing

/// What a scheduled comparison leaves behind.
@Suite struct ReconcileStepTests {
    private func outcome(_ found: [Discrepancy]) throws -> Outcome {
        let day = try #require(CivilDate("2026-11-21"))
        let period = try #require(ReconciliationPeriod(from: day, to: day, in: .moscow))
        return ReconcileStep.outcome(of: found, shop: "main", period, recent: period)
    }

    @Test func whatDiffersRaisesTheAlarmAndItsAbsenceClearsIt() throws {
        let differs = try outcome([
            Discrepancy(.missing, expected: Money(kopecks: 100), ""), Discrepancy(.missing, ""),
            Discrepancy(.different, ""), Discrepancy(.unasked, ""),
        ])
        #expect(
            differs.effects == [
                AlarmEffects.raise(
                    "reconcile:main", .critical,
                    "the books of shop main do not agree (2 missing, 1 different): fiscal-relay receipts reconcile "
                        + "--shop main --from 2026-11-21 --to 2026-11-21")
            ])
        #expect(
            try outcome([]).effects == [AlarmEffects.clear("reconcile:main"), AlarmEffects.clear("unclosed:main")])
        // Nothing is known of what could not be asked about: the alarm stays as it was.
        #expect(try outcome([Discrepancy(.unasked, "")]).effects.isEmpty)
        // An old prepayment alone is a warning, and says nothing of the rest.
        let unclosed = try outcome([Discrepancy(.unclosed, "")]).effects
        #expect(unclosed.first == AlarmEffects.clear("reconcile:main"))
        #expect(unclosed.last?.row.prefix(2) == [.text("unclosed:main"), .text("warning")])
    }

    /// What was found on the 10th is compared again for as long as the alarm is open.
    @Test func anOpenAlarmKeepsItsDaysInSight() throws {
        func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }
        func period(_ first: String, _ last: String) throws -> ReconciliationPeriod {
            try #require(ReconciliationPeriod(from: day(first), to: day(last), in: .moscow))
        }
        let recent = try period("2026-11-19", "2026-11-21")
        let raised = try period("2026-11-11", "2026-11-11").start
        #expect(ReconcileStep.period(recent, alarmedSince: nil) == recent)
        #expect(try ReconcileStep.period(recent, alarmedSince: raised) == period("2026-11-07", "2026-11-21"))
        let longAgo = try period("2026-01-01", "2026-01-01").start
        #expect(ReconcileStep.period(recent, alarmedSince: longAgo)?.days.count == ReconcileStep.mostDays)
        // What a person gave up ends with its days, what nobody mended does not.
        var old = Discrepancy(.missing, day: try day("2026-11-08"), "")
        func outcome() throws -> Outcome {
            try ReconcileStep.outcome(of: [old], shop: "main", period("2026-11-07", "2026-11-21"), recent: recent)
        }
        #expect(try outcome().effects.first != AlarmEffects.clear("reconcile:main"))
        old.isGivenUp = true
        #expect(try outcome().effects.first == AlarmEffects.clear("reconcile:main"))
        old.day = try day("2026-11-19")
        #expect(try outcome().effects.first != AlarmEffects.clear("reconcile:main"))
    }

    @Test func howFarThePortalWasReadIsKeptAndSaidIfItIsBehind() {
        let sweep = ShipmentSweep(start: 100, end: 200, last: 80)
        #expect(ReconcileStep.effects(of: nil, isBehind: false, shop: "main").isEmpty)
        let behind = ReconcileStep.effects(of: sweep, isBehind: true, shop: "main")
        #expect(behind.map(\.kind.name) == ["shipment.sweep", "alarm.raise"])
        #expect(behind.last?.row.prefix(2) == [.text("shipments_behind:main"), .text("warning")])
        #expect(
            ReconcileStep.effects(of: sweep, isBehind: false, shop: "main").last
                == AlarmEffects.clear("shipments_behind:main"))
        // The portal stopped answering: what was said of it stands.
        #expect(
            ReconcileStep.effects(of: sweep, isBehind: nil, shop: "main").map(\.kind.name) == ["shipment.sweep"])
    }

    @Test func thatNoMoreAreLookedForIsSaidWithWhatMendsIt() throws {
        let one = ShipmentInquiry.Shipped(order: "1001", shipment: "1", leftAt: 10)
        let full = ShipmentSweep(
            start: 100, end: 200, last: 80, suspects: Array(repeating: one, count: ShipmentSweep.mostSuspects))
        let alarm = try #require(ReconcileStep.effects(of: full, isBehind: true, shop: "main").last)
        #expect(
            alarm
                == AlarmEffects.raise(
                    "shipments_behind:main", .warning,
                    "5000 shipments of unpaid orders are known, and no more are looked for before fewer stand: have "
                        + "their order.shipped written, enter their payments, or undo them in the portal"))
    }

    @Test func whoIsNotAskedAboutIsAskedAboutAnotherTime() {
        let orders = ["1", "2", "3", "4"]
        #expect(Reconciliation.turned(orders, atMost: 4, from: 3) == orders)
        #expect(Reconciliation.turned(orders, atMost: 3, from: 3) == ["4", "1", "2", "3"])
        #expect(Reconciliation.turned(orders, atMost: 3, from: 8) == orders)
        #expect(Reconciliation.turned([], atMost: 0, from: 0) == [])
    }

    @Test func whatIsTooMuchForOneRunIsSaid() {
        let orders = (0...Reconciliation.mostOrders).map(String.init)
        #expect(Reconciliation.looked(at: Array(orders.dropLast())).cut == nil)
        let (looked, cut) = Reconciliation.looked(at: orders)
        #expect(looked.count == Reconciliation.mostOrders)
        #expect(cut?.kind == .unclosed)
    }
}

/// Which shipments a portal says have left.
@Suite struct ShipmentInquiryTests {

    private func inquiry(_ pages: [String], _ asked: @escaping @Sendable (String) -> Void = { _ in }) -> ShipmentInquiry
    {
        let left = Mutex(pages)
        let client = BitrixClient(access: BitrixWebhook(reading: { "https://portal.example.ru/rest/1/code/" })) {
            request throws(TransferError) in
            asked(String(decoding: request.body, as: UTF8.self))
            let page = left.withLock { $0.isEmpty ? #"{"result":{"shipments":[]}}"# : $0.removeFirst() }
            return HTTPResponse(status: 200, headers: ["Content-Type": "application/json"], body: Array(page.utf8))
        }
        return ShipmentInquiry(client)
    }

    @Test func deductedShipmentsAreReadPageByPage() async throws {
        let rows = (1...50).map {
            #"{"id":"\#($0)","orderId":1001,"deducted":"Y","dateDeducted":"2026-11-21T12:00:00+03:00"}"#
        }
        let asked = Mutex<[String]>([])
        let inquiry = inquiry([
            #"{"result":{"shipments":[\#(rows.joined(separator: ","))]}}"#,
            #"{"result":{"shipments":[{"id":"51","orderId":"1002","deducted":"Y","dateDeducted":""},{"id":"52","orderId":1003,"deducted":"N"}]}}"#,
        ]) { body in asked.withLock { $0.append(body) } }
        let shipped = try await inquiry.shipped(of: ["1001", "1002", "1003", "K-7"]).shipped
        #expect(shipped.count == 51)
        #expect(shipped.first == ShipmentInquiry.Shipped(order: "1001", shipment: "1", leftAt: 1_795_251_600))
        #expect(shipped.last == ShipmentInquiry.Shipped(order: "1002", shipment: "51", leftAt: nil))
        let bodies = asked.withLock { $0 }
        #expect(bodies.count == 2)
        #expect(bodies.first?.contains(#""@orderId":[1001,1002,1003]"#) == true)
        #expect(bodies.last?.contains(#"">id":50"#) == true)
    }

    @Test func aListIsReadOnFromWhereItStopped() async throws {
        func page(_ ids: ClosedRange<Int>) -> String {
            let rows = ids.map {
                #"{"id":\#($0),"orderId":1001,"deducted":"Y","dateDeducted":"2026-11-21T12:00:00+03:00"}"#
            }
            return #"{"result":{"shipments":[\#(rows.joined(separator: ","))]}}"#
        }
        let asked = Mutex<[String]>([])
        let inquiry = inquiry([page(1...50), page(51...100), page(101...120)]) { body in
            asked.withLock { $0.append(body) }
        }
        let (start, end): (Int64, Int64) = (1_795_200_000, 1_795_300_000)
        let first = try await inquiry.shipped(from: start, to: end, atMost: 2)
        #expect(first.shipped.count == 100 && first.last == 100 && !first.isWhole && first.pages == 2)
        let rest = try await inquiry.shipped(from: start, to: end, above: first.last, atMost: 2)
        #expect(rest.shipped.count == 20 && rest.last == 120 && rest.isWhole && rest.pages == 1)
        #expect(asked.withLock { $0 }.last?.contains(#"">id":100"#) == true)
        // What left at another time is no concern, and is read past.
        let none = try await self.inquiry([page(1...50)]).shipped(from: 0, to: 10, atMost: 1)
        #expect(none.shipped.isEmpty && none.last == 50 && !none.isWhole)
    }

    @Test func manyOrdersAreAskedAboutInSeveralQuestions() async throws {
        let asked = Mutex(0)
        let inquiry = inquiry([]) { _ in asked.withLock { $0 += 1 } }
        let told = try await inquiry.shipped(of: (1...101).map(String.init))
        #expect(told.shipped.isEmpty && told.unasked == 0)
        #expect(asked.withLock { $0 } == 3)
        let none = try await inquiry.shipped(of: [])
        #expect(none.shipped.isEmpty && none.unasked == 0)
        #expect(asked.withLock { $0 } == 3)
    }

    @Test func noMoreIsAskedThanAllowedAndThatIsCounted() async throws {
        let rows = (1...50).map { #"{"id":"\#($0)","orderId":1,"deducted":"Y","dateDeducted":""}"# }
        let full = #"{"result":{"shipments":[\#(rows.joined(separator: ","))]}}"#
        let orders = (1...120).map(String.init)
        let asked = Mutex(0)
        func inquiry() -> ShipmentInquiry { self.inquiry([full]) { _ in asked.withLock { $0 += 1 } } }
        // The first fifty take two pages.
        #expect(try await inquiry().shipped(of: orders, atMost: 4).unasked == 0)
        #expect(asked.withLock { $0 } == 4)
        #expect(try await inquiry().shipped(of: orders, atMost: 3).unasked == 20)
        // Of those whose list was not read to its end something may be missing, and what was read counts.
        let cut = try await inquiry().shipped(of: orders, atMost: 1)
        #expect(cut.unasked == 120 && cut.shipped.count == 50)
        #expect(asked.withLock { $0 } == 8)
    }

    /// The very shipment is asked about: one of the same order that left does not stand for it.
    @Test func whatStillStandsIsAskedByItsOwnNumber() async throws {
        func suspects(_ ids: ClosedRange<Int>) -> [ShipmentInquiry.Shipped] {
            ids.map { ShipmentInquiry.Shipped(order: "\(1000 + $0)", shipment: "\($0)", leftAt: 10) }
        }
        let rows = (1...50).filter { $0 != 7 }.map {
            #"{"id":"\#($0)","orderId":\#(1000 + $0),"deducted":"Y","dateDeducted":"1970-01-01T00:00:10+00:00"}"#
        }
        let asked = Mutex<[String]>([])
        let inquiry = inquiry([#"{"result":{"shipments":[\#(rows.joined(separator: ","))]}}"#]) { body in
            asked.withLock { $0.append(body) }
        }
        let standing = try await inquiry.standing(suspects(1...60))
        #expect(standing == suspects(1...50).filter { $0.shipment != "7" })
        #expect(asked.withLock { $0.count } == 2)
        #expect(asked.withLock { $0.first }?.contains(#""@id":[1,2,3,"#) == true)
        #expect(asked.withLock { $0.last }?.contains(#""@id":[51,52,53,"#) == true)
        #expect(try await inquiry.standing([]).isEmpty)
        #expect(asked.withLock { $0.count } == 2)
    }

    @Test func whoPaidInAnyWayHasPaidAndWhoEnteredNoPaymentHasNot() async throws {
        let payments = [
            #"{"id":1,"orderId":1001,"paid":"N","paySystemId":3}"#,
            #"{"id":2,"orderId":1001,"paid":"Y","paySystemId":9}"#,
            #"{"id":3,"orderId":1002,"paid":"N","paySystemId":3}"#,
            #"{"id":4,"orderId":1003,"paid":"N","paySystemId":9}"#,
        ]
        let page = #"{"result":{"payments":[\#(payments.joined(separator: ","))]}}"#
        let orders = ["1001", "1002", "1003", "1004"]
        #expect(try await inquiry([page]).unpaid(of: orders, paySystems: [3]) == ["1002"])
        #expect(try await inquiry([page]).unpaid(of: orders, paySystems: []) == ["1002", "1003", "1004"])
    }

    @Test func anAnswerWithoutShipmentsIsAFault() async throws {
        await #expect(throws: BitrixFault.self) { try await inquiry([#"{"result":[]}"#]).shipped(of: ["1"]) }
    }
}
