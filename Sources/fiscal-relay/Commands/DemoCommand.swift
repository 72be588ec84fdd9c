import ArgumentParser
import FoundationEssentials
import Glibc
import JobQueue
import Sandbox
import UnixSignals

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract:
            "Show the whole circle: private database, sandbox, workers and gateway, a self-hosted shop and one in the cloud.",
        discussion: """
            First a varied set of paid orders; then, in both shops, a sale, a prepayment with its closing receipt, a \
            partial refund, a till's day sent twice, and a correction. The self-hosted shop runs the real Bitrix module \
            (deploy/bitrix of the checkout, with php): its handlers, relay, sweep and REST method; where that is missing \
            it says so and lets the sandbox imitate the module. Ends with status 1 unless every event became \
            exactly one receipt that its order shows, and every ledger (ours, the registers', the portals' orders and stores) agrees \
            with every other. On a terminal everything then stays up to look around, until Ctrl-C; with --once it does \
            not.
            """)

    @Option(help: "Orders to pay for.") var events = 60
    @Option(help: "Requests in a hundred that go wrong.") var faults = 0
    @Option(help: "Chooses which.") var seed: UInt64 = 1
    @Flag(help: "Kill a worker, the module's web server and its relay with SIGKILL on the way.") var kill = false
    @Option(
        help: """
            Processes to kill with SIGKILL in the circle, by turns: workers, the gateway, the database, the module's \
            relay and web server.
            """)
    var kills = 0
    @Option(help: "Seconds after which to give up.") var timeout = 600
    @Flag(help: "End when all events are done.") var once = false
    @OptionGroup var output: FormatOptions

    func validate() throws {
        guard (1...100_000).contains(events) else { throw ValidationError("--events: allowed: 1 to 100000.") }
        guard (0...80).contains(faults) else { throw ValidationError("--faults: allowed: 0 to 80.") }
        guard (0...100).contains(kills) else { throw ValidationError("--kills: allowed: 0 to 100.") }
        guard timeout > 0 else { throw ValidationError("--timeout: allowed: 1 or more.") }
    }

    func run() async throws {
        let directory = FileManager.default.temporaryDirectory.path() + "fiscal-relay-demo-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let module = await module()
        let summary = try await withSandbox(
            SandboxConfiguration(
                accounts: DemoStage.accounts, portals: DemoStage.portals(imitatingModule: module == nil))
        ) { sandbox, address in
            StandardError.write("Starting a private database …")
            let stage = try await DemoStage.start(sandbox: address, directory: directory, module: module)
            do {
                try await stage.connect(sandbox, address)
                DemoStage.defineProperties(sandbox)
                StandardError.write("Paying for \(events) orders in \(DemoStage.shops.count) shops …")
                let summary = try await DemoRun(
                    events: events, faultPercent: faults, seed: seed, killsOnce: kill, circleKills: kills,
                    timeout: .seconds(timeout)
                ).run(stage, sandbox, address)
                try show(summary)
                if !summary.isSuccess { try await explain(stage) }
                if staysUp { await stayUp(stage, address) }
                await stage.stop()
                return summary
            } catch {
                await stage.stop()
                throw error
            }
        }
        if !summary.isSuccess { throw ExitCode.failure }
    }

    /// The module to run in the self-hosted shop; nil, after saying why: the sandbox imitates it.
    private func module() async -> ModuleFolder? {
        let program = (try? DemoProgram.path()) ?? ""
        let places = [program, FileManager.default.currentDirectoryPath]
        let obstacle: String
        if let folder = ModuleFolder(above: places) {
            guard let missing = await ModuleFolder.obstacle() else { return folder }
            obstacle = missing
        } else {
            obstacle = "there is no deploy/bitrix above \(places.joined(separator: " or ")): run it in a checkout"
        }
        StandardError.write("The sandbox imitates the Bitrix module in the self-hosted shop: \(obstacle).")
        return nil
    }

    private var staysUp: Bool { !once && output.format == .table && isatty(STDIN_FILENO) == 1 }

    private func show(_ summary: DemoSummary) throws {
        switch output.format {
        case .json:
            try Listing.json(summary)
        case .table:
            print(Listing.table(headings: ["orders", "number"], rows: summary.rows))
            if let circle = summary.circle {
                print("")
                print(Listing.table(headings: ["circle in both shops", "number"], rows: circle.rows))
                print("")
                print(Listing.table(headings: ["compared"] + circle.shops.map(\.shop), rows: circle.comparisonRows))
                for fault in circle.disagreements { print("not alike: \(fault)") }
            }
            print("")
            print(
                summary.isSuccess
                    ? "Every event became exactly one receipt, and every ledger agrees with every other."
                    : "Not every event became one receipt, or the ledgers do not agree.")
        }
    }

    /// Says on standard error what is stuck and what the workers logged last: the stage is about to be cleared away.
    private func explain(_ stage: DemoStage) async throws {
        var filter = JobFilter()
        filter.states = [.dead, .inDoubt, .later, .waiting]
        for job in try await JobAdministration(stage.adminPool).list(filter, limit: 20) {
            StandardError.write(
                "job \(job.id) \(job.shop) \(job.eventKey) \(job.state.rawValue) at \(job.step): \(job.reason ?? "")")
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: stage.directory).sorted()
        where name.hasSuffix(".log") {
            guard let data = FileManager.default.contents(atPath: "\(stage.directory)/\(name)") else { continue }
            StandardError.write("--- \(name)")
            for line in String(decoding: data, as: UTF8.self).split(separator: "\n").suffix(20) {
                StandardError.write(String(line))
            }
        }
    }

    private func stayUp(_ stage: DemoStage, _ sandbox: SandboxAddress) async {
        print(
            """

            Everything is still up. In another terminal:
              fiscal-relay receipts list --config \(stage.configurationPath)
              fiscal-relay doctor --config \(stage.configurationPath)
              curl \(sandbox.url)/_sandbox/ledger/summary
            Ctrl-C ends it.
            """)
        for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { break }
    }
}
