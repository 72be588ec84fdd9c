import ArgumentParser
import FoundationEssentials
import Postgres
import Relay

extension EventsCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put many events into the outbox from JSON lines.",
            discussion: """
                Each line is an object with shop, kind, event_key, subject, payload and, if it did not happen just now, \
                occurred_at. A line that cannot be taken is reported with its number, and the others are taken. A second \
                run of the same file changes nothing.
                """)

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var output: FormatOptions
        @Argument(help: "File with one JSON object a line; - for standard input.") var file: String

        private struct Answer: Encodable {
            var created = 0
            var existing = 0
            var conflicts: [Int] = []
            var rejected: [Rejected] = []
        }

        private struct Rejected: Encodable {
            var line: Int
            var reason: String
        }

        func run() async throws {
            let lines = try TextInput.whole(file).split(separator: "\n", omittingEmptySubsequences: false)
            let answer = try await options.withPool("fiscal-relay events") { pool in
                try await take(lines, EventStore(pool: pool))
            }
            switch output.format {
            case .json: try Listing.json(answer)
            case .table:
                for rejected in answer.rejected { print("line \(rejected.line): \(rejected.reason)") }
                for line in answer.conflicts { print("line \(line): its key is known with another content") }
                print("\(answer.created) created, \(answer.existing) known already")
            }
            if !answer.rejected.isEmpty || !answer.conflicts.isEmpty { throw ExitCode.failure }
        }

        private func take(_ lines: [Substring], _ store: EventStore) async throws -> Answer {
            var answer = Answer()
            var progress = ProgressReporter("import", total: lines.count)
            var batch: [(line: Int, event: EventStore.NewEvent)] = []
            for (index, line) in lines.enumerated() {
                if !line.allSatisfy(\.isWhitespace) {
                    do {
                        batch.append((index + 1, try ImportLine.event(of: line)))
                    } catch {
                        answer.rejected.append(Rejected(line: index + 1, reason: error.description))
                    }
                }
                if batch.count == 1000 || index == lines.count - 1 {
                    try await keep(batch, store, &answer)
                    batch.removeAll(keepingCapacity: true)
                    progress.show(index + 1)
                }
            }
            progress.finish()
            return answer
        }

        private func keep(
            _ batch: [(line: Int, event: EventStore.NewEvent)], _ store: EventStore, _ answer: inout Answer
        ) async throws {
            guard !batch.isEmpty else { return }
            do throws(PostgresError) {
                let outcomes = try await store.enqueue(batch.map(\.event))
                for (item, outcome) in zip(batch, outcomes) { count(outcome, item.line, &answer) }
            } catch {
                guard error.isDataFault else { throw error }
                // One row that the database refuses spoils its batch: each alone, and the culprit is found.
                for item in batch {
                    do throws(PostgresError) {
                        count(try await store.enqueue(item.event).outcome, item.line, &answer)
                    } catch {
                        guard error.isDataFault else { throw error }
                        answer.rejected.append(Rejected(line: item.line, reason: error.description))
                    }
                }
            }
        }

        private func count(_ outcome: EventStore.EnqueueOutcome, _ line: Int, _ answer: inout Answer) {
            switch outcome {
            case .created: answer.created += 1
            case .existing: answer.existing += 1
            case .conflict: answer.conflicts.append(line)
            }
        }
    }
}
