/// One round of writing: what was read, what is to be sent, and what came of each order so far.
struct OrderPropertyRound: Sendable {
    /// An order whose values are to be replaced.
    struct Writing: Sendable {
        let position: Int
        let orderID: Int64
        let plan: OrderPropertyPlan
        let sent: [PlannedPropertyValue]
        let version: Int64?
        var overlapped = false
        var fault: BitrixFault?
    }

    /// Codes under which portals report that an order does not exist.
    private static let orderMissingCodes: Set<String> = ["200540400001", "201240400001"]

    private let orders: [Int64]
    private let catalogue: OrderPropertyCatalogue
    private var outcomes: [OrderPropertyReport?]

    /// Orders that still have to be written or judged.
    private(set) var writings: [Writing] = []

    /// Whether some wanted property is not in the catalogue.
    private(set) var lacksProperties = false

    /// Plans every order from what was read.
    init(_ group: [OrderPropertyWrite], before: OrderReading, catalogue: OrderPropertyCatalogue) {
        orders = group.map(\.orderID)
        self.catalogue = catalogue
        outcomes = Array(repeating: nil, count: group.count)
        for (position, write) in group.enumerated() { plan(write, at: position, before) }
    }

    private mutating func plan(_ write: OrderPropertyWrite, at position: Int, _ before: OrderReading) {
        guard let headers = before.headers else {
            settle(position, .failed(.unexpected("sale.order.list", "list of orders")))
            return
        }
        guard let header = headers[write.orderID] else {
            settle(position, .orderMissing)
            return
        }
        switch before.values[write.orderID] {
        case .success(let stored):
            let plan = OrderPropertyPlan(
                write, personTypeID: header.personTypeID, stored: stored, catalogue: catalogue)
            if !plan.missing.isEmpty { lacksProperties = true }
            switch plan.step {
            case .alreadyThere: settle(position, .alreadyThere, missing: plan.missing)
            case .nothing: settle(position, .propertyMissing, missing: plan.missing)
            case .refuse(let properties):
                settle(position, .wouldLose(properties: properties), missing: plan.missing)
            case .replace(let sent):
                writings.append(
                    Writing(
                        position: position, orderID: write.orderID, plan: plan, sent: sent, version: header.version))
            }
        case .failure(let fault):
            settle(position, Self.orderMissingCodes.contains(fault.code) ? .orderMissing : .failed(fault))
        case nil:
            settle(position, .failed(.unexpected("sale.propertyvalue.list", "values of the order")))
        }
    }

    private mutating func settle(
        _ position: Int, _ outcome: OrderPropertyReport.Outcome, missing: [String] = [], overlapped: Bool = false
    ) {
        outcomes[position] = OrderPropertyReport(
            orderID: orders[position], outcome: outcome, missing: missing, overlapped: overlapped)
    }

    /// Settles what may have been written: that somebody saved the order meanwhile is not forgotten with it.
    private mutating func settle(_ writing: Writing, _ outcome: OrderPropertyReport.Outcome) {
        settle(writing.position, outcome, missing: writing.plan.missing, overlapped: writing.overlapped)
    }

    /// Takes in which orders were saved by others round an earlier writing of ours that got no answer.
    mutating func noteOverlaps(_ overlapped: Set<Int64>) {
        for (position, order) in orders.enumerated() where overlapped.contains(order) {
            outcomes[position]?.overlapped = true
        }
        for index in writings.indices where overlapped.contains(writings[index].orderID) {
            writings[index].overlapped = true
        }
    }

    /// Compares the versions right before the writing with those that the plans were made from.
    mutating func noteVersions(_ headers: [Int64: OrderHeader]?) {
        for index in writings.indices {
            guard let planned = writings[index].version, let now = headers?[writings[index].orderID]?.version
            else { continue }
            if planned != now { writings[index].overlapped = true }
        }
    }

    /// Takes the portal's faults; an order whose call did not run is settled with them, the others are read back.
    mutating func note(_ faults: [BitrixFault?]) {
        for (index, fault) in zip(writings.indices, faults) { writings[index].fault = fault }
        for writing in writings {
            guard let fault = writing.fault, !fault.reaction.mayHaveRun else { continue }
            let isGone = Self.orderMissingCodes.contains(fault.code)
            settle(writing.position, isGone ? .orderMissing : .failed(fault), missing: writing.plan.missing)
        }
        writings.removeAll { outcomes[$0.position] != nil }
    }

    /// Settles all that is left with one fault.
    mutating func fail(_ fault: BitrixFault) {
        for writing in writings { settle(writing, .failed(fault)) }
        writings = []
    }

    /// Settles all that is left by what was read back.
    mutating func judge(by values: [Int64: Result<[StoredPropertyValue], BitrixFault>]) {
        for writing in writings {
            switch values[writing.orderID] {
            case .success(let stored):
                outcomes[writing.position] = .verdict(
                    orderID: writing.orderID, plan: writing.plan, sent: writing.sent, stored: stored,
                    writeFault: writing.fault, catalogue: catalogue, overlapped: writing.overlapped)
            case .failure(let fault): settle(writing, .failed(fault))
            case nil: settle(writing, .failed(.unexpected("sale.propertyvalue.list", "values of the order")))
            }
        }
        writings = []
    }

    /// One for each order, in the order of the round.
    var reports: [OrderPropertyReport] {
        zip(orders, outcomes).map { order, outcome in
            outcome ?? OrderPropertyReport(orderID: order, outcome: .failed(.unexpected("batch", "answer")))
        }
    }
}
