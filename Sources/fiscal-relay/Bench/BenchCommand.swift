import ArgumentParser

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the queue: throughput, latency, memory, and what plain SQL could do at best.",
        discussion: """
            Every measurement starts a durable private database of its own, unless --database names one that is used \
            for nothing else. Figures compare within one run on one machine; between runs they differ by a third.
            """,
        subcommands: [
            BenchTableCommand.self, BenchLimitCommand.self, BenchDrainCommand.self, BenchLatencyCommand.self,
            BenchHorizonCommand.self, BenchInsertsCommand.self, BenchIdleCommand.self, BenchSetupCommand.self,
            BenchEnqueueCommand.self, BenchWorkerCommand.self, BenchWritebackCommand.self,
            BenchImportCommand.self,
        ])
}
