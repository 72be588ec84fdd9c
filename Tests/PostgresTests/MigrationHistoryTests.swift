import Testing

@testable import Postgres

@Suite struct MigrationHistoryTests {
    private func migration(_ number: Int, _ name: String = "step") -> Migration {
        Migration(number: number, name: name, sql: "SELECT \(number)")
    }

    private func candidate(_ number: Int, _ checksum: String = "sum") -> MigrationHistory.Candidate {
        MigrationHistory.Candidate(migration: migration(number), checksum: checksum)
    }

    private func applied(_ number: Int, _ checksum: String = "sum") -> MigrationHistory.Applied {
        MigrationHistory.Applied(number: number, name: "step", checksum: checksum)
    }

    @Test func isOrderedByNumberWithoutHolesOrDoubles() throws {
        #expect(
            try MigrationHistory.ordered([migration(2), migration(1)], allowsHoles: false).map(\.number) == [1, 2])
        #expect(throws: MigrationError.hole(missing: 2, before: "0003_step.sql")) {
            try MigrationHistory.ordered([migration(1), migration(3)], allowsHoles: false)
        }
        #expect(throws: MigrationError.hole(missing: 1, before: "0002_step.sql")) {
            try MigrationHistory.ordered([migration(2)], allowsHoles: false)
        }
        #expect(try MigrationHistory.ordered([migration(2), migration(10)], allowsHoles: true).count == 2)
        #expect(throws: MigrationError.duplicateNumber(first: "0001_a.sql", second: "0001_b.sql")) {
            try MigrationHistory.ordered([migration(1, "b"), migration(1, "a")], allowsHoles: true)
        }
    }

    @Test func knowsWhatIsPending() throws {
        let pending = try MigrationHistory.pending([candidate(1), candidate(2), candidate(3)], applied: [applied(1)])
        #expect(pending.map(\.migration.number) == [2, 3])
    }

    @Test func refusesAChangedPast() {
        #expect(throws: MigrationError.changed(file: "0001_step.sql", appliedAs: "0001_step.sql")) {
            try MigrationHistory.pending([candidate(1, "other")], applied: [applied(1)])
        }
        #expect(throws: MigrationError.late(file: "0002_step.sql", newest: 3)) {
            try MigrationHistory.pending(
                [candidate(1), candidate(2), candidate(3)], applied: [applied(1), applied(3)])
        }
        #expect(throws: MigrationError.unknown(applied: "0002_step.sql")) {
            try MigrationHistory.pending([candidate(1)], applied: [applied(1), applied(2)])
        }
    }

    @Test func theHeaderIsReadFromTheLeadingComments() {
        func outside(_ sql: String) -> Bool { Migration(number: 1, name: "x", sql: sql).runsOutsideTransaction }
        #expect(outside("-- migration: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (n)"))
        #expect(outside("-- An index.\n\n--migration: no-transaction\nCREATE …"))
        #expect(!outside("CREATE TABLE t ();\n-- migration: no-transaction"))
    }
}
