/// What a worker's steps want of its claims.
struct ClaimHabits: Hashable, Sendable {
    /// Steps that do without the event's payload.
    var bareSteps: [String] = []
    /// Steps that may run in stretches, and of how many jobs.
    var stretchSteps: [String] = []
    var stretches: [Int] = []
    /// Followers that one claim may bring, of all stretches together.
    var followers = 0

    init() {}

    init(_ steps: [StepDefinition], _ configuration: WorkerConfiguration) {
        func name(_ step: StepDefinition) -> String { "\(step.key.kind)/\(step.key.step)" }
        bareSteps = steps.filter { !$0.wantsPayload }.map(name)
        let stretching = steps.filter { $0.stretch > 1 }
        stretchSteps = stretching.map(name)
        stretches = stretching.map(\.stretch)
        followers = stretching.isEmpty ? 0 : configuration.batch
    }
}
