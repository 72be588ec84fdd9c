import Crypto
package import Postgres

/// Takes batches of events, and writes down how far a file has been taken, in one transaction.
package struct ImportStore: Sendable {
    /// A file, and what it is read as: the same again goes on where it was left.
    package struct File: Hashable, Sendable {
        package let digest: [UInt8]
        package let name: String
        package let size: Int64
    }

    /// How far an import has come.
    package struct Progress: Hashable, Sendable {
        package var position: Int64 = 0
        package var line: Int64 = 1
        package var created: Int64 = 0
        package var existing: Int64 = 0

        package init() {}
    }

    /// A person's word that events of a file are receipted however old they are.
    package struct Order: Hashable, Sendable {
        package let who: String
        package let why: String

        package init(who: String, why: String) {
            self.who = who
            self.why = why
        }
    }

    private let pool: PostgresPool
    private let order: Order?

    /// - Parameters:
    ///   - pool: Of a login that may write events; with an order of one with `fiscal_admin`.
    ///   - order: nil: what is too old for a receipt by itself becomes a dead letter, after its stock has moved.
    package init(pool: PostgresPool, order: Order? = nil) {
        self.pool = pool
        self.order = order
    }

    /// Names a file by its content.
    ///
    /// - Parameters:
    ///   - path: The file, read to its end.
    ///   - manner: How it is read, e.g. format and default shop.
    /// - Returns: nil where there is no file to come back to, as with a pipe.
    /// - Throws: ``ByteReader/Failure``.
    package static func file(path: String, readAs manner: String) throws(ByteReader.Failure) -> File? {
        let reader = try ByteReader(path: path)
        guard let size = reader.size else { return nil }
        var hash = SHA256()
        hash.update(data: Array(manner.utf8))
        while let bytes = reader.nextPiece() { hash.update(data: bytes) }
        if let failure = reader.failure { throw failure }
        return File(digest: Array(hash.finalize()), name: path, size: size)
    }

    /// Where an unfinished import of this file was left, with its notes; one that was finished begins anew.
    ///
    /// - Throws: `PostgresError`; nothing has changed then.
    package func begin(_ file: File) async throws(PostgresError) -> (progress: Progress, notes: ImportNotes) {
        try await pool.withTransaction { transaction throws(PostgresError) in
            try transaction.execute(Self.forget, [.bytes(file.digest)])
            try transaction.execute(Self.start, [.bytes(file.digest), .text(file.name), .int(file.size)])
            let progress = try transaction.query(Self.progress, [.bytes(file.digest)]) { row throws(PostgresError) in
                var progress = Progress()
                progress.position = try row.get("position")
                progress.line = try row.get("line")
                progress.created = try row.get("created")
                progress.existing = try row.get("existing")
                return progress
            }.first
            var count = 0
            let notes = try transaction.query(Self.notes, [.bytes(file.digest), .int(ImportNotes.limit)]) {
                row throws(PostgresError) -> ImportNote? in
                count = try row.get(Int.self, "count")
                return ImportNote.Kind(rawValue: try row.get(String.self, "kind")).flatMap { kind in
                    (try? (row.get(Int64.self, "line"), row.get(String.self, "reason"))).map {
                        ImportNote(kind, line: $0.0, $0.1)
                    }
                }
            }
            return (progress ?? Progress(), ImportNotes(first: notes.compactMap(\.self), count: count))
        }
    }

    /// Takes events, and writes down how far the file has been taken.
    ///
    /// - Parameters:
    ///   - events: With their lines.
    ///   - notes: Of rows before the new position.
    ///   - progress: With the new position; the outcomes of the events are added to its counts.
    ///   - file: nil: nothing is written down of it.
    ///   - isFinished: Whether this was the end of it.
    /// - Returns: The progress, and the notes with those of conflicts.
    /// - Throws: `PostgresError`; nothing was written then, unless the connection was lost at COMMIT: the same call
    ///   again is safe.
    package func take(
        _ events: [(event: EventStore.NewEvent, line: Int64)], notes: [ImportNote], _ progress: Progress,
        of file: File?,
        isFinished: Bool
    ) async throws(PostgresError) -> (progress: Progress, notes: [ImportNote]) {
        try await pool.withTransaction { transaction throws(PostgresError) in
            var (progress, notes) = (progress, notes)
            if !events.isEmpty {
                let outcomes = try transaction.query(Self.enqueue, Self.columns(events.map(\.event))) {
                    row throws(PostgresError) in try row.get(String.self, "outcome")
                }
                var created: [EventStore.NewEvent] = []
                for (item, outcome) in zip(events, outcomes) {
                    switch outcome {
                    case "created":
                        progress.created += 1
                        if order != nil { created.append(item.event) }
                    case "existing": progress.existing += 1
                    default:
                        notes.append(
                            ImportNote(.conflict, line: item.line, "its key is known with another content"))
                    }
                }
                if let order, !created.isEmpty {
                    _ = try transaction.query(
                        Self.orderReceipts,
                        [
                            .texts(created.map(\.shop)), .texts(created.map(\.eventKey)), .text(order.who),
                            .text(order.why),
                        ]
                    ) { row throws(PostgresError) in try row.get(Int64.self, 0) }
                }
            }
            guard let file else { return (progress, notes) }
            if !notes.isEmpty {
                try transaction.execute(
                    Self.note,
                    [
                        .bytes(file.digest), .ints(notes.map(\.line)), .texts(notes.map(\.kind.rawValue)),
                        .texts(notes.map(\.reason)),
                    ])
            }
            try transaction.execute(
                Self.advance,
                [
                    .bytes(file.digest), .int(progress.position), .int(progress.line), .int(progress.created),
                    .int(progress.existing), .bool(isFinished),
                ])
            return (progress, notes)
        }
    }

    private static func columns(_ events: [EventStore.NewEvent]) -> [Parameter] {
        [
            .texts(events.map(\.shop)), .texts(events.map(\.kind)), .texts(events.map(\.eventKey)),
            .texts(events.map(\.subject)), .jsons(events.map(\.payload)), .timestamps(events.map(\.occurredAt)),
        ]
    }

    private static let enqueue = Statement(
        "import.enqueue", "SELECT outcome FROM fiscal.enqueue_batch($1, $2, $3, $4, $5, $6) ORDER BY place")

    private static let orderReceipts = Statement("import.order", "SELECT fiscal.order_imported($1, $2, $3, $4)")

    private static let forget = Statement(
        "import.forget", "DELETE FROM fiscal.import_progress WHERE digest = $1 AND finished_at IS NOT NULL")

    private static let start = Statement(
        "import.start",
        """
        INSERT INTO fiscal.import_progress (digest, name, size, position, line) VALUES ($1, $2, $3, 0, 1)
        ON CONFLICT (digest) DO NOTHING
        """)

    private static let progress = Statement(
        "import.progress",
        "SELECT position, line, created, existing FROM fiscal.import_progress WHERE digest = $1")

    private static let notes = Statement(
        "import.notes",
        """
        SELECT line, kind, reason, count(*) OVER () AS count FROM fiscal.import_fault WHERE digest = $1
        ORDER BY line, reason LIMIT $2
        """)

    private static let note = Statement(
        "import.note",
        """
        INSERT INTO fiscal.import_fault (digest, line, kind, reason)
        SELECT $1, n.line, n.kind, n.reason FROM unnest($2::bigint[], $3::text[], $4::text[]) AS n (line, kind, reason)
        ON CONFLICT DO NOTHING
        """)

    private static let advance = Statement(
        "import.advance",
        """
        UPDATE fiscal.import_progress
        SET position = $2, line = $3, created = $4, existing = $5, updated_at = now(),
            finished_at = CASE WHEN $6 THEN now() END
        WHERE digest = $1
        """)
}
