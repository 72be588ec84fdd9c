/// Keeps the catalogue of a portal's order properties, which changes once in months and is needed for every order.
package actor OrderPropertyDirectory {
    private let client: BitrixClient
    private let lifetime: Duration
    private let clock = ContinuousClock()
    private var known: (catalogue: OrderPropertyCatalogue, readAt: ContinuousClock.Instant)?
    private var reading: Task<Result<OrderPropertyCatalogue, BitrixFault>, Never>?

    /// A directory that believes its catalogue for `lifetime`.
    package init(_ client: BitrixClient, lifetime: Duration = .seconds(3600)) {
        self.client = client
        self.lifetime = lifetime
    }

    /// The catalogue, at most `age` old (and never older than the lifetime); read once for all who ask meanwhile.
    ///
    /// Whoever misses a property asks again with a small age: somebody may just have made it.
    /// - Throws: ``BitrixFault`` of reading it.
    package func catalogue(notOlderThan age: Duration = .seconds(3600)) async throws(BitrixFault)
        -> OrderPropertyCatalogue
    {
        if let known, clock.now - known.readAt <= min(age, lifetime) { return known.catalogue }
        let task: Task<Result<OrderPropertyCatalogue, BitrixFault>, Never>
        if let reading {
            task = reading
        } else {
            let client = client
            task = Task {
                do throws(BitrixFault) {
                    return .success(OrderPropertyCatalogue(try await client.orderProperties()))
                } catch {
                    return .failure(error)
                }
            }
            reading = task
        }
        let outcome = await task.value
        if reading == task { reading = nil }
        if case .success(let catalogue) = outcome { known = (catalogue, clock.now) }
        return try outcome.get()
    }

    /// Forgets the catalogue: an answer showed that it is out of date.
    package func invalidate() {
        known = nil
    }
}
