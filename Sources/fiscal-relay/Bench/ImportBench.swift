import FoundationEssentials
import Glibc
import Postgres
import Relay

/// How fast a file of transactions becomes events: from the command's first byte to the last commit.
struct ImportBench: Sendable {
    enum Format: String, CaseIterable, Sendable {
        case csv, jsonl
    }

    var rows = 100_000
    var format = Format.csv

    func run(on server: BenchServer) async throws -> BenchReport {
        let directory = FileManager.default.temporaryDirectory.path() + "fiscal-relay-import-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = "\(directory)/day.\(format.rawValue)"
        try Data(text.utf8).write(to: URL(filePath: path))
        return try await server.withDatabase { database in
            try await database.settle()
            let before = try await database.mark()
            let processor = ProcessUsage.of(getpid())?.processorSeconds
            let begin = MonotonicInstant.now
            let progress = try await take(path, database.pool)
            let seconds = MonotonicInstant.now.seconds(since: begin)
            let spent = processor.flatMap { start in ProcessUsage.of(getpid()).map { $0.processorSeconds - start } }
            var report = BenchReport(
                what: "import of \(rows) rows, \(format.rawValue)", jobs: Int(progress.created), seconds: seconds)
            report.cost = BenchDatabase.cost(from: before, to: try await database.mark(), workerSeconds: spent)
            return report
        }
    }

    private func take(_ path: String, _ pool: PostgresPool) async throws -> ImportStore.Progress {
        let file = try ImportStore.file(path: path, readAs: "bench \(format.rawValue)")
        let configuration = try RelayConfiguration(
            yaml: """
                shops:
                  \(BenchKind.shop):
                    company: { inn: "7712345671", sno: osn, email: shop@example.ru, payment_address: "https://shop.example.ru" }
                    provider: { kind: none }
                """, environment: [:])
        var run = ImportRun(
            store: ImportStore(pool: pool), file: file, settings: configuration.shops.mapValues(\.stock))
        _ = try await run.resume()
        let reader = try ByteReader(path: path)
        switch format {
        case .csv: try await run.take(try PosRows(reader, shop: BenchKind.shop), size: file?.size)
        case .jsonl: try await run.take(EventLines(reader, shop: BenchKind.shop), size: file?.size)
        }
        guard run.progress.created == rows, run.notes.isEmpty else {
            throw CommandFailure(
                "\(run.progress.created) of \(rows) rows were taken; \(run.notes.first.first?.reason ?? "")")
        }
        return run.progress
    }

    /// A day of a chain of tills, a sale a row, as a till exports it.
    private var text: String {
        let time = "2026-11-21T12:00:00+03:00"
        switch format {
        case .csv:
            let heading =
                "transaction_id,type,terminal,store_id,occurred_at,fiscalized_by,means,sum,email,item_id,product_id,name,price,quantity,vat_rate,measure_code\n"
            return heading
                + (1...rows).map { row in
                    "T\(row),sale,till \(row % 40),\(row % 8),\(time),terminal,cash,500.00,buyer@example.ru,1,\(row % 5000),Кружка синяя,250.00,2,0.22,796\n"
                }.joined()
        case .jsonl:
            return (1...rows).map { row in
                #"{"v":1,"transaction_id":"T\#(row)","type":"sale","terminal":"till \#(row % 40)","store_id":\#(row % 8),"occurred_at":"\#(time)","fiscalized_by":"terminal","means":"cash","sum":"500.00","customer":{"email":"buyer@example.ru"},"items":[{"id":"1","product_id":\#(row % 5000),"name":"Кружка синяя","price":"250.00","quantity":"2","vat_rate":"0.22","measure_code":796}]}"#
                    + "\n"
            }.joined()
        }
    }
}
