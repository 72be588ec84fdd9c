import ArgumentParser
import Bitrix

struct BenchWritebackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "writeback",
        abstract: "How many orders a second are shown their receipts, at a portal's limit of calls.",
        discussion: """
            Against the sandbox's portal, which keeps the same limit, with a real worker. Without --burst the whole \
            run goes at the limit, as a long one does; a portal takes 40 to 50 calls more at once after a rest.
            """)

    @OptionGroup var place: BenchPlaceOptions
    @Option(help: "Orders that wait for their results.") var orders = 980
    @Option(help: "Calls a second that the portal takes.") var rate = 2
    @Option(help: "Calls that it takes at once.") var burst = 1
    @Option(help: "By which methods: module (the portal has ours) or rest (it has not).")
    var route = OrderPropertyRoute.rest

    func validate() throws {
        guard (1...100_000).contains(orders) else { throw ValidationError("--orders: allowed: 1 to 100000.") }
        guard (1...1000).contains(rate), (1...1000).contains(burst) else {
            throw ValidationError("--rate, --burst: allowed: 1 to 1000.")
        }
    }

    func run() async throws {
        let bench = WritebackBench(orders: orders, rate: rate, burst: burst, route: route)
        try await BenchServer.with(place.database) { try await bench.run(on: $0) }.show(as: place.output.format)
    }
}

extension OrderPropertyRoute: ExpressibleByArgument {}
