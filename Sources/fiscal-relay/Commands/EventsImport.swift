import ArgumentParser
import Postgres
import Relay

extension EventsCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put many events into the outbox from JSON lines or a CSV of transactions at points of sale.",
            discussion: """
                JSON lines: each an object with shop, kind, event_key, subject, payload and, if it did not happen just \
                now, occurred_at; or a payload of pos.transaction by itself. CSV: one row per item, with the columns' \
                names in the first row. A row that cannot be taken is reported with its line, and the others are taken: \
                the status is 1 then. An import that was cut off goes on where it stood when it is run again; a second \
                run of the same file changes nothing. What is imported gives way to what happens now. Stock moves \
                however old an event is; a receipt that is to be made of one beyond fiscal_deadline or max_event_age is \
                a dead letter, unless --as receipt orders it.
                """)

        enum Input: String, ExpressibleByArgument, CaseIterable {
            case jsonl, csv
        }

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var output: FormatOptions
        @Option(help: "How the file is read; default by the end of its name, else jsonl.") var input: Input?
        @Option(help: "Between fields of a CSV: one character, or tab.") var delimiter = ","
        @Option(help: "The shop of rows that name none.") var shop: String?
        @Option(
            name: .customLong("as"), help: "receipt: events of the file are receipted however old. Needs fiscal_admin.")
        var orderedAs: OrderedAs?
        @Option(help: "Why; it is recorded with --as.") var why: String?
        @Argument(help: "The file; - for standard input.") var file: String

        enum OrderedAs: String, ExpressibleByArgument, CaseIterable {
            case receipt
        }

        func validate() throws {
            guard orderedAs == nil || why?.allSatisfy(\.isWhitespace) == false else {
                throw ValidationError("--as needs --why, which the next person reads.")
            }
            guard separator != nil else {
                throw ValidationError("--delimiter is one ASCII character other than a quote, or tab.")
            }
        }

        private var separator: UInt8? {
            if delimiter == "tab" { return 0x09 }
            guard delimiter.utf8.count == 1, let byte = delimiter.utf8.first, byte >= 0x20 || byte == 0x09,
                byte != UInt8(ascii: "\"")
            else { return nil }
            return byte
        }

        private var manner: Input {
            input ?? (file.lowercased().hasSuffix(".csv") ? .csv : .jsonl)
        }

        private struct Answer: Encodable {
            var created: Int64
            var existing: Int64
            var conflicts: [Int64]
            var rejected: [ImportNote]
            var doubtful: [ImportNote]
            /// Further ones of the three, which are counted and not listed.
            var unlisted: Int
        }

        func run() async throws {
            let configuration = try options.load()
            let settings = configuration.shops.mapValues(\.stock)
            let run = try await options.withPool("fiscal-relay events") { pool in
                let order = orderedAs.map { _ in ImportStore.Order(who: Person.name, why: why ?? "") }
                return try await take(ImportStore(pool: pool, order: order), settings)
            }
            let notes = run.notes.first.sorted { $0.line < $1.line }
            let answer = Answer(
                created: run.progress.created, existing: run.progress.existing,
                conflicts: notes.filter { $0.kind == .conflict }.map(\.line),
                rejected: notes.filter { $0.kind == .rejected }, doubtful: notes.filter { $0.kind == .doubtful },
                unlisted: run.notes.untold)
            switch output.format {
            case .json: try Listing.json(answer)
            case .table:
                for note in notes { print("line \(note.line): \(note.reason)") }
                if answer.unlisted > 0 { print("and \(answer.unlisted) more lines, which are not listed") }
                print("\(answer.created) created, \(answer.existing) known already")
            }
            if !run.notes.isEmpty { throw ExitCode.failure }
        }

        private func take(_ store: ImportStore, _ settings: [String: StockSettings]) async throws -> ImportRun {
            do {
                let named =
                    try file == "-"
                    ? nil : ImportStore.file(path: file, readAs: "\(manner) \(shop ?? "") \(delimiter)\n")
                var run = ImportRun(store: store, file: named, settings: settings)
                let reader = try ByteReader(path: file)
                let place = try await run.resume()
                if let place { StandardError.write("import: goes on at line \(place.line)") }
                switch manner {
                case .jsonl:
                    let lines = EventLines(reader, shop: shop)
                    if let place { try reader.seek(to: place.position, line: place.line) }
                    try await run.take(lines, size: named?.size)
                case .csv:
                    let rows = try PosRows(reader, delimiter: separator ?? UInt8(ascii: ","), shop: shop)
                    if let place { try reader.seek(to: place.position, line: place.line) }
                    try await run.take(rows, size: named?.size)
                }
                if let failure = reader.failure { throw failure }
                return run
            } catch let failure as ByteReader.Failure {
                throw CommandFailure(failure.description)
            } catch let failure as PosRows.Failure {
                throw CommandFailure("\(file): \(failure.description)")
            } catch let error as PostgresError where orderedAs != nil && error.sqlState?.code == "42501" {
                throw CommandFailure("--as needs a login with the role fiscal_admin; nothing was taken")
            }
        }
    }
}
