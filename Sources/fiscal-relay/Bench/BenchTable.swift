/// The figures that the queue is judged by, each measured as often as there are rounds.
struct BenchTable: Sendable {
    /// One line: a measurement, or two of which the first is to be so much of the second.
    struct Row: Sendable {
        let name: String
        let goal: Goal
        let measured: Measurement
        var against: Measurement?
        /// What of a report the line is about; jobs per second if nothing else is said.
        var figure: @Sendable (BenchReport) -> Double = { $0.jobsPerSecond }
    }

    enum Goal: Hashable, Sendable {
        case atLeast(Double)
        case atMost(Double)
        /// No bound: for comparison.
        case none
    }

    /// A measurement under the name by which lines share it within a round.
    struct Measurement: Sendable {
        let name: String
        let run: @Sendable (BenchServer) async throws -> BenchReport

        init(_ name: String, _ run: @escaping @Sendable (BenchServer) async throws -> BenchReport) {
            self.name = name
            self.run = run
        }
    }

    private struct Line {
        let row: Row
        var values: [Double] = []
        var others: [Double] = []
        var ratios: [Double] = []
        var costRatios: [Double] = []
    }

    private var lines: [Line]

    init(rows: [Row]) {
        lines = rows.map { Line(row: $0) }
    }

    /// Measures everything once. `tell` hears of each line as soon as it is measured: what is known of it in this round,
    /// and the line of the table with the medians of all rounds so far.
    mutating func measure(on server: BenchServer, _ tell: (_ figures: String, _ line: String) -> Void) async throws {
        var reports: [String: BenchReport] = [:]
        func report(_ measurement: Measurement) async throws -> BenchReport {
            if let known = reports[measurement.name] { return known }
            let report = try await measurement.run(server)
            reports[measurement.name] = report
            return report
        }
        for index in lines.indices {
            defer { tell(Self.figures(of: lines[index]), Self.text(lines[index])) }
            let row = lines[index].row
            let measured = try await report(row.measured)
            let value = row.figure(measured)
            lines[index].values.append(value)
            guard let against = row.against else { continue }
            let other = try await report(against)
            lines[index].others.append(row.figure(other))
            lines[index].ratios.append(value / row.figure(other))
            if let mine = measured.jobsPerProcessorSecond, let theirs = other.jobsPerProcessorSecond {
                lines[index].costRatios.append(mine / theirs)
            }
        }
    }

    /// The first two lines of the table.
    static let head = """
        | figure | goal | measured | against | ratio (least to most) | ratio per CPU second | reached |
        | --- | --- | --- | --- | --- | --- | --- |
        """

    /// What the latest round found for a line.
    private static func figures(of line: Line) -> String {
        guard let value = line.values.last else { return "\(line.row.name): failed" }
        let ratio = line.ratios.last.map { " (\(short($0)) of \(line.row.against?.name ?? ""))" }
        return "\(line.row.name): \(short(value))\(ratio ?? "")"
    }

    private static func text(_ line: Line) -> String {
        let judged = median(line.row.against == nil ? line.values : line.ratios)
        let goal: String
        let reached: String
        switch line.row.goal {
        case .atLeast(let bound): (goal, reached) = ("≥ \(short(bound))", judged >= bound ? "yes" : "no")
        case .atMost(let bound): (goal, reached) = ("≤ \(short(bound))", judged <= bound ? "yes" : "no")
        case .none: (goal, reached) = ("–", "–")
        }
        let cells = [
            line.row.name, goal, short(median(line.values)),
            line.others.isEmpty ? "–" : "\(short(median(line.others))) (\(line.row.against?.name ?? ""))",
            line.ratios.isEmpty
                ? "–"
                : "\(short(judged)) (\(short(line.ratios.min() ?? 0)) to \(short(line.ratios.max() ?? 0)))",
            line.costRatios.isEmpty ? "–" : short(median(line.costRatios)), reached,
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    /// Three significant digits, or whole numbers from a hundred on.
    private static func short(_ value: Double) -> String {
        guard value.isFinite else { return "?" }
        if value.magnitude >= 100 { return String(Int(value.rounded())) }
        let scale = value.magnitude >= 10 ? 10.0 : value.magnitude >= 1 ? 100.0 : 1000.0
        return "\((value * scale).rounded() / scale)"
    }
}

extension BenchReport {
    /// Jobs for one CPU second of workers and server together; `nil` where either is unknown.
    var jobsPerProcessorSecond: Double? {
        guard let worker = cost.workerSeconds, let server = cost.serverSeconds, worker + server > 0 else { return nil }
        return Double(jobs) / (worker + server)
    }
}
