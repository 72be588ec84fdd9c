import FoundationEssentials
import TestSupport
import Testing

@testable import FuzzTargets

/// Mutated input at every place where something comes in from outside: no crash, no hang, every refusal in words.
///
/// `FUZZ_INPUTS` and `FUZZ_SEED` make it longer or other; `make fuzz` lets libFuzzer search for new paths.
@Suite(.timeLimit(.minutes(10))) struct FuzzTests {
    private static let folder = RepositoryRoot.path + "/Tests/FuzzTests/Corpus"
    private static let inputs = number("FUZZ_INPUTS") ?? 4000
    private static let seed = UInt64(number("FUZZ_SEED") ?? 1)

    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }

    @Test(arguments: FuzzTarget.all.map(\.name)) func mutantsOfTheCorpus(_ name: String) async throws {
        let target = try #require(FuzzTarget.named(name))
        let seeds = try Corpus.seeds(of: target, in: Self.folder)
        #expect(seeds.count > 1)
        for seed in seeds { try target.feed(seed) }
        var mutator = Mutator(seed: Self.seed)
        for number in 0..<Self.inputs {
            // Others need the thread too.
            if number.isMultiple(of: 64) { await Task.yield() }
            let input = mutator.mutant(of: seeds, for: target)
            do {
                try target.feed(input)
            } catch {
                Issue.record("\(error), by the input \(String(decoding: input, as: UTF8.self).debugDescription)")
                return
            }
        }
    }

    /// What takes back, repairs or closes needs something that was before.
    @Test(arguments: ["refunded", "shipped", "correction-wrong", "sale-back"])
    func whatHasAPastComesToItsReceipts(_ name: String) throws {
        let file = "\(Self.folder)/payload/\(name)-past"
        let input = Array(try #require(FileManager.default.contents(atPath: file)))
        #expect(PayloadPast.receipts.count == 2)
        #expect(try PayloadFuzzing.receiptCount(input) > 0)
    }

    @Test func theSameSeedMakesTheSameInputs() throws {
        let seeds = try Corpus.seeds(of: .configuration, in: Self.folder)
        var (one, two) = (Mutator(seed: 7), Mutator(seed: 7))
        for _ in 0..<100 {
            #expect(one.mutant(of: seeds, for: .configuration) == two.mutant(of: seeds, for: .configuration))
        }
    }

    /// Names that stand for each other without end must not blow up what reads them.
    @Test func aConfigurationThatNamesItselfManyTimesEndsSoon() throws {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let names = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            yaml += "a\(level): &a\(level) [\(names)]\n"
        }
        try FuzzTarget.configuration.feed(Array(yaml.utf8))
        var maps = "shops:\n  m0: &m0 {k0: x, k1: x, k2: x, k3: x, k4: x, k5: x, k6: x, k7: x, k8: x}\n"
        for level in 1...9 {
            let entries = (0..<9).map { "k\($0): *m\(level - 1)" }.joined(separator: ", ")
            maps += "  m\(level): &m\(level) {\(entries)}\n"
        }
        try FuzzTarget.configuration.feed(Array(maps.utf8))
    }
}
