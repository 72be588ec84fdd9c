import Testing

@testable import Postgres

@Suite struct PoolStateTests {
    private let now = ContinuousClock.now

    private func name(_ grant: PoolGrant<String>?) -> String? {
        switch grant {
        case .idle(let resource): resource
        case .place: "place"
        case nil: nil
        }
    }

    @Test func grantsPlacesUpToItsSizeAndNobodyOvertakes() {
        var state = PoolState<String, Int>(size: 2)
        #expect(name(state.take()) == "place")
        #expect(name(state.take()) == "place")
        #expect(name(state.take()) == nil)
        state.wait(1, 1, until: now)
        state.wait(2, 2, until: now)
        let first = state.giveBack("a", at: now)
        #expect(first.served?.0 == 1)
        #expect(name(first.served?.1) == "a")
        #expect(name(state.take()) == nil, "the second waiter comes first")
        let second = state.giveBack(nil, at: now)
        #expect(second.served?.0 == 2)
        #expect(name(second.served?.1) == "place", "a broken connection leaves its place")
        #expect(state.taken == 2)
    }

    @Test func lendsTheConnectionUsedLastAndRetiresTheOthers() {
        var state = PoolState<String, Int>(size: 3)
        for _ in 0..<3 { _ = state.take() }
        for (offset, resource) in ["a", "b", "c"].enumerated() {
            _ = state.giveBack(resource, at: now + .seconds(offset))
        }
        #expect(name(state.take()) == "c")
        #expect(state.oldestIdle == now)
        #expect(state.retire(idleSince: now + .milliseconds(500)) == ["a"])
        #expect(state.idleCount == 1)
        #expect(state.taken == 1)
    }

    @Test func waitersExpireInOrderAndMayWithdraw() {
        var state = PoolState<String, Int>(size: 1)
        _ = state.take()
        for id in 1...4 { state.wait(id, id, until: now + .seconds(id)) }
        #expect(state.nextDeadline == now + .seconds(1))
        #expect(state.withdraw(2) == 2)
        #expect(state.withdraw(2) == nil)
        #expect(state.expire(at: now + .seconds(3)) == [1, 3])
        #expect(state.giveBack("a", at: now).served?.0 == 4)
        #expect(state.waitingCount == 0)
    }

    @Test func aClosedPoolGrantsNothingAndDrains() {
        var state = PoolState<String, Int>(size: 2)
        _ = state.take()
        _ = state.take()
        _ = state.giveBack("idle", at: now)
        let closed = state.close()
        #expect(closed.idle == ["idle"])
        #expect(name(state.take()) == nil)
        let last = state.giveBack("b", at: now)
        #expect(last.close == "b")
        #expect(state.taken == 0)
    }
}
