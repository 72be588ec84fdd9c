import FoundationEssentials

/// One step of the schema's history: forward only, and never changed once it has been applied anywhere.
package struct Migration: Hashable, Sendable {
    /// Its place in the history, from 1, without holes.
    package let number: Int
    /// What it does, in a few words joined by underscores.
    package let name: String
    /// What is run, as one message and in one transaction.
    ///
    /// A text whose first lines hold the comment `-- migration: no-transaction` is run outside of one, for statements
    /// such as CREATE INDEX CONCURRENTLY. It must be a single statement that may be run again, since a crash can come
    /// between it and the record that it was applied.
    package let sql: String
    /// Lower-case hexadecimal SHA-256 of texts that differ from this one in comments alone, and that were applied
    /// somewhere: there it counts as applied.
    package let reworded: Set<String>

    /// - Precondition: `number` is at least 1.
    package init(number: Int, name: String, sql: String, reworded: Set<String> = []) {
        precondition(number >= 1, "migrations are numbered from 1")
        self.number = number
        self.name = name
        self.sql = sql
        self.reworded = reworded
    }

    /// The file it comes from: `0007_add_lanes.sql`.
    package var fileName: String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "_" + name + ".sql"
    }

    /// Whether the text asks to be run outside a transaction, in one of its leading comment lines.
    var runsOutsideTransaction: Bool {
        sql.split(separator: "\n", omittingEmptySubsequences: false).prefix { $0.hasPrefix("--") || $0.isEmpty }
            .contains { $0.dropFirst(2).drop { $0 == " " }.hasPrefix("migration: no-transaction") }
    }

    /// Reads every `NNNN_name.sql` of a directory, in order of number. Other files are left alone.
    ///
    /// - Throws: ``MigrationError`` if the directory or a file cannot be read, or a `.sql` file is named otherwise.
    package static func load(directory: String) throws(MigrationError) -> [Migration] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw .unreadable(path: directory)
        }
        var migrations: [Migration] = []
        for file in names.sorted() where file.hasSuffix(".sql") {
            let parts = file.dropLast(4).split(separator: "_", maxSplits: 1)
            guard parts.count == 2, parts[0].utf8.count == 4, let number = Int(parts[0]), number > 0 else {
                throw .badFileName(file)
            }
            let path = directory + "/" + file
            guard let data = FileManager.default.contents(atPath: path),
                let sql = String(validating: data, as: UTF8.self)
            else { throw .unreadable(path: path) }
            migrations.append(Migration(number: number, name: String(parts[1]), sql: sql))
        }
        return migrations
    }
}
