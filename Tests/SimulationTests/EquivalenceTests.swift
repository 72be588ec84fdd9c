import Relay
import TestSupport
import Testing

/// Random histories on the real functions and on the model of them: after each act both must look the same.
///
/// So what the simulation takes for the database is what the database does.
@Suite(.database, .timeLimit(.minutes(10))) struct EquivalenceTests {
    @Test(arguments: 1...12) func theModelDoesWhatTheDatabaseDoes(seed: UInt64) async throws {
        var pair = try await ModelAndDatabase(seed: seed)
        for _ in 0..<150 {
            try await pair.act()
            guard try await pair.agree() else { return }
        }
        #expect(!pair.model.runs.isEmpty)
    }

    @Test(arguments: 1...4) func effectsAndCallbacksDoThereWhatTheyDoHere(seed: UInt64) async throws {
        var pair = try await ReceiptsAndDatabase(seed: seed)
        for _ in 0..<150 {
            try await pair.act()
            guard try await pair.agree() else { return }
        }
        #expect(pair.states.contains(.fiscalised))
    }
}
