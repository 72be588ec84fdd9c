import EmbeddedPostgres
import Fiscal
import FoundationEssentials
import JobQueue
import Postgres
import Relay
import Sandbox
import TestSupport
import Testing

/// The database is set back to its past while provider and shop go on from the present.
@Suite(.timeLimit(.minutes(10)))
struct RestoreTests {
    private static let lines = [Payload.line("1", "100.00")]

    private struct Past {
        let since: String
        /// Done before the point in time.
        let done: Int64
        /// On record before it, sent after it.
        let planned: Int64
        /// When the payment occurred that was written and sent after it: unknown to the restored database.
        let lostAt: Timestamp
    }

    /// Three payments around a point in time, all printed, and the database then set back to that point.
    private func loseThePresent(_ stage: Stage, _ cluster: EmbeddedCluster, _ shop: ShopSpec) async throws -> Past {
        let destination = "cloudkassir:main@127.0.0.1:\(stage.address.port)"
        try await cluster.backUp()
        let past = try await stage.working([shop]) { _ async throws in
            let done = try await stage.pay(order: 1001, payment: "1", sum: "100.00", Self.lines)
            #expect(try await stage.fate(of: done) == .ended("fiscalised"))
            try await stage.settled()
            try await stage.pause(destination: destination)
            let planned = try await stage.pay(order: 1002, payment: "2", sum: "100.00", Self.lines)
            try await eventually { try await stage.receipts(of: planned).map(\.state) == [.planned] }
            let since = try await stage.texts(
                "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
            try await cluster.markPoint("before")
            // From here on everything is lost, but for what others know of it.
            #expect(try await stage.resume(destination: destination))
            let lost = try await stage.pay(order: 1003, payment: "3", sum: "100.00", Self.lines)
            for event in [planned, lost] { #expect(try await stage.fate(of: event) == .ended("fiscalised")) }
            try await stage.settled()
            let lostAt = try await stage.number(
                "SELECT (extract(epoch FROM occurred_at) * 1000000)::bigint FROM fiscal.outbox WHERE id = \(lost)")
            return Past(
                since: since[0], done: done, planned: planned,
                lostAt: Timestamp(microsecondsSince1970: Int64(lostAt)))
        }
        #expect(stage.sandbox.summary().cloudKassir.fiscalised == 3)
        try await cluster.restore(to: "before")
        try await eventually { (try? await stage.number("SELECT count(*) FROM fiscal.outbox")) == 2 }
        #expect(try await stage.state(of: past.planned) == "ready")
        return past
    }

    /// Runs `recover` as an operator: first a dry run, then in earnest, once the lease of the last worker has run out.
    private func recover(_ console: Console, _ past: Past) async throws {
        let doctor = try await console.run("doctor", expecting: 1)
        #expect(doctor.output.contains("recover --after-restore"))
        let arguments = ["recover", "--after-restore", "--since", past.since, "--why", "disk lost", "--by", "anna"]
        let trial = try await Program.run(arguments + ["--dry-run", "--config", console.configuration])
        #expect(trial.status == 0 && trial.output.contains("Nothing was changed."), "\(trial.error)")
        struct Report: Decodable {
            let jobs: Int
            let receipts: Int
        }
        var answer: Program.Result?
        try await eventually("the lease of the last worker did not run out") {
            let report = try await Program.run(arguments + ["--format", "json", "--config", console.configuration])
            answer = report
            // Refused until then, which a dry run never is.
            #expect(report.status == 0 || report.error.contains("workers are at work"), "\(report.error)")
            return report.status == 0
        }
        let report = try #require(answer)
        let counts = try JSONDecoder().decode(Report.self, from: Data(report.output.utf8))
        #expect(counts.jobs == 1 && counts.receipts == 1)
        let after = try await console.run("doctor")
        #expect(!after.output.contains("recover --after-restore"))
    }

    /// The shop sends again what it wrote since then: as it was, under the same keys.
    private func sendAgain(_ stage: Stage, _ past: Past) async throws -> Int64 {
        let known = try await stage.texts(
            """
            SELECT (fiscal.enqueue('main', 'order.paid', 'payment:2:paid:1', 'order:1002',
                (SELECT payload FROM fiscal.outbox WHERE id = \(past.planned)))).outcome
            """)
        #expect(known == ["existing"])
        return try await stage.insert(
            "order.paid", key: "payment:3:paid:1", order: 1003, at: past.lostAt,
            Payload.paid(order: 1003, payment: "3", sum: "100.00", Self.lines))
    }

    @Test func nothingIsPrintedTwiceAndNothingIsMissing() async throws {
        try await withCluster(.archiving) { stage, cluster in
            let past = try await loseThePresent(stage, cluster, ShopSpec())
            try await Console.open(stage) { console in try await recover(console, past) }
            // What comes next is given numbers that the lost time has not given, and keys of its own.
            let next = try await stage.pay(order: 1004, payment: "4", sum: "100.00", Self.lines)
            #expect(next > 100_000_000)
            let again = try await sendAgain(stage, past)
            #expect(
                try await stage.resume(destination: "cloudkassir:main@127.0.0.1:\(stage.address.port)"))
            try await stage.working { _ async throws in
                for event in [past.planned, next, again] {
                    #expect(try await stage.fate(of: event) == .ended("fiscalised"))
                }
                try await stage.settled()
            }
            let sent = stage.sandbox.receipts()
            #expect(stage.sandbox.summary().cloudKassir.fiscalised == 4)
            #expect(Set(sent.map(\.externalID)).count == 4)
            #expect(
                try await stage.texts(
                    "SELECT action || ' ' || who FROM fiscal.operator_action WHERE action = 'recover'")
                    == ["recover anna"])
        }
    }

    @Test func atAPersonsAccountNothingIsSentTwice() async throws {
        try await withCluster(.archiving) { stage, cluster in
            let shop = ShopSpec(doubt: "person")
            let past = try await loseThePresent(stage, cluster, shop)
            try await Console.open(stage, [shop]) { console in try await recover(console, past) }
            let again = try await sendAgain(stage, past)
            #expect(
                try await stage.resume(destination: "cloudkassir:main@127.0.0.1:\(stage.address.port)"))
            try await stage.working([shop]) { _ async throws in
                for event in [past.planned, again] {
                    #expect(try await stage.fate(of: event) == .dead("in_doubt"))
                    // Neither a replay nor a cancel forgets what the provider may have.
                    guard case .refused = try await stage.replay(event) else {
                        Issue.record("event \(event) was replayed")
                        continue
                    }
                    #expect(
                        try await ReceiptAdministration(pool: stage.admin).cancel(
                            JobID(event), who: "anna", why: "test") == .inDoubt)
                    let key = try #require(try await stage.receipts(of: event).first?.externalID)
                    let found = try #require(stage.sandbox.receipts().first { $0.externalID == key })
                    #expect(try await stage.resolve(event, .accepted(providerID: found.id)) == .done)
                    #expect(try await stage.fate(of: event) == .ended("fiscalised"))
                }
                try await stage.settled()
            }
            #expect(stage.sandbox.receipts().map(\.timesSent) == [1, 1, 1])
        }
    }

    @Test func aFailoverThatLostNothingIsSaidSo() async throws {
        try await withCluster(.archiving) { stage, cluster in
            try await cluster.backUp()
            let event = try await stage.pay(sum: "100.00", Self.lines)
            try await cluster.markPoint("now")
            try await cluster.restore(to: "now")
            try await eventually { (try? await stage.state(of: event)) == "ready" }
            try await Console.open(stage) { console in
                #expect(try await console.run("doctor", expecting: 1).output.contains("--nothing-lost"))
                try await console.run("recover", "--nothing-lost", "--why", "switched over")
                #expect(!(try await console.run("doctor").output.contains("--nothing-lost")))
                try await console.run("recover", "--why", "x", expecting: 64)
                try await console.run("recover", "--after-restore", "--since", "yesterday", "--why", "x", expecting: 64)
            }
            try await stage.working { _ async throws in
                #expect(try await stage.fate(of: event) == .ended("fiscalised"))
            }
            #expect(try await stage.receipts(of: event).map(\.isSuspect) == [false])
        }
    }
}
