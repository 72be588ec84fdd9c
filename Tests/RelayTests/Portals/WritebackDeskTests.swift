import Bitrix
import Relay
import Synchronization
import Testing

@Suite("The desk where results for a portal gather")
struct WritebackDeskTests {
    /// Rounds that end when the test says so.
    private final class Rounds: Sendable {
        private struct State {
            var begun: [[Int64]] = []
            var held: [CheckedContinuation<Void, Never>] = []
            var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        }

        private let state = Mutex(State())

        var begun: [[Int64]] { state.withLock { $0.begun } }

        @Sendable func perform(_ items: [WritebackDesk.Item]) async -> [OrderPropertyReport] {
            await withCheckedContinuation { continuation in
                let told = state.withLock { state in
                    state.begun.append(items.map(\.orderID))
                    state.held.append(continuation)
                    let told = state.waiters.filter { $0.count <= state.begun.count }
                    state.waiters.removeAll { $0.count <= state.begun.count }
                    return told
                }
                for waiter in told { waiter.continuation.resume() }
            }
            return items.map { OrderPropertyReport(orderID: $0.orderID, outcome: .written) }
        }

        func awaitRound(_ count: Int) async {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    if state.begun.count >= count { return true }
                    state.waiters.append((count, continuation))
                    return false
                }
                if isThere { continuation.resume() }
            }
        }

        func endRound() {
            state.withLock { $0.held.isEmpty ? nil : $0.held.removeFirst() }?.resume()
        }
    }

    private func item(_ order: Int64) -> WritebackDesk.Item {
        WritebackDesk.Item(
            properties: OrderPropertyWrite(orderID: order, values: [.init(code: "FN", text: "1")]), comment: nil)
    }

    @Test("What comes while a round is under way shares the next one")
    func gathering() async {
        let rounds = Rounds()
        let desk = WritebackDesk(roundSize: 3, perform: rounds.perform)
        async let first = desk.write([item(1)])
        await rounds.awaitRound(1)
        async let second = desk.write([item(2), item(3)])
        async let third = desk.write([item(4), item(2), item(5)])
        while await desk.backlog < 5 { await Task.yield() }
        rounds.endRound()
        await rounds.awaitRound(2)
        rounds.endRound()
        await rounds.awaitRound(3)
        rounds.endRound()
        let answers = [await first.count, await second.count, await third.count]
        #expect(answers == [1, 2, 3])
        #expect(rounds.begun[0] == [1] && rounds.begun[1].count == 3)
        #expect(rounds.begun.allSatisfy { Set($0).count == $0.count }, "no order twice in one round")
        #expect(rounds.begun.flatMap(\.self).sorted() == [1, 2, 2, 3, 4, 5])
    }

    @Test("A round that takes long keeps nobody waiting")
    func jammed() async {
        let rounds = Rounds()
        let desk = WritebackDesk(roundSize: 1, patience: .milliseconds(50), perform: rounds.perform)
        async let first = desk.write([item(1)])
        await rounds.awaitRound(1)
        // Given back once the round has outlasted the desk's patience; what comes afterwards at once.
        #expect(await desk.write([item(2), item(3)]) == [nil, nil])
        #expect(await desk.write([item(4)]) == [nil])
        rounds.endRound()
        #expect(await first.first??.outcome == .written)
        async let later = desk.write([item(5)])
        await rounds.awaitRound(2)
        rounds.endRound()
        #expect(await later.first??.outcome == .written)
        #expect(rounds.begun == [[1], [5]])
    }

    @Test("Whoever is told to stop waits for no portal")
    func stopping() async {
        let desk = WritebackDesk(roundSize: 1) { items in
            // As a transfer does: it ends early when its task is cancelled.
            try? await Task.sleep(for: .seconds(3600))
            return items.map { OrderPropertyReport(orderID: $0.orderID, outcome: .alreadyThere) }
        }
        let writing = Task { await desk.write([item(1), item(2)]) }
        while await desk.backlog < 1 { await Task.yield() }
        writing.cancel()
        #expect(await writing.value == [nil, nil])
        #expect(await desk.backlog == 0)
    }

    @Test("Several rounds where that is allowed")
    func parallel() async {
        let rounds = Rounds()
        let desk = WritebackDesk(roundSize: 2, rounds: 2, perform: rounds.perform)
        async let answers = desk.write((1...4).map { item($0) })
        await rounds.awaitRound(2)
        #expect(rounds.begun == [[1, 2], [3, 4]])
        rounds.endRound()
        rounds.endRound()
        #expect(await answers.compactMap(\.self).map(\.orderID) == [1, 2, 3, 4])
    }

    @Test("Of two reports on one order the graver outcome counts")
    func joined() {
        let written = OrderPropertyReport(orderID: 1, outcome: .written, missing: ["A"])
        let conflict = OrderPropertyReport(orderID: 1, outcome: .conflict(properties: ["comments"]), overlapped: true)
        let both = OrderPropertyReport(
            orderID: 1, outcome: .conflict(properties: ["comments"]), missing: ["A"], overlapped: true)
        #expect(written.joined(by: conflict) == both)
        #expect(conflict.joined(by: written) == both)
    }
}
