import Bitrix
import Fiscal
import JobQueue
import Testing

@testable import Relay

@Suite("What an order shows of its receipts")
struct WritebackPlanTests {
    private typealias Codes = BitrixPropertySettings.Codes

    private let plain = BitrixPropertySettings(order: Codes(fn: "FN", fd: "FD", fpd: "FPD"))
    private let split = BitrixPropertySettings(
        order: Codes(fn: "FN", fd: "FD", fpd: "FPD", qr: "QR"), refund: Codes(fn: "RFN", fd: "RFD", fpd: "RFPD"),
        closing: Codes(fn: "CFN", fd: "CFD", fpd: "CFPD"), correction: Codes(fn: "KFN", fd: "KFD", fpd: "KFPD"))

    private func receipt(_ id: Int64, _ type: ReceiptType, _ key: String = "payment:5:in:1", qr: String? = nil)
        -> ShownReceipt
    {
        ShownReceipt(
            id: id, type: type, settlementKey: key, total: Money(kopecks: 59000), fn: "9", fd: "\(id)", fpd: "1\(id)",
            qr: qr)
    }

    private func shown(_ plan: WritebackPlan?) -> [String: String] {
        Dictionary((plan?.values ?? []).map { ($0.code, $0.text) }, uniquingKeysWith: { $1 })
    }

    @Test("Without codes of their own sales share the order's properties, and refunds are not shown")
    func together() throws {
        let history = [
            receipt(1, .sell), receipt(2, .sell, "shipment:7"), receipt(3, .sellReturn, "payment:5:out:1"),
        ]
        let plan = try #require(WritebackPlan(history, properties: plain, comments: false))
        #expect(shown(plan) == ["FN": "9", "FD": "2", "FPD": "12"])
        #expect(plan.newest == 2 && plan.lines.isEmpty)
        let corrected = WritebackPlan(history + [receipt(4, .sellCorrection)], properties: plain, comments: false)
        #expect(shown(corrected)["FD"] == "4")
        let returned = WritebackPlan(history + [receipt(4, .sellReturnCorrection)], properties: plain, comments: false)
        #expect(shown(returned)["FD"] == "2")
    }

    @Test("With codes of its own each kind shows its newest receipt")
    func apart() throws {
        let history = [
            receipt(1, .sell, qr: "t=1"), receipt(2, .sell, "payment:6:in:1"), receipt(3, .sell, "shipment:7"),
            receipt(4, .sellReturn, "payment:5:out:1"), receipt(5, .sellReturn, "payment:5:out:2"),
            receipt(6, .sellCorrection, "correction:1"), receipt(7, .sellReturnCorrection, "correction:2"),
        ]
        let plan = try #require(WritebackPlan(history, properties: split, comments: false))
        #expect(
            shown(plan) == [
                "FN": "9", "FD": "2", "FPD": "12", "QR": "", "RFN": "9", "RFD": "5", "RFPD": "15", "CFN": "9",
                "CFD": "3", "CFPD": "13", "KFN": "9", "KFD": "7", "KFPD": "17",
            ], "and no receipt shows the link of another one")
        #expect(plan.newest == 7)
        #expect(shown(WritebackPlan([receipt(1, .sell, qr: "t=1")], properties: split, comments: false))["QR"] == "t=1")
    }

    @Test("A line for each receipt, found again by its signs")
    func lines() throws {
        let plan = try #require(
            WritebackPlan(
                [receipt(1, .sell), receipt(2, .sellReturn, "payment:5:out:1"), receipt(3, .sell, "shipment:7")],
                properties: plain, comments: true))
        #expect(
            plan.lines.map(\.text) == [
                "Чек, приход, 590.00 руб.: ФН 9, ФД 1, ФПД 11.",
                "Чек возврата, возврат прихода, 590.00 руб.: ФН 9, ФД 2, ФПД 12.",
                "Чек при выдаче, приход, 590.00 руб.: ФН 9, ФД 3, ФПД 13.",
            ])
        #expect(plan.newest == 3)
        for line in plan.lines {
            #expect(plan.lines.filter { $0.text.contains(line.mark) }.count == 1)
        }
    }

    @Test("Nothing to show is no plan")
    func nothing() {
        #expect(WritebackPlan([], properties: split, comments: true) == nil)
        #expect(WritebackPlan([receipt(1, .sellReturn)], properties: plain, comments: false) == nil)
        #expect(WritebackPlan([receipt(1, .sellReturn)], properties: plain, comments: true)?.values.isEmpty == true)
    }

    @Test("What waits for long raises an alarm, and what does not clears it")
    func lateness() {
        let late = WritebackWatch.Backlog(destination: "bitrix:a", orders: 7, waited: .seconds(901))
        let raised = WritebackWatch.effect(late, "bitrix:a", alarmAfter: .seconds(900))
        #expect(raised.kind.name == "alarm.raise")
        for backlog in [nil, WritebackWatch.Backlog(destination: "bitrix:a", orders: 7, waited: .seconds(900))] {
            let cleared = WritebackWatch.effect(backlog, "bitrix:a", alarmAfter: .seconds(900))
            #expect(cleared == AlarmEffects.clear("writeback_late:bitrix:a"))
        }
    }
}
