import Fiscal
import FoundationEssentials
import Postgres
import Relay
import Sandbox
import TestSupport
import Testing

/// The built program as people and scripts use it: answers on standard output, everything else on standard error.
@Suite(.timeLimit(.minutes(10)))
struct CommandLineTests {
    private static let lines = [Payload.line("1", "100.00")]

    @Test(.emptyDatabase) func migratingTwiceIsMigratingOnce() async throws {
        let database = TestDatabase.current
        let environment = ["FISCAL_RELAY_DATABASE_URL": database.url]
        func migrate(_ arguments: String...) async throws -> (Int32, AnyJSON) {
            let result = try await Program.run(["migrate", "--format", "json"] + arguments, environment: environment)
            return (result.status, try JSONDecoder().decode(AnyJSON.self, from: Data(result.output.utf8)))
        }
        let (pending, plan) = try await migrate("--dry-run")
        #expect(pending == 1)
        #expect(plan["pending"]?.count == RelayMigrations.all.count)
        let (first, report) = try await migrate()
        #expect(first == 0)
        #expect(report["applied"]?.count == RelayMigrations.all.count)
        let (second, nothing) = try await migrate()
        #expect(second == 0)
        #expect(nothing["applied"]?.count == 0)
        #expect(try await migrate("--dry-run").0 == 0)
    }

    /// Each worker would keep some 6 MB of them in memory; one stray `import Foundation` anywhere links them all.
    @Test func theProgramDoesWithoutTheLargeFoundation() async throws {
        let linked = try await Program.run(["--version"], environment: ["LD_TRACE_LOADED_OBJECTS": "1"]).output
        #expect(linked.contains("libpq.so"), "\(linked)")
        for library in ["libFoundation.so", "libFoundationInternationalization.so", "lib_FoundationICU.so"] {
            #expect(!linked.contains(library))
        }
    }

    @Test(.emptyDatabase) func aWorkerRefusesASchemaThatIsOlderThanIt() async throws {
        let result = try await Program.run(
            ["worker"], environment: ["FISCAL_RELAY_DATABASE_URL": TestDatabase.current.url])
        #expect(result.status == 1)
        #expect(result.error.contains("fiscal-relay migrate"))
    }

    @Test(.database) func eventsAreInsertedListedAndShown() async throws {
        try await withStage { stage in
            try await Console.open(stage) { console in
                let payload = Payload.paid(sum: "100.00", Self.lines)
                func insert(_ payload: String, expecting status: Int32 = 0) async throws -> AnyJSON {
                    try await console.json(
                        AnyJSON.self, "events", "insert", "--shop", "main", "--kind", "order.paid", "--key", "k",
                        "--subject", "order:1001", "--occurred-at", "2026-11-21T12:00:00+03:00", "-", input: payload,
                        expecting: status)
                }
                let created = try await insert(payload)
                #expect(created["outcome"] == .text("created"))
                #expect(try await insert(payload)["outcome"] == .text("existing"))
                #expect(
                    try await insert(Payload.paid(sum: "200.00", Self.lines), expecting: 1)["outcome"]
                        == .text("conflict"))
                let listed = try await console.json(AnyJSON.self, "events", "list", "--subject", "order:1001")
                #expect(listed.count == 1)
                #expect(listed[0]?["event_key"] == .text("k"))
                #expect(listed[0]?["occurred_at"] == .text("2026-11-21T09:00:00Z"))
                #expect(listed[0]?["state"] == .text("ready"))
                let shown = try await console.run("events", "show", "1")
                #expect(shown.output.contains(#""sum": "100.00""#))
                try await console.run("events", "show", "404", expecting: 1)
                let broken = try await console.run(
                    "events", "insert", "--shop", "main", "--kind", "order.paid", "--key", "b", "-",
                    input: #"{"email": "\#(Sample.email)""#, expecting: 1)
                #expect(broken.error.contains("JSON"))
            }
        }
    }

    @Test(.database) func importingTakesWhatCanBeTakenAndChangesNothingTheSecondTime() async throws {
        try await withStage { stage in
            try await Console.open(stage) { console in
                func line(_ key: String, _ more: String = "") -> String {
                    let payload = Payload.paid(sum: "100.00", Self.lines).split(separator: "\n").joined(separator: " ")
                    return
                        #"{"shop": "main", "kind": "order.paid", "event_key": "\#(key)", "payload": \#(payload)\#(more)}"#
                }
                let path = try console.file(
                    "events.jsonl",
                    [
                        line("1"), "", "no JSON", line("2", #", "subject": 1002"#), "[1]", #"{"shop": "main"}"#,
                        line("3", #", "occurred_at": "yesterday""#), line(String(repeating: "k", count: 301)),
                        line("4", #", "occurred_at": "2026-11-21T12:00:00+03:00", "subject": "order:1004""#),
                        #"{"shop": "main", "kind": "order.paid", "event_key": "1", "payload": {"v": 1}}"#,
                        #"{"shop": "main", "kind": "order.paid", "event_key": "nul", "payload": {"name": "a\u0000b"}}"#,
                    ].joined(separator: "\n"))
                let first = try await console.json(AnyJSON.self, "events", "import", path, expecting: 1)
                #expect(first["created"] == .number(4))
                #expect(first["existing"] == .number(0))
                #expect(first["conflicts"] == .array([.number(10)]))
                let rejected = (0..<(first["rejected"]?.count ?? 0)).map { first["rejected"]?[$0]?["line"] }
                #expect(rejected == [3, 5, 6, 7, 8].map { .number($0) })
                let second = try await console.json(AnyJSON.self, "events", "import", path, expecting: 1)
                #expect(second["created"] == .number(0))
                #expect(second["existing"] == .number(4))
                #expect(try await stage.number("SELECT count(*) FROM fiscal.outbox") == 4)
                #expect(try await stage.number("SELECT count(*) FROM fiscal.conflict") == 1)
                let words = try await console.run("events", "import", path, expecting: 1)
                #expect(words.output.contains("line 3: is not JSON"))
            }
        }
    }

    @Test(.database) func jobsAreListedShownAndReplayed() async throws {
        try await withStage { stage in
            let dead = try await stage.pay(
                order: 1, payment: "1", sum: "100.01", Self.lines, shop: "late")
            let held = try await stage.insert(
                "order.paid", key: "held", order: 1, shop: "late",
                Payload.paid(order: 1, payment: "2", sum: "100.00", Self.lines))
            try await stage.working { _ async throws in
                #expect(try await stage.fate(of: dead) == .dead("shop_unknown"))
                try await eventually { try await stage.state(of: held) == "waiting" }
            }
            try await Console.open(stage) { console in
                let all = try await console.json(AnyJSON.self, "jobs", "list")
                #expect(all.count == 2)
                guard case .object(let fields)? = all[0] else {
                    Issue.record("no object: \(all)")
                    return
                }
                let promised: Set = [
                    "id", "shop", "kind", "event_id", "event_key", "lane", "state", "step", "attempt", "run_at",
                    "reason",
                ]
                #expect(promised.isSubset(of: fields.keys))
                #expect(fields["id"] == .number(Decimal(dead)))
                #expect(fields["event_id"] == .number(Decimal(dead)))
                #expect(fields["lane"] == .text("order:1"))
                #expect(fields["state"] == .text("dead"))
                #expect(fields["attempt"] == .number(0))
                #expect(all[1]?["state"] == .text("waiting"))
                #expect(all[1]?["reason"] == .text("held by dead job \(dead) (shop_unknown)"))
                #expect(try await console.json(AnyJSON.self, "jobs", "list", "--state", "dead").count == 1)
                let shown = try await console.json(AnyJSON.self, "jobs", "show", "\(dead)")
                #expect(shown["attempts"]?[0]?["outcome"] == .text("dead"))
                let counted = try await console.run("jobs", "replay", "--all", "--why", "test", "--dry-run")
                #expect(counted.output == "1 dead job\n")
                let unasked = try await console.run("jobs", "replay", "--all", "--why", "test", expecting: 1)
                #expect(unasked.error.contains("--yes"))
                try await console.run("jobs", "replay", "\(dead)", "--why", "the shop is configured", "--by", "anna")
                #expect(
                    try await stage.texts("SELECT who || ': ' || why FROM fiscal.operator_action")
                        == ["anna: the shop is configured"])
                try await console.run("jobs", "replay", "\(dead)", "--why", "again", expecting: 1)
                try await console.run("jobs", "show", "404", expecting: 1)
                try await console.run("jobs", "cancel", "\(dead)", "--why", "never mind")
                #expect(try await stage.fate(of: dead) == .ended("cancelled"))
            }
        }
    }

    @Test(.database) func receiptsAreListedShownAndPrinted() async throws {
        try await withStage { stage in
            try await stage.working { _ async throws in
                let event = try await stage.pay(sum: "100.00", Self.lines)
                #expect(try await stage.fate(of: event) == .ended("fiscalised"))
                let receipt = try #require(try await stage.receipts(of: event).first)
                try await Console.open(stage) { console in
                    let listed = try await console.json(AnyJSON.self, "receipts", "list", "--order", "1001")
                    #expect(listed.count == 1)
                    #expect(listed[0]?["state"] == .text("fiscalised"))
                    #expect(listed[0]?["total"] == .text("100.00"))
                    #expect(listed[0]?["fpd"] == receipt.fpd.map { .text($0) })
                    let table = try await console.run("receipts", "list")
                    #expect(!Sample.secrets.contains { table.output.contains($0) })
                    let printed = try await console.run("receipts", "show", "\(receipt.id)")
                    #expect(printed.output.contains("Товар 1"))
                    #expect(!Sample.secrets.contains { printed.output.contains($0) })
                    let shown = try await console.json(AnyJSON.self, "receipts", "show", "\(receipt.id)")
                    #expect(shown["receipt"]?["external_id"] == .text(receipt.externalID))
                    let qr = try await console.run("receipts", "qr", "\(receipt.id)")
                    let sent = try #require(stage.sandbox.receipts().first?.fiscal)
                    #expect(qr.output == sent.qr + "\n")
                    try await console.run("receipts", "show", "404", expecting: 1)
                }
            }
        }
    }

    @Test(.database) func aDoubtIsResolvedAtTheKeyboard() async throws {
        let shop = ShopSpec(doubt: "person")
        try await withWorkingStage([shop]) { stage in
            stage.sandbox.faults.order(FaultRule(.reset(accepting: true), service: .cloudKassir, method: "POST"))
            let event = try await stage.pay(sum: "100.00", Self.lines)
            #expect(try await stage.fate(of: event) == .dead("in_doubt"))
            try await Console.open(stage, [shop]) { console in
                let refused = try await console.run("jobs", "replay", "\(event)", "--why", "test", expecting: 1)
                #expect(refused.error.contains("jobs resolve"))
                try await console.run("jobs", "resolve", "\(event)", "--why", "test", expecting: 64)
                try await console.run(
                    "jobs", "resolve", "\(event)", "--fiscalised", "1", "2", "3", "--why", "test", expecting: 64)
                let number = try #require(stage.sandbox.receipts().first?.id)
                try await console.run("jobs", "resolve", "\(event)", "--accepted", number, "--why", "seen there")
            }
            #expect(try await stage.fate(of: event) == .ended("fiscalised"))
        }
    }

    @Test(.database) func theDoctorSaysWhetherAnybodyIsNeeded() async throws {
        try await withStage { stage in
            func verdict(_ findings: AnyJSON, _ check: String) -> AnyJSON? {
                (0..<findings.count).compactMap { findings[$0] }.first {
                    if case .text(let text)? = $0["check"] { text.hasPrefix(check) } else { false }
                }?["verdict"]
            }
            try await Console.open(stage) { console in
                let well = try await console.json(AnyJSON.self, "doctor")
                for check in [
                    "database", "schema", "role fiscal_worker", "credentials cloudkassir", "portal bitrix",
                    "lost events",
                ] {
                    #expect(verdict(well, check) == .text("fine"), "\(check)")
                }
                try await stage.texts("SELECT fiscal.raise_alarm('property_missing:main', 'warning', 'test')::text")
                let alarmed = try await console.json(AnyJSON.self, "doctor", expecting: 1)
                #expect(verdict(alarmed, "alarm property_missing:main") == .text("warning"))
                try await stage.texts("SELECT fiscal.clear_alarm('property_missing:main')::text")
                try await console.json(AnyJSON.self, "doctor")
            }
            try await Console.open(stage, [ShopSpec(password: "wrong")]) { console in
                let refused = try await console.json(AnyJSON.self, "doctor", expecting: 1)
                #expect(verdict(refused, "credentials cloudkassir") == .text("broken"))
            }
            // Nothing was issued by any of it.
            #expect(stage.sandbox.receipts().isEmpty)
        }
    }

    @Test func theDoctorSaysThatTheDatabaseIsAway() async throws {
        let result = try await Program.run(
            ["doctor", "--format", "json"],
            environment: ["FISCAL_RELAY_DATABASE_URL": "postgres://nobody:\(Sample.password)@127.0.0.1:1/none"])
        #expect(result.status == 1)
        let findings = try JSONDecoder().decode(AnyJSON.self, from: Data(result.output.utf8))
        #expect(findings[0]?["check"] == .text("database"))
        #expect(findings[0]?["verdict"] == .text("broken"))
        #expect(!result.output.contains(Sample.password) && !result.error.contains(Sample.password))
    }

    @Test func schemasArePrintedAndKnowTheirKind() async throws {
        for kind in EventSchemas.kinds {
            let result = try await Program.run(["schema", kind])
            #expect(result.status == 0)
            let schema = try JSONDecoder().decode(AnyJSON.self, from: Data(result.output.utf8))
            #expect(schema["$schema"] == .text("https://json-schema.org/draft/2020-12/schema"))
        }
        let unknown = try await Program.run(["schema", "order.vanished"])
        #expect(unknown.status == 64)
        #expect(unknown.error.contains("order.paid"))
    }

    @Test func vectorsPassAndADifferenceIsToldAndFails() async throws {
        let path = RepositoryRoot.path + "/Tests/FiscalTests/Data/receipt-vectors.json"
        let good = try await Program.run(["vectors", path, "--format", "json"])
        #expect(good.status == 0)
        let report = try JSONDecoder().decode(AnyJSON.self, from: Data(good.output.utf8))
        #expect(report["failed"] == .number(0))
        try await withDirectory { directory in
            let text = String(decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
            try text.replacing("vat122", with: "vat120", maxReplacements: 1).write(toPath: directory + "/wrong.json")
            let wrong = try await Program.run(["vectors", directory + "/wrong.json", "--format", "json"])
            #expect(wrong.status == 1)
            let failed = try JSONDecoder().decode(AnyJSON.self, from: Data(wrong.output.utf8))
            #expect(failed["failed"] != .number(0))
            #expect((failed["failures"]?.count ?? 0) > 0)
            try "{}".write(toPath: directory + "/empty.json")
            #expect(try await Program.run(["vectors", directory + "/empty.json"]).status == 1)
        }
        #expect(try await Program.run(["vectors", "/nowhere"]).status == 1)
    }

    @Test(
        arguments: [
            ["nonsense"], ["jobs", "list", "--state", "lost"], ["jobs", "replay"], ["jobs", "replay", "1"],
            ["jobs", "list", "--format", "xml"], ["receipts", "list", "--state", "lost"], ["demo", "--events", "0"],
            ["jobs", "replay", "1", "--why", "x", "--as", "present"], ["schema"], ["worker", "--nonsense"],
        ])
    func wrongUsageEndsWith64(_ arguments: [String]) async throws {
        let result = try await Program.run(arguments)
        #expect(result.status == 64)
        #expect(result.output.isEmpty)
        #expect(!result.error.isEmpty)
    }
}
