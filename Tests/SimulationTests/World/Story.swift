/// What happened in the schedule of a seed, for a person: every step with its simulated time in seconds, then what broke.
struct Story: CustomStringConvertible {
    let description: String

    init(seed: UInt64, book: ReceiptBook, mutation: Mutation? = nil) {
        let world = SimulatedWorld(seed: seed, book: book, mutation: mutation, keepsStory: true)
        let breaches = world.run()
        let title = "SIMULATION_SEED=\(seed)" + (mutation.map { " without \($0.rawValue)" } ?? "")
        description = ([title] + world.story + breaches.map(\.description)).joined(separator: "\n")
    }
}
