import Fiscal
import Postgres
import Relay

/// One run of `events import`: reads, checks, and hands batches over.
struct ImportRun {
    let store: ImportStore
    let file: ImportStore.File?
    /// Of the shops as they are configured, to tell early which lines will not move stock.
    let settings: [String: StockSettings]
    private(set) var progress = ImportStore.Progress()
    private(set) var notes = ImportNotes()

    init(store: ImportStore, file: ImportStore.File?, settings: [String: StockSettings]) {
        self.store = store
        self.file = file
        self.settings = settings
    }

    /// Where an earlier run of the same file was cut off; nil: at the beginning.
    ///
    /// - Throws: `PostgresError`.
    mutating func resume() async throws -> (position: Int64, line: Int64)? {
        guard let file else { return nil }
        (progress, notes) = try await store.begin(file)
        return progress.position > 0 ? (progress.position, progress.line) : nil
    }

    /// Takes everything that the reader brings.
    ///
    /// - Parameters:
    ///   - items: The file, at the place where it is to be gone on.
    ///   - size: In bytes, for the bar; nil: not known.
    /// - Throws: `PostgresError`; what was taken stays taken.
    mutating func take(_ items: some ImportReading, size: Int64?) async throws {
        var items = items
        var bar = ProgressReporter("import, KiB", total: Int((size ?? 0) / 1024))
        var isAtEnd = false
        while !isAtEnd {
            let batch = ImportBatch(from: &items, doubts: doubts)
            isAtEnd = batch.isLast
            (progress.position, progress.line) = items.checkpoint
            try await keep(batch.events, batch.notes, isFinished: isAtEnd)
            bar.show(Int(progress.position / 1024), note: "\(progress.created + progress.existing) events")
        }
        bar.finish()
    }

    private mutating func keep(
        _ batch: [(event: EventStore.NewEvent, line: Int64)], _ news: [ImportNote], isFinished: Bool
    ) async throws {
        var (batch, news) = (batch, news)
        while true {
            do throws(PostgresError) {
                let taken = try await store.take(batch, notes: news, progress, of: file, isFinished: isFinished)
                progress = taken.progress
                notes.add(taken.notes)
                return
            } catch {
                guard error.isDataFault, !batch.isEmpty else { throw error }
                // One row that the database refuses spoils its batch: each alone, and the culprit is found.
                for item in batch {
                    do throws(PostgresError) {
                        let alone = try await store.take([item], notes: [], progress, of: nil, isFinished: false)
                        progress = alone.progress
                        news += alone.notes
                    } catch {
                        guard error.isDataFault else { throw error }
                        news.append(ImportNote(.rejected, line: item.line, error.description))
                    }
                }
                batch = []
            }
        }
    }

    /// Lines of a transaction that will move no stock: it is taken, and a person has to look.
    private func doubts(_ event: EventStore.NewEvent, line: Int64, items: [Int64]) -> [ImportNote] {
        guard event.kind == PosTransaction.kind, let stock = settings[event.shop] else { return [] }
        let reading = StockReading(settings: stock, language: .english)
        return reading.changes(kind: event.kind, payload: event.payload, occurredAt: 0).compactMap { change in
            guard case .fault(let fault) = change else { return nil }
            let place = fault.place > 0 && fault.place <= items.count ? items[fault.place - 1] : line
            return ImportNote(.doubtful, line: place, "taken, but: \(fault.message)")
        }
    }
}
