import Postgres

@testable import JobQueue

extension Report {
    /// A report as a worker would make it of a run of a step like this.
    static func test(
        _ run: JobRun, _ outcome: Outcome, doubt: DoubtPolicy = .resend, batchSize: Int = 1,
        writesLevel: Bool = false, head: JobID? = nil, doubtsUntilPerson: Int = 100
    ) throws -> Report {
        var generator = SystemRandomNumberGenerator()
        let definition = StepDefinition(
            key: StepKey(kind: run.kind, step: run.step), doubt: doubt, timeout: .seconds(5), batchSize: batchSize,
            writesLevel: writesLevel
        ) { runs in runs.map { _ in Outcome(.handBack) } }
        var configuration = WorkerConfiguration(name: "test", version: "1")
        configuration.doubtsUntilPerson = doubtsUntilPerson
        let disposition = Disposition(outcome, of: run, by: definition, configuration, using: &generator)
        return Report(run: run, outcome: outcome, disposition: disposition, head: head)
    }
}

extension ClaimPlan.Visit {
    /// Live jobs of shop `shop` in the queue `local`.
    static let local = ClaimPlan.Visit(
        key: StreamKey(queue: "local", shop: "shop", priority: 0), limit: 100, floor: .bottom, isFullLook: true)
    /// Without a limit that matters.
    static let all = ClaimPlan.Visit(
        key: StreamKey(queue: "local", shop: "shop", priority: 0), limit: 1000, floor: .bottom, isFullLook: true)
}
