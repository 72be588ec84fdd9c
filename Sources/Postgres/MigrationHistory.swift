/// The comparison of the migrations at hand with those that were applied: a pure decision.
struct MigrationHistory: Sendable {
    /// A row of `schema_migration`.
    struct Applied: Hashable, Sendable {
        let number: Int
        let name: String
        /// Lower-case hexadecimal SHA-256 of the text.
        let checksum: String

        var fileName: String { Migration(number: max(1, number), name: name, sql: "").fileName }
    }

    /// A migration and the checksum of its text.
    struct Candidate: Hashable, Sendable {
        let migration: Migration
        let checksum: String

        /// Whether this is what was applied.
        func isSame(as row: Applied) -> Bool {
            row.name == migration.name && (row.checksum == checksum || migration.reworded.contains(row.checksum))
        }
    }

    /// The migrations in order, refusing two of one number and, unless allowed, missing numbers.
    static func ordered(_ migrations: [Migration], allowsHoles: Bool) throws(MigrationError) -> [Migration] {
        let sorted = migrations.sorted { ($0.number, $0.name) < ($1.number, $1.name) }
        var previous: Migration?
        for migration in sorted {
            if let previous, previous.number == migration.number {
                throw .duplicateNumber(first: previous.fileName, second: migration.fileName)
            }
            let expected = (previous?.number ?? 0) + 1
            if !allowsHoles && migration.number != expected {
                throw .hole(missing: expected, before: migration.fileName)
            }
            previous = migration
        }
        return sorted
    }

    /// What is still to be applied, in order.
    static func pending(
        _ candidates: [Candidate], applied: [Applied]
    ) throws(MigrationError) -> [Candidate] {
        let known = Dictionary(candidates.map { ($0.migration.number, $0) }, uniquingKeysWith: { first, _ in first })
        for row in applied {
            guard let candidate = known[row.number] else { throw .unknown(applied: row.fileName) }
            guard candidate.isSame(as: row) else {
                throw .changed(file: candidate.migration.fileName, appliedAs: row.fileName)
            }
        }
        let numbers = Set(applied.map(\.number))
        let newest = numbers.max() ?? 0
        let pending = candidates.filter { !numbers.contains($0.migration.number) }
        if let late = pending.first(where: { $0.migration.number < newest }) {
            throw .late(file: late.migration.fileName, newest: newest)
        }
        return pending
    }
}
