package import Bitrix

/// Gathers the orders of one portal that are to be written, so that each round of calls carries as many as it can.
///
/// While a round is under way what comes is kept for the next one; so the busier the portal, the fuller its calls. A
/// portal that keeps a round waiting for long gets nothing more for the time being: what has gathered is given back,
/// and waits in the database instead of in this process.
package actor WritebackDesk {
    package struct Item: Hashable, Sendable {
        package let properties: OrderPropertyWrite?
        package let comment: OrderCommentWrite?

        /// - Precondition: one of the two is there, and both are of one order.
        package init(properties: OrderPropertyWrite?, comment: OrderCommentWrite?) {
            precondition(properties != nil || comment != nil, "an item writes something")
            self.properties = properties
            self.comment = comment
        }

        package var orderID: Int64 { properties?.orderID ?? comment?.orderID ?? 0 }
    }

    /// What came of one item: a report, or nil for one that was given back untried.
    package typealias Answer = OrderPropertyReport?

    /// Carries out one round: items of different orders, and a report for each.
    package typealias Round = @Sendable ([Item]) async -> [OrderPropertyReport]

    private struct Submission {
        var answers: [Answer]
        var open: Int
        let continuation: CheckedContinuation<[Answer], Never>
    }

    private struct Waiting {
        let submission: Int
        let position: Int
        let item: Item
    }

    /// A round under way.
    private struct Running {
        let task: Task<Void, Never>
        /// It has outlasted our patience.
        var isSlow = false
    }

    private let roundSize: Int
    private let rounds: Int
    private let patience: Duration
    private let perform: Round
    private var submissions: [Int: Submission] = [:]
    private var waiting: [Waiting] = []
    private var running: [Int: Running] = [:]
    private var nextNumber = 0

    /// - Parameters:
    ///   - roundSize: orders in one round.
    ///   - rounds: rounds under way at once.
    ///   - patience: how long a round may take before others are no longer kept waiting for it.
    ///   - perform: carries a round out.
    package init(
        roundSize: Int, rounds: Int = 1, patience: Duration = .seconds(30), perform: @escaping Round
    ) {
        precondition(roundSize > 0 && rounds > 0, "a desk does something")
        self.roundSize = roundSize
        self.rounds = rounds
        self.patience = patience
        self.perform = perform
    }

    /// Writes items, together with what others bring meanwhile; answers in their order.
    ///
    /// When the task is cancelled it answers at once with what there is, and the rounds under way are cut short.
    package func write(_ items: [Item]) async -> [Answer] {
        guard !items.isEmpty else { return [] }
        if isJammed { return items.map { _ in nil } }
        let number = number()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                submissions[number] = Submission(
                    answers: Array(repeating: nil, count: items.count), open: items.count, continuation: continuation)
                waiting += items.enumerated().map {
                    Waiting(submission: number, position: $0.offset, item: $0.element)
                }
                startRounds()
            }
        } onCancel: {
            Task { await self.giveUp(number) }
        }
    }

    private func giveUp(_ number: Int) {
        guard let submission = submissions.removeValue(forKey: number) else { return }
        waiting.removeAll { $0.submission == number }
        for round in running.values { round.task.cancel() }
        submission.continuation.resume(returning: submission.answers)
    }

    /// Items that wait for a round.
    package var backlog: Int { waiting.count }

    private var isJammed: Bool { running.count == rounds && running.values.allSatisfy(\.isSlow) }

    private func number() -> Int {
        nextNumber += 1
        return nextNumber
    }

    private func startRounds() {
        while running.count < rounds, !waiting.isEmpty {
            let round = nextRound()
            let number = number()
            let watch = Task {
                try await Task.sleep(for: patience)
                jam(number)
            }
            let task = Task {
                let reports = await perform(round.map(\.item))
                watch.cancel()
                end(number, round, reports)
            }
            running[number] = Running(task: task)
        }
    }

    /// Takes the eldest items, no order twice: two writings of one order follow each other.
    private func nextRound() -> [Waiting] {
        var orders: Set<Int64> = []
        var round: [Waiting] = []
        var rest: [Waiting] = []
        for one in waiting {
            if round.count < roundSize, orders.insert(one.item.orderID).inserted {
                round.append(one)
            } else {
                rest.append(one)
            }
        }
        waiting = rest
        return round
    }

    private func end(_ number: Int, _ round: [Waiting], _ reports: [OrderPropertyReport]) {
        running[number] = nil
        for (index, one) in round.enumerated() {
            answer(one, with: index < reports.count ? reports[index] : nil)
        }
        startRounds()
    }

    /// A round takes long: if all do, nobody is kept waiting.
    private func jam(_ number: Int) {
        guard running[number] != nil else { return }
        running[number]?.isSlow = true
        guard isJammed else { return }
        let left = waiting
        waiting = []
        for one in left { answer(one, with: nil) }
    }

    private func answer(_ one: Waiting, with answer: Answer) {
        guard var submission = submissions[one.submission] else { return }
        submission.answers[one.position] = answer
        submission.open -= 1
        if submission.open == 0 {
            submissions[one.submission] = nil
            submission.continuation.resume(returning: submission.answers)
        } else {
            submissions[one.submission] = submission
        }
    }
}
