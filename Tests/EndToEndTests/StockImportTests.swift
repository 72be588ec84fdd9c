import FoundationEssentials
import Postgres
import Relay
import Sandbox
import TestSupport
import Testing

/// Files of transactions become events: each once, bad rows told, gone on where they were cut off.
@Suite(.timeLimit(.minutes(10)))
struct StockImportTests {
    private static let heading =
        "transaction_id,type,original_transaction_id,store_id,item_id,product_id,quantity,fiscalized_by"

    private func file(_ rows: [String]) -> String { ([Self.heading] + rows).joined(separator: "\r\n") + "\r\n" }

    @Test(.database) func rowsBecomeEventsAndBadOnesAreTold() async throws {
        try await withStage { stage in
            try await Console.open(stage) { console in
                let path = try console.file(
                    "day.csv",
                    file([
                        "T1,sale,,1,1,501,2,terminal", "T1,,,,2,502,x,", "T2,sale,,1,1,501,1",
                        "T3,cancel,T1,,,,,terminal",
                        "T4,sale,,1,1,501,0.5,terminal",
                    ]))
                let answer = try await console.json(
                    AnyJSON.self, "events", "import", path, "--shop", "main", expecting: 1)
                #expect(answer["created"] == .number(3))
                #expect(answer["rejected"]?[0]?["line"] == .number(4))
                #expect(answer["rejected"]?.count == 1)
                #expect(answer["doubtful"]?[0]?["line"] == .number(3))
                let again = try await console.json(
                    AnyJSON.self, "events", "import", path, "--shop", "main", expecting: 1)
                #expect(again["created"] == .number(0))
                #expect(again["existing"] == .number(3))
                try await stage.working { _ in
                    try await eventually { try await stage.number("SELECT count(*) FROM fiscal.job") <= 1 }
                }
                #expect(try await stage.levels() == ["1/501 -0.5"])
                let faults = try await console.json(AnyJSON.self, "stock", "faults", expecting: 1)
                #expect(faults[0]?["code"] == .text("quantity_invalid"))
                let event = try #require(try await stage.texts("SELECT event_id::text FROM fiscal.stock_fault").first)
                try await console.run("stock", "faults", "--settle", event, "--why", "counted by hand")
                try await console.run("stock", "faults")
                #expect(try await !stage.openAlarms().contains("stock_fault:main"))
                try await console.run("stock", "faults", "--settle", event, "--why", "again", expecting: 1)
            }
        }
    }

    @Test(.database) func anImportThatWasCutOffGoesOn() async throws {
        try await withStage { stage in
            try await Console.open(stage) { console in
                let rows = (1...5000).map { "T\($0),sale,,1,1,501,1,terminal" }
                let path = try console.file("day.csv", file(rows))
                // The database refuses what comes after three thousand: as a disk would that is full.
                try await stage.texts(
                    """
                    CREATE FUNCTION fiscal.full() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = 'disk_full'; END $$;
                    """)
                try await stage.texts(
                    """
                    CREATE TRIGGER full_disk BEFORE INSERT ON fiscal.outbox FOR EACH ROW WHEN (NEW.event_key = 'pos:T3000')
                    EXECUTE FUNCTION fiscal.full()
                    """)
                try await console.run("events", "import", path, "--shop", "main", expecting: 1)
                #expect(try await stage.number("SELECT count(*) FROM fiscal.outbox") == 2000)
                #expect(try await stage.number("SELECT line FROM fiscal.import_progress") == 2002)
                try await stage.texts("DROP TRIGGER full_disk ON fiscal.outbox")
                let rest = try await console.run("events", "import", path, "--shop", "main")
                #expect(rest.error.contains("goes on at line 2002"))
                #expect(rest.output.contains("5000 created, 0 known already"))
                #expect(try await stage.number("SELECT count(*) FROM fiscal.outbox") == 5000)
                // JSON lines, from standard input, of the same transactions: known already, or told as a conflict.
                let line = #"{ "transaction_id": "T1", "type": "sale", "fiscalized_by": "terminal", "items": [] }"#
                let piped = try await console.json(
                    AnyJSON.self, "events", "import", "-", "--shop", "main",
                    input: line + "\n{ broken\n\n" + line.replacing("T1", with: "N1"), expecting: 1)
                #expect(piped["created"] == .number(1))
                #expect(piped["conflicts"] == .array([.number(1)]))
                #expect(piped["rejected"]?[0]?["line"] == .number(2))
            }
        }
    }

    /// What a till kept for a month: its goods are gone whatever became of the money.
    @Test(.database) func oldTransactionsMoveStockAndAreReceiptedByAPersonsWordAlone() async throws {
        try await withStage { stage in
            let heading =
                "transaction_id,occurred_at,store_id,item_id,product_id,name,price,quantity,vat_rate,fiscalized_by,email"
            func rows(_ numbers: ClosedRange<Int>, by fiscaliser: String) -> String {
                let lines = numbers.map {
                    "T\($0),2026-10-01T12:00:00+03:00,1,1,501,Товар,100.00,1,0.22,\(fiscaliser),\(Sample.email)"
                }
                return ([heading] + lines).joined(separator: "\n") + "\n"
            }
            try await Console.open(stage) { console in
                let printed = try console.file("printed.csv", rows(1...3, by: "terminal"))
                try await console.run("events", "import", printed, "--shop", "main")
                // What happens now goes first.
                #expect(try await stage.texts("SELECT DISTINCT priority::text FROM fiscal.job") == ["1"])
                try await stage.sell("N1", [("501", "1")], by: "terminal")
                #expect(try await stage.number("SELECT priority FROM fiscal.job ORDER BY id DESC LIMIT 1") == 0)
                let open = try console.file("open.csv", rows(4...4, by: "cloud"))
                try await console.run("events", "import", open, "--shop", "main")
                let ordered = try console.file("ordered.csv", rows(5...5, by: "cloud"))
                try await console.run("events", "import", ordered, "--shop", "main", "--as", "receipt", expecting: 64)
                try await console.run(
                    "events", "import", ordered, "--shop", "main", "--as", "receipt", "--why", "the till was offline")
                try await stage.working { _ in
                    try await stage.settled()
                    #expect(try await stage.levels() == ["1/501 -6"])
                    #expect(
                        try await stage.texts("SELECT lane || ' ' || reason_code FROM fiscal.job_listing") == [
                            "pos:T4 too_old"
                        ])
                    #expect(try await stage.texts("SELECT order_id FROM fiscal.receipt") == [""])
                    // While the old receipt is made its deadline may be told; nothing else is wrong.
                    let alarms = try await stage.openAlarms().filter { !$0.hasPrefix("deadline") }
                    #expect(alarms == ["stock_negative:main"])
                    #expect(stage.sandbox.summary().cloudKassir.fiscalised == 1)
                    #expect(
                        try await stage.texts("SELECT why FROM fiscal.operator_action WHERE action = 'import_receipts'")
                            == ["the till was offline"])
                }
            }
            // A worker's login orders nothing.
            try await Console.open(stage, login: .worker) { console in
                let more = try console.file("more.csv", rows(6...6, by: "cloud"))
                let refused = try await console.run(
                    "events", "import", more, "--shop", "main", "--as", "receipt", "--why", "x", expecting: 1)
                #expect(refused.error.contains("fiscal_admin"))
                #expect(try await stage.number("SELECT count(*) FROM fiscal.outbox WHERE event_key = 'pos:T6'") == 0)
            }
        }
    }
}
