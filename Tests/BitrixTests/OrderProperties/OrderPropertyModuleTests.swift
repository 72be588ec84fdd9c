import HTTPTransport
import Testing

@testable import Bitrix

@Suite struct OrderPropertyModuleTests {
    private func write(_ order: Int64, _ number: String = "17") -> OrderPropertyWrite {
        OrderPropertyWrite(
            orderID: order, fn: .init(code: "CLOUDKASSIR_FN", text: "9999078900001234"),
            fd: .init(code: "CLOUDKASSIR_FD", text: number), fpd: .init(code: "CLOUDKASSIR_FPD", text: "3522207165"))
    }

    private func writer(_ portal: OrderPortal, _ route: OrderPropertyRoute = .automatic) -> OrderPropertyWriter {
        let client = portal.client
        return OrderPropertyWriter(client: client, directory: OrderPropertyDirectory(client), route: route)
    }

    private func portal(_ build: (inout OrderPortal.State) -> Void = { _ in }) -> OrderPortal {
        OrderPortal { state in
            state.module = true
            for id in 1...120 { state.orders[Int64(id)] = OrderPortal.Order(values: [(4, .string("e\(id)"))]) }
            build(&state)
        }
    }

    @Test func aHundredOrdersTakeOneRequestAndNothingElseIsTouched() async {
        let portal = portal()
        let reports = await writer(portal).write((1...120).map { (id: Int64) in write(id, "\(id)") })
        #expect(reports.map(\.orderID) == Array(1...120) && reports.allSatisfy { $0.outcome == .written })
        #expect((1...120).allSatisfy { portal.values(of: $0)[2] == "\($0)" && portal.values(of: $0)[4] == "e\($0)" })
        #expect(portal.snapshot.requests.count == 3, "whether the module is there, 100 orders, 20 orders")
        #expect(portal.snapshot.orders[1]?.version == 1, "the order itself is not saved")
    }

    @Test func thePortalIsAskedOnceWhetherItHasTheModule() async {
        let portal = portal()
        let writer = writer(portal)
        _ = await writer.write([write(1)])
        _ = await writer.write([write(2)])
        #expect(portal.snapshot.requests.filter { $0[0].hasPrefix("method.get") }.count == 1)
        let without = self.portal { $0.module = false }
        let other = self.writer(without)
        for order: Int64 in 1...2 { #expect(await other.write([write(order)]).first?.outcome == .written) }
        #expect(without.snapshot.requests.filter { $0[0].hasPrefix("method.get") }.count == 1)
        #expect(without.values(of: 2)[4] == "e2")
    }

    @Test(arguments: ["ERROR_METHOD_NOT_FOUND", "insufficient_scope", "ERROR_PROPERTY_NOT_ALLOWED", "ACCESS_DENIED"])
    func aModuleThatCannotBeUsedIsDoneWithout(code: String) async {
        let portal = portal { $0.faults = [("properties.set?", code, false)] }
        let writer = writer(portal)
        #expect(await writer.write([write(7)]).first?.outcome == .written)
        #expect(portal.values(of: 7)[2] == "17" && portal.values(of: 7)[4] == "e7")
        // Where the module is ordered, nothing else is tried.
        guard case .failed(let fault)? = await self.writer(portal, .module).write([write(8)]).first?.outcome else {
            Issue.record("it failed")
            return
        }
        #expect(fault.code == code && portal.values(of: 8) == [4: "e8"])
    }

    @Test func everyOrderHasItsOwnOutcome() async {
        let portal = portal { state in
            state.orders[2]?.personType = 2
            state.orders[3]?.personType = 3
            state.stores = { property, text in property == 2 && text == "99" ? "другое" : text }
        }
        let reports = await writer(portal).write([write(1), write(404), write(2), write(3), write(4, "99")])
        #expect(
            reports == [
                OrderPropertyReport(orderID: 1, outcome: .written),
                OrderPropertyReport(orderID: 404, outcome: .orderMissing),
                OrderPropertyReport(orderID: 2, outcome: .written, missing: ["CLOUDKASSIR_FPD"]),
                OrderPropertyReport(
                    orderID: 3, outcome: .propertyMissing,
                    missing: ["CLOUDKASSIR_FN", "CLOUDKASSIR_FD", "CLOUDKASSIR_FPD"]),
                OrderPropertyReport(orderID: 4, outcome: .conflict(properties: ["CLOUDKASSIR_FD"])),
            ])
    }

    @Test func aLostAnswerIsRepeatedBecauseRepeatingDoesNoHarm() async {
        let portal = portal { $0.failing = [2: TransferError(.timeout, reach: .unknown)] }
        #expect(await writer(portal).write([write(7)]).first?.outcome == .written)
        #expect(portal.snapshot.requests.count == 3)
    }

    @Test func whatTheModuleLeavesAloneIsSaid() {
        let result: BitrixValue = [
            "orders": [
                ["id": "7", "values": ["CLOUDKASSIR_FD": 17], "missing": [], "unfit": ["CLOUDKASSIR_FN"]],
                ["id": 8, "error": "WRITE_FAILED"],
            ]
        ]
        let reports = OrderPropertyModule.reports([write(7), write(8), write(9)], result)
        #expect(reports[0].outcome == .wouldLose(properties: ["CLOUDKASSIR_FN"]))
        guard case .failed(let busy) = reports[1].outcome, case .failed(let silent) = reports[2].outcome else {
            Issue.record("\(reports)")
            return
        }
        #expect(busy.code == "WRITE_FAILED" && busy.reaction == BitrixReaction(.repeatLater))
        #expect(silent.code == "answer_unexpected")
    }
}
