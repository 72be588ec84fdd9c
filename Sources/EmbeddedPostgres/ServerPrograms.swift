import FoundationEssentials

/// Where PostgreSQL's server programs are.
struct ServerPrograms: Sendable {
    /// The directory with `initdb` and `postgres`.
    let directory: String

    var initdb: String { directory + "/initdb" }
    var postgres: String { directory + "/postgres" }

    /// Debian's and others' directories, the newest version first, then PATH.
    ///
    /// - Throws: ``EmbeddedPostgresError/serverNotInstalled``.
    static func find() throws(EmbeddedPostgresError) -> ServerPrograms {
        let debian = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: debian)) ?? []
        let newestFirst = versions.sorted { (Double($0) ?? 0) > (Double($1) ?? 0) }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let candidates =
            newestFirst.map { "\(debian)/\($0)/bin" } + ["/usr/local/pgsql/bin"]
            + path.split(separator: ":").map(String.init)
        let found = candidates.first { directory in
            ["initdb", "postgres"].allSatisfy { FileManager.default.isExecutableFile(atPath: "\(directory)/\($0)") }
        }
        guard let found else { throw .serverNotInstalled }
        return ServerPrograms(directory: found)
    }
}
