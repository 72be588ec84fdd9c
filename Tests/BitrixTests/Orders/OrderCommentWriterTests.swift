import Bitrix
import HTTPTransport
import Testing

@Suite struct OrderCommentWriterTests {
    private let first = OrderCommentWrite.Line(mark: "ФД 17,", text: "Чек: ФД 17, ФПД 1.")
    private let second = OrderCommentWrite.Line(mark: "ФД 18,", text: "Чек возврата: ФД 18, ФПД 2.")

    private func portal(_ comment: String = "") -> OrderPortal {
        OrderPortal { $0.orders[7] = OrderPortal.Order(comments: comment) }
    }

    private func run(_ portal: OrderPortal, _ lines: [OrderCommentWrite.Line], order: Int64 = 7) async
        -> OrderPropertyReport?
    {
        await OrderCommentWriter(client: portal.client).write([OrderCommentWrite(orderID: order, lines: lines)]).first
    }

    @Test func aLineIsAppendedAndWhatStoodThereStays() async {
        let portal = portal("Позвонить до 18:00")
        #expect(await run(portal, [first]) == OrderPropertyReport(orderID: 7, outcome: .written))
        #expect(portal.snapshot.orders[7]?.comments == "Позвонить до 18:00\nЧек: ФД 17, ФПД 1.")
        #expect(portal.snapshot.requests.count == 3)
    }

    @Test func everyLineStandsOnceHoweverOftenItIsWritten() async {
        let portal = portal()
        _ = await run(portal, [first])
        #expect(await run(portal, [first]) == OrderPropertyReport(orderID: 7, outcome: .alreadyThere))
        #expect(await run(portal, [first, second])?.outcome == .written)
        // A person may edit round it.
        portal.change { $0.orders[7]?.comments += " (отправлен)" }
        #expect(await run(portal, [first, second])?.outcome == .alreadyThere)
        #expect(
            portal.snapshot.orders[7]?.comments == "Чек: ФД 17, ФПД 1.\nЧек возврата: ФД 18, ФПД 2. (отправлен)")
    }

    @Test func aLostAnswerDoublesNothing() async {
        for request in 1...3 {
            for reach in [TransferError.Reach.notSent, .unknown] {
                let portal = portal("до")
                portal.change { $0.failing = [request: TransferError(.timeout, reach: reach)] }
                guard case .failed? = await run(portal, [first])?.outcome else {
                    Issue.record("request \(request)")
                    continue
                }
                portal.change { $0.failing = [:] }
                _ = await run(portal, [first])
                #expect(portal.snapshot.orders[7]?.comments == "до\nЧек: ФД 17, ФПД 1.")
            }
        }
    }

    @Test func aSaveBetweenReadingAndWritingIsNoticed() async {
        let portal = portal()
        portal.change {
            $0.before = { state, request, command in
                if request == 2, command.hasPrefix("sale.order.list") { state.orders[7]?.comments = "срочно" }
            }
        }
        #expect(
            await run(portal, [first]) == OrderPropertyReport(orderID: 7, outcome: .written, overlapped: true))
    }

    @Test func itIsNotForgottenWhenReadingBackFails() async {
        let portal = portal()
        portal.change {
            $0.before = { state, request, command in
                if request == 2, command.hasPrefix("sale.order.list") { state.orders[7]?.comments = "срочно" }
            }
            $0.failing = [3: TransferError(.timeout, reach: .unknown)]
        }
        let report = await run(portal, [first])
        #expect(report?.overlapped == true)
        guard case .failed? = report?.outcome else {
            Issue.record("\(String(describing: report))")
            return
        }
    }

    @Test func aMissingOrderAndARefusalAreToldApart() async {
        #expect(await run(portal(), [first], order: 404)?.outcome == .orderMissing)
        let portal = portal()
        portal.change { $0.faults = [("sale.order.update", "200040300020", false)] }
        guard case .failed(let fault)? = await run(portal, [first])?.outcome else {
            Issue.record("it was refused")
            return
        }
        #expect(fault.reaction.action == .accessRefused)
        // An error that is told of a save which worked is none.
        portal.change { $0.faults = [("sale.order.update", "0", true)] }
        #expect(await run(portal, [first])?.outcome == .written)
    }

    @Test func manyOrdersShareTheirCalls() async {
        let portal = OrderPortal { state in for id in 1...98 { state.orders[Int64(id)] = OrderPortal.Order() } }
        let reports = await OrderCommentWriter(client: portal.client).write(
            (1...98).map { OrderCommentWrite(orderID: $0, lines: [first]) })
        #expect(reports.count == 98 && reports.allSatisfy { $0.outcome == .written })
        #expect(portal.snapshot.requests.count == 6 && portal.snapshot.requests.allSatisfy { $0.count <= 50 })
    }
}
