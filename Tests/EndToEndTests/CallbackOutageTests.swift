import EmbeddedPostgres
import FoundationEssentials
import Postgres
import Relay
import Sandbox
import Subprocess
import TestSupport
import Testing

/// The gateway as a process, gone when it is called.
@Suite(.database, .timeLimit(.minutes(10)))
struct CallbackOutageTests {
    private static let lines = [Payload.line("1", "100.00")]

    @Test func aGatewayThatIsKilledLosesNothing() async throws {
        var account = ShopSpec.account("main")
        account.callback = .after
        try await withStage(accounts: [account]) { stage in
            let port = try #require(FreePort.find())
            var addressed = stage
            addressed.more =
                #"gateway: { port: \#(port), public_url: "http://127.0.0.1:\#(port)", callback_secret: "\#(Sample.callbackSecret)" }"#
            let shop = ShopSpec(provider: "first_poll: 1s")
            let stage = addressed
            try await withDirectory { directory in
                let configuration = directory + "/fiscal-relay.yaml"
                try stage.yaml([shop]).write(toPath: configuration)
                func start(_ name: String) async throws -> WorkerProcess {
                    let gateway = WorkerProcess(
                        configuration: configuration, log: "\(directory)/\(name).log", command: "gateway")
                    try await eventually("no gateway listens") { gateway.logText.contains("gateway: listening") }
                    return gateway
                }
                try await stage.working([shop]) { _ in
                    let first = try await start("first")
                    #expect(try await first.end(.kill) == 256 + 9)
                    // Nobody is there to be called, so the poll brings the result in its time.
                    let event = try await stage.pay(order: 1, payment: "1", sum: "100.00", Self.lines)
                    #expect(try await stage.fate(of: event) == .ended("fiscalised"))
                    #expect(try await stage.number("SELECT count(*) FROM fiscal.callback") == 0)
                    // Back again it takes what comes.
                    let second = try await start("second")
                    let other = try await stage.pay(order: 2, payment: "2", sum: "100.00", Self.lines)
                    #expect(try await stage.fate(of: other) == .ended("fiscalised"))
                    try await eventually { try await stage.number("SELECT count(*) FROM fiscal.callback") == 1 }
                    #expect(try await second.end(.terminate) == 0)
                    for text in [first.logText, second.logText] {
                        for secret in Sample.secrets + [Callbacks.path()] { #expect(!text.contains(secret)) }
                    }
                }
            }
        }
    }

    @Test func withoutASecretThereIsNothingToListenFor() async throws {
        try await withStage { stage in
            try await Console.open(stage) { console in
                let result = try await console.run("gateway", expecting: 1)
                #expect(result.error.contains("gateway.callback_secret"))
            }
        }
    }
}
