import Fiscal

/// Measures how long a receipt takes: `swift run -c release FiscalBenchmarks`.
///
/// Prints a line for each case and ends with 1 if a goal is missed. The fastest batch counts, so that a busy machine does
/// not decide.
@main
enum FiscalBenchmarks {
    /// What is done to a receipt once it is built; ``none`` measures building alone.
    struct Stage: Sendable {
        let name: String
        /// Returns something of the result, so that none of the work can be left out.
        let run: @Sendable (ReceiptBody) throws -> Int

        static let none = Stage(name: "build") { $0.items.count }
    }

    /// Stages to measure, with the goals for 10 and for 100 lines.
    private static func stages() throws -> [(stage: Stage, ten: Duration, hundred: Duration)] {
        [
            (.none, .microseconds(20), .microseconds(200)),
            (try .encoded(by: "build and encode"), .microseconds(50), .microseconds(500)),
        ]
    }

    static func main() throws {
        var measurements: [Measurement] = []
        for (stage, ten, hundred) in try stages() {
            let small = try BenchmarkOrders.order(lines: 10)
            var large = try BenchmarkOrders.order(lines: 100)
            large.orderDiscount = .zero  // split lines would leave the limit of 100 items
            large.bonus = .zero
            let marked = try BenchmarkOrders.markedOrder(lines: 100)
            measurements.append(try measured("\(stage.name), 10 lines", small, stage, goal: ten))
            measurements.append(try measured("\(stage.name), 100 lines", large, stage, goal: hundred))
            measurements.append(try measured("\(stage.name), 100 discounted lines", marked, stage, goal: hundred))
        }
        let order = try BenchmarkOrders.order(lines: 10)
        let sale = try ReceiptBuilder.build(order)[0]
        let everything = order.lines.map { LineQuantity(line: $0.id, quantity: $0.quantity) }
        measurements.append(
            try Measurement("return of 10 lines", goal: .microseconds(30)) {
                try ReceiptBuilder.return(ReturnRequest(original: sale, returns: everything))
            })
        for measurement in measurements { print(measurement.text) }
        if measurements.contains(where: { !$0.isMet }) { throw GoalMissed() }
    }

    private static func measured(
        _ name: String, _ order: Order, _ stage: Stage, goal: Duration
    ) throws -> Measurement {
        try Measurement(name, goal: goal) {
            var size = 0
            for receipt in try ReceiptBuilder.build(order) { size += try stage.run(receipt) }
            return size
        }
    }
}

/// At least one case took longer than its goal.
struct GoalMissed: Error, CustomStringConvertible {
    var description: String { "a goal was missed" }
}
