import ArgumentParser
import FoundationEssentials
import Postgres
import Relay

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "What the shops wrote into the outbox.",
        subcommands: [List.self, Show.self, Insert.self, Import.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List events, newest first.")

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var output: FormatOptions
        @Option(help: "Only this shop.") var shop: String?
        @Option(help: "Only this kind.") var kind: String?
        @Option(help: "Only this subject, e.g. order:1001.") var subject: String?
        @Option(help: "At most so many.") var limit = 100

        func run() async throws {
            var filter = EventStore.Filter()
            filter.shop = shop
            filter.kind = kind
            filter.subject = subject
            filter.limit = limit
            let events = try await options.withPool("fiscal-relay events") { pool in
                try await EventStore(pool: pool).list(filter)
            }
            try Listing.show(
                events, as: output.format,
                columns: [
                    .init("id") { "\($0.id)" }, .init("shop") { $0.shop }, .init("kind") { $0.kind },
                    .init("key") { $0.eventKey }, .init("subject") { $0.subject },
                    .init("created") { $0.createdAt }, .init("state") { $0.state },
                    .init("reason") { $0.reason ?? "" },
                ], empty: "No events.")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show an event with its payload.")

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The event's id.") var id: Int64

        func run() async throws {
            let found = try await options.withPool("fiscal-relay events") { pool in
                try await EventStore(pool: pool).event(id: id)
            }
            guard let found else { throw CommandFailure("there is no event \(id)") }
            try Listing.json(found.event)
            print(found.payload)
        }
    }

    struct Insert: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put one event into the outbox.",
            discussion: "Prints its id and created, existing or conflict; a conflict ends with status 1.")

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var output: FormatOptions
        @Option(help: "The shop.") var shop: String
        @Option(help: "The kind of event, e.g. order.paid.") var kind: String
        @Option(help: "The key that names the event within its shop.") var key: String
        @Option(help: "What it is about, e.g. order:1001.") var subject = ""
        @Option(help: "When it happened, ISO 8601 with an offset; default now.") var occurredAt: String?
        @Argument(help: "File with the JSON payload; - for standard input.") var payload: String

        private struct Answer: Encodable {
            var id: Int64
            var outcome: EventStore.EnqueueOutcome
        }

        /// The payload as jsonb can hold it, which is without U+0000.
        private func json(_ text: String) throws -> String {
            do {
                return try JSONValue(parsing: text).jsonText
            } catch {
                throw CommandFailure("\(payload == "-" ? "standard input" : payload) is not JSON")
            }
        }

        func run() async throws {
            let text = try json(TextInput.whole(payload))
            var moment: Timestamp?
            if let occurredAt {
                guard let seconds = EventTime.seconds(occurredAt) else {
                    throw CommandFailure("--occurred-at “\(occurredAt)” is no moment such as 2026-11-21T12:00:00+03:00")
                }
                moment = Timestamp(microsecondsSince1970: seconds * 1_000_000)
            }
            let event = EventStore.NewEvent(
                shop: shop, kind: kind, eventKey: key, subject: subject, payload: text, occurredAt: moment)
            let (id, outcome) = try await options.withPool("fiscal-relay events") { pool in
                try await EventStore(pool: pool).enqueue(event)
            }
            switch output.format {
            case .json: try Listing.json(Answer(id: id, outcome: outcome))
            case .table: print("event \(id): \(outcome.rawValue)")
            }
            if outcome == .conflict { throw ExitCode.failure }
        }
    }
}

extension ConfigurationOptions {
    /// Runs `body` with a pool of this configuration, and closes it.
    func withPool<Value: Sendable>(
        _ name: String, _ body: (PostgresPool) async throws -> Value
    ) async throws -> Value {
        let pool = try load().makePool(name, size: 2)
        do {
            let value = try await body(pool)
            await pool.close()
            return value
        } catch {
            await pool.close()
            throw error
        }
    }
}

/// Text that a command is given in a file or on standard input.
enum TextInput {
    static func whole(_ path: String) throws -> String {
        let data: Data
        if path == "-" {
            data = try readStandardInput()
        } else {
            guard let contents = FileManager.default.contents(atPath: path) else {
                throw CommandFailure("\(path) cannot be read")
            }
            data = contents
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandFailure("\(path) is not UTF-8")
        }
        return text
    }

    private static func readStandardInput() throws -> Data {
        var lines: [String] = []
        while let line = readLine(strippingNewline: false) { lines.append(line) }
        return Data(lines.joined().utf8)
    }
}
