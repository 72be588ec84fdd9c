/// What a claim visits: the ready jobs of one shop and priority in one queue.
struct StreamKey: Hashable, Sendable {
    let queue: String
    let shop: String
    let priority: Int
}
