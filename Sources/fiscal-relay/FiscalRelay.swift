import ArgumentParser

@main
struct FiscalRelay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fiscal-relay",
        abstract: "Turns payments of 1C-Bitrix shops into fiscal receipts, exactly one each.",
        version: Release.version,
        subcommands: [
            MigrateCommand.self, WorkerCommand.self, GatewayCommand.self, DemoCommand.self, SandboxCommand.self,
            EventsCommand.self, JobsCommand.self, ReceiptsCommand.self, StockCommand.self, QueuesCommand.self,
            DestinationsCommand.self, PortalsCommand.self, WritebacksCommand.self, AlarmsCommand.self,
            DoctorCommand.self, RecoverCommand.self,
            VerifyCommand.self,
            VectorsCommand.self, SchemaCommand.self, BenchCommand.self,
        ])

    static func main() async {
        ProcessMemory.shareArenas()
        await main(nil)
    }
}

/// This build of the program.
enum Release {
    static let version = "0.1.0"
}
