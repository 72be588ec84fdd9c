package import Bitrix

/// Carries a round of a ``WritebackDesk`` out at one portal: properties first, comments after them.
package struct PortalWriter: Sendable {
    private let properties: OrderPropertyWriter
    private let comments: OrderCommentWriter

    package init(properties: OrderPropertyWriter, comments: OrderCommentWriter) {
        self.properties = properties
        self.comments = comments
    }

    /// Writes items of different orders; one report for each, in their order.
    package func write(_ items: [WritebackDesk.Item]) async -> [OrderPropertyReport] {
        var reports: [Int64: OrderPropertyReport] = [:]
        for report in await properties.write(items.compactMap(\.properties)) { reports[report.orderID] = report }
        let commented = items.compactMap(\.comment).filter { reports[$0.orderID]?.outcome.allowsMore ?? true }
        for report in await comments.write(commented) {
            reports[report.orderID] = reports[report.orderID]?.joined(by: report) ?? report
        }
        return items.map { item in
            // Both writers report on all that they are given.
            reports[item.orderID] ?? OrderPropertyReport(orderID: item.orderID, outcome: .alreadyThere)
        }
    }
}

extension OrderPropertyReport.Outcome {
    /// Whether the order is there and the portal answers, so that its comment is worth a try.
    fileprivate var allowsMore: Bool {
        switch self {
        case .written, .alreadyThere, .propertyMissing, .wouldLose, .conflict: true
        case .orderMissing, .failed: false
        }
    }

    /// Of two outcomes for one order the graver one counts.
    fileprivate var gravity: Int {
        switch self {
        case .alreadyThere: 0
        case .written: 1
        case .propertyMissing: 2
        case .orderMissing: 3
        case .wouldLose: 4
        case .conflict: 5
        case .failed: 6
        }
    }
}

extension OrderPropertyReport {
    /// One report on an order of two on parts of it.
    package func joined(by other: OrderPropertyReport) -> OrderPropertyReport {
        OrderPropertyReport(
            orderID: orderID, outcome: other.outcome.gravity > outcome.gravity ? other.outcome : outcome,
            missing: missing + other.missing, altered: altered + other.altered,
            overlapped: overlapped || other.overlapped)
    }
}
