import CPostgres

extension Session {
    private static let chunk = 1 << 16

    /// Sends rows to a `COPY … FROM STDIN` in text format.
    ///
    /// - Returns: How many rows the server took.
    /// - Throws: ``PostgresError``; COPY takes all rows or none.
    func copyIn(
        _ statement: Statement, _ rows: some Sequence<[Parameter]>
    ) throws(PostgresError) -> Int {
        try checkUsable(statement.name)
        let loss: PostgresError.Kind = isInTransaction ? .connectionLost : .outcomeUnknown
        guard PQsendQuery(connection, statement.sql) == 1 else { throw lost(statement.name, as: .connectionLost) }
        try awaitResult(for: statement.name, onLoss: .connectionLost)
        guard let first = PQgetResult(connection) else { throw lost(statement.name, as: .connectionLost) }
        let status = PQresultStatus(first)
        let refusal =
            status == PGRES_FATAL_ERROR ? failure(in: first, statement.name, onLoss: .connectionLost) : nil
        PQclear(first)
        guard status == PGRES_COPY_IN else {
            if status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH {
                markBroken()
            } else {
                try drain(statement.name)
            }
            throw refusal
                ?? PostgresError(.misuse, in: statement.name, note: "the statement is no COPY … FROM STDIN")
        }
        let buffer = ByteBuffer(capacity: Self.chunk * 2)
        let encoder = CopyTextEncoder(buffer: buffer)
        for row in rows {
            encoder.append(row)
            if buffer.count >= Self.chunk { try put(buffer, for: statement.name) }
        }
        try put(buffer, for: statement.name)
        while true {
            let sent = PQputCopyEnd(connection, nil)
            guard sent == 0 else {
                return try answer(to: statement.name, sent: sent == 1, onLoss: loss).affectedRows
            }
            try flush(for: statement.name)
        }
    }

    private func put(_ buffer: ByteBuffer, for name: String) throws(PostgresError) {
        guard buffer.count > 0 else { return }
        defer { buffer.removeAll() }
        while true {
            let sent = buffer.bytes.withMemoryRebound(to: CChar.self) { bytes in
                PQputCopyData(connection, bytes.baseAddress, Int32(bytes.count))
            }
            guard sent >= 0 else { throw lost(name, as: .connectionLost) }
            try flush(for: name)
            if sent == 1 { return }
        }
    }

    /// Waits until everything handed to libpq has left. A server that refused the rows keeps reading to their end.
    private func flush(for name: String) throws(PostgresError) {
        let deadline = answerTimeout.map { ContinuousClock.now + $0 }
        while true {
            let unsent = PQflush(connection)
            if unsent == 0 { return }
            guard unsent == 1 else { throw lost(name, as: .connectionLost) }
            switch SocketWait.wait(on: PQsocket(connection), for: SocketWait.both, or: abort, until: deadline) {
            case .ready: if PQconsumeInput(connection) == 0 { throw lost(name, as: .connectionLost) }
            case .timedOut, .aborted:
                markBroken()
                throw PostgresError(.connectionLost, in: name, note: "the server took no more rows in time")
            }
        }
    }

    private func drain(_ name: String) throws(PostgresError) {
        while true {
            try awaitResult(for: name, onLoss: .connectionLost)
            guard let result = PQgetResult(connection) else { return }
            PQclear(result)
        }
    }
}
