/// Writes values into the properties of many orders: three requests for up to ``groupSize`` orders, or one where the
/// portal has our module, see ``OrderPropertyModule``.
///
/// The portal itself has no call that sets one property: what is not in the call is deleted. So all values are read, ours are
/// changed, all are written, and all are read back. It has no comparison either, so a value that somebody else changes
/// between the reading and the writing is lost; the reading just before the writing shows that the order was saved
/// meanwhile (``OrderPropertyReport/overlapped``), and reading back shows what was changed afterwards. Repeating a
/// writing that is done writes nothing.
package struct OrderPropertyWriter: Sendable {
    /// Orders in one round: a batch holds 50 commands, and one of them reads the heads of all orders.
    package static let groupSize = BitrixBatch.limit - 1

    /// How old the catalogue may be where a property is not in it: somebody may just have made it.
    private static let ageWhenMissing = Duration.seconds(60)

    private let client: BitrixClient
    private let directory: OrderPropertyDirectory
    private let methods: BitrixMethodDirectory
    private let route: OrderPropertyRoute
    private let lost = LostWritings()

    package init(
        client: BitrixClient, directory: OrderPropertyDirectory, methods: BitrixMethodDirectory? = nil,
        route: OrderPropertyRoute = .rest
    ) {
        self.client = client
        self.directory = directory
        self.methods = methods ?? BitrixMethodDirectory(client)
        self.route = route
    }

    /// Writes, and reports on every order in the order of `writes`.
    ///
    /// An order named twice is written in two rounds, so the later one stands.
    package func write(_ writes: [OrderPropertyWrite]) async -> [OrderPropertyReport] {
        switch route {
        case .rest: return await writeByREST(writes)
        case .module: return await writeByModule(writes) ?? []
        case .automatic:
            do throws(BitrixFault) {
                guard try await methods.offers(OrderPropertyModule.method) else { return await writeByREST(writes) }
            } catch {
                return writes.map { OrderPropertyReport(orderID: $0.orderID, outcome: .failed(error)) }
            }
            if let reports = await writeByModule(writes) { return reports }
            return await writeByREST(writes)
        }
    }

    /// By the module's method; nil if the portal turns out not to offer it, as far as another way may be tried.
    private func writeByModule(_ writes: [OrderPropertyWrite]) async -> [OrderPropertyReport]? {
        var reports: [OrderPropertyReport] = []
        for group in Self.groups(writes, of: OrderPropertyModule.groupSize) {
            do throws(BitrixFault) {
                let answer = try await persistently { client throws(BitrixFault) in
                    try await client.call(OrderPropertyModule.call(group))
                }
                reports += OrderPropertyModule.reports(group, answer.result)
            } catch {
                if route == .automatic, OrderPropertyModule.isUnusable(error) {
                    await methods.note(OrderPropertyModule.method, isOffered: false)
                    return nil
                }
                reports += group.map { OrderPropertyReport(orderID: $0.orderID, outcome: .failed(error)) }
            }
        }
        return reports
    }

    private func writeByREST(_ writes: [OrderPropertyWrite]) async -> [OrderPropertyReport] {
        var reports: [OrderPropertyReport] = []
        for group in Self.groups(writes) {
            do throws(BitrixFault) {
                reports += try await writeGroup(group)
            } catch {
                reports += group.map { OrderPropertyReport(orderID: $0.orderID, outcome: .failed(error)) }
            }
        }
        return reports
    }

    /// The writings in runs of at most `size`, no order twice in one.
    static func groups(_ writes: [OrderPropertyWrite], of size: Int = groupSize) -> [[OrderPropertyWrite]] {
        var groups: [[OrderPropertyWrite]] = []
        var orders: Set<Int64> = []
        for write in writes {
            if groups.isEmpty || orders.count == size || orders.contains(write.orderID) {
                groups.append([])
                orders = []
            }
            groups[groups.count - 1].append(write)
            orders.insert(write.orderID)
        }
        return groups
    }

    /// - Throws: ``BitrixFault`` if nothing can have been written.
    private func writeGroup(_ group: [OrderPropertyWrite]) async throws(BitrixFault) -> [OrderPropertyReport] {
        let catalogue = try await directory.catalogue()
        let before = try await read(group.map(\.orderID))
        var round = OrderPropertyRound(group, before: before, catalogue: catalogue)
        if round.lacksProperties {
            let fresh = try await directory.catalogue(notOlderThan: Self.ageWhenMissing)
            if fresh != catalogue { round = OrderPropertyRound(group, before: before, catalogue: fresh) }
        }
        let saved = group.map(\.orderID).filter { order in
            before.headers?[order].map { lost.take(order, now: $0.version) } ?? false
        }
        round.noteOverlaps(Set(saved))
        guard !round.writings.isEmpty else { return round.reports }
        let faults: [BitrixFault?]
        do throws(BitrixFault) {
            faults = try await replace(&round)
        } catch {
            if error.reaction.mayHaveRun {
                for writing in round.writings {
                    if let version = writing.version { lost.note(version, of: writing.orderID) }
                }
            }
            round.fail(error)
            return round.reports
        }
        round.note(faults)
        guard !round.writings.isEmpty else { return round.reports }
        do throws(BitrixFault) {
            round.judge(by: try await read(round.writings.map(\.orderID), withHeaders: false).values)
        } catch {
            // Written or not: the next try reads first.
            round.fail(error)
        }
        return round.reports
    }

    /// Sends the planned values of a round, after a look at the heads of its orders.
    /// - Returns: the portal's fault for each writing, nil where it reported none.
    private func replace(_ round: inout OrderPropertyRound) async throws(BitrixFault) -> [BitrixFault?] {
        let writings = round.writings
        let calls =
            [OrderCalls.headers(of: writings.map(\.orderID))]
            + writings.map { OrderCalls.replaceValues(of: $0.orderID, with: $0.sent) }
        let answer = try await client.batch(calls)
        if case .success(let heads) = answer.outcomes[0] { round.noteVersions(Self.headers(heads.result)) }
        return answer.outcomes.dropFirst().map { outcome in
            if case .failure(let fault) = outcome { fault } else { nil }
        }
    }

    /// Makes a call that may be made twice, and makes it once more if the first one got no answer: one lost answer in a
    /// round of three would otherwise cost all its orders another round.
    private func persistently<Answer>(
        _ call: (BitrixClient) async throws(BitrixFault) -> Answer
    ) async throws(BitrixFault) -> Answer {
        do throws(BitrixFault) {
            return try await call(client)
        } catch {
            guard error.reaction.action == .repeatLater, error.code != BitrixFault.accessUnavailableCode else {
                throw error
            }
            return try await call(client)
        }
    }

    /// Heads and values of orders; a page is full at 50 rows, so long orders take further requests.
    /// - Throws: ``BitrixFault`` of a request as a whole, or of reading the heads.
    private func read(_ orders: [Int64], withHeaders: Bool = true) async throws(BitrixFault) -> OrderReading {
        var reading = OrderReading()
        var pages = orders.map { (order: $0, above: Int64(0)) }
        var asksHeaders = withHeaders
        while !pages.isEmpty {
            let calls = pages.map { OrderCalls.values(of: $0.order, above: $0.above) }
            let batch = (asksHeaders ? [OrderCalls.headers(of: orders)] : []) + calls
            let answer = try await persistently { client throws(BitrixFault) in try await client.batch(batch) }
            var outcomes = answer.outcomes[...]
            if asksHeaders, let first = outcomes.popFirst() {
                reading.headers = Self.headers(try first.get().result)
                asksHeaders = false
            }
            var next: [(order: Int64, above: Int64)] = []
            for (page, outcome) in zip(pages, outcomes) {
                if let above = reading.add(outcome, of: page.order, above: page.above) {
                    next.append((page.order, above))
                }
            }
            pages = next
        }
        return reading
    }

    static func headers(_ result: BitrixValue) -> [Int64: OrderHeader]? {
        guard let rows = result["orders"]?.elements else { return nil }
        return Dictionary(
            rows.compactMap(OrderHeader.init).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
