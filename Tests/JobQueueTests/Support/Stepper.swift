import Postgres
import Synchronization
import TestSupport

/// Steps several sessions through their scripts in a given order, over real connections.
///
/// A step that waits for another session's lock stays under way while the others go on; what its session was to do next
/// is done as soon as it can. So every order can be played, and one in which nobody can go on ends with the server's
/// deadlock error.
struct Stepper: Sendable {
    private let sessions: [SQLSession]
    private let watcher: SQLSession

    /// Opens connections for so many sessions, and one to watch them.
    static func open(_ count: Int) async throws -> Stepper {
        var sessions: [SQLSession] = []
        for _ in 0..<count { sessions.append(try await SQLSession.open()) }
        return Stepper(sessions: sessions, watcher: try await SQLSession.open())
    }

    func close() async {
        for session in sessions + [watcher] { await session.connection.close() }
    }

    /// A statement on its way.
    private final class Flight: Sendable {
        private let end = Mutex<String??>(nil)

        var isOver: Bool { end.withLock { $0 != nil } }
        /// What went wrong, once it is over.
        var error: String? { end.withLock { $0 ?? nil } }

        func land(_ error: String?) {
            end.withLock { $0 = .some(error) }
        }
    }

    private struct Seat {
        var statements: ArraySlice<String>
        var due = 0
        var flight: Flight?
    }

    /// Plays one order; returns the errors that sessions got.
    ///
    /// `check` looks at the database after every step, with whoever waits still waiting; what it finds is returned too.
    func play(
        _ scripts: [SessionScript], order: [Int], check: () async throws -> [String]
    ) async throws -> [String] {
        var seats = scripts.map { Seat(statements: ["BEGIN"] + $0.statements[...] + ["COMMIT"]) }
        var found: [String] = []
        for index in scripts.indices { seats[index].due = 1 }  // BEGIN
        for next in order.map(Optional.some) + [nil] {
            if let next { seats[next].due += 1 }
            repeat {
                for index in seats.indices { found += advance(&seats[index], sessions[index], scripts[index]) }
                try await settle(seats)
            } while seats.contains { $0.flight?.isOver ?? ($0.due > 0 && !$0.statements.isEmpty) }
            found += try await check()
        }
        // Whoever still waits now waits for nobody but one who waits as well: the server ends that.
        while seats.contains(where: { $0.flight != nil }) {
            for index in seats.indices { found += advance(&seats[index], sessions[index], scripts[index]) }
            try await Task.sleep(for: .milliseconds(5), clock: .continuous)
        }
        return found
    }

    /// Starts the session's next statement if it is due and the one before is over.
    private func advance(_ seat: inout Seat, _ session: SQLSession, _ script: SessionScript) -> [String] {
        var errors: [String] = []
        if let flight = seat.flight {
            guard flight.isOver else { return [] }
            if let error = flight.error { errors.append("\(script.name): \(error)") }
            seat.flight = nil
        }
        guard seat.due > 0, let statement = seat.statements.popFirst() else { return errors }
        seat.due -= 1
        let flight = Flight()
        seat.flight = flight
        Task {
            do {
                try await session.run(statement)
                flight.land(nil)
            } catch {
                flight.land("\(error)")
            }
        }
        return errors
    }

    /// Waits until every statement on its way is over or waits for a lock.
    private func settle(_ seats: [Seat]) async throws {
        let pids = zip(seats, sessions).filter { $0.0.flight.map { !$0.isOver } ?? false }
        for (seat, session) in pids {
            while let flight = seat.flight, !flight.isOver {
                let waits = try await watcher.run("SELECT cardinality(pg_blocking_pids(\(session.pid)))::text")
                if waits != ["0"] && !flight.isOver { break }
                await Task.yield()
            }
        }
    }
}
