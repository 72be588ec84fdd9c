/// Where the database is and how patiently it is used.
///
/// Everything that must hold on the server (`statement_timeout`, `lock_timeout`, `search_path`) is a setting of the
/// role or ``TransactionOptions``: a connection carries no session state of its own, so it may come from a pooler.
package struct PostgresConfiguration: Sendable {
    /// The libpq connection string or URI, secrets included: never in a log.
    let url: String
    /// Its settings as libpq reads them, without the secret ones.
    let settings: [String: String]

    /// Seen in `pg_stat_activity`, unless the URL has one. At most 63 bytes.
    package var applicationName: String
    /// Connections that a pool opens at most. Each has a thread of its own. 1 to some dozens.
    package var poolSize = 8
    /// How long a caller waits for a connection, opening one included, before ``PostgresError`` `acquireTimedOut` or
    /// `connectionFailed`.
    package var acquireTimeout: Duration = .seconds(10)
    /// A connection that nobody used for this long is closed.
    package var idleLifetime: Duration = .seconds(300)
    /// A connection is replaced after this long, so that load follows the servers.
    package var maximumLifetime: Duration = .seconds(3600)
    /// How long one attempt to connect to one host may take, unless the URL has `connect_timeout`. Whole seconds,
    /// at least 2.
    package var connectTimeout: Duration = .seconds(5)
    /// How long sent bytes may stay unacknowledged before the socket is given up, unless the URL has
    /// `tcp_user_timeout`.
    package var tcpUserTimeout: Duration = .seconds(15)
    /// How long an answer may take before the connection is given up, whatever the server's own time-outs are: it
    /// covers a server that is reachable and does not answer. `nil`: for ever.
    package var answerTimeout: Duration? = .seconds(300)
    /// See ``PreparedStatements``.
    package var preparedStatements = PreparedStatements.never
    /// Delays between attempts to connect.
    package var reconnect = Backoff()
    /// Called with every notice of the server, on the connection's thread. By default they are dropped.
    package var onNotice: @Sendable (PostgresNotice) -> Void = { _ in }

    /// Reads a libpq connection string (`host=… dbname=…`) or URI (`postgresql://…`); several hosts and
    /// `target_session_attrs`, a password file and `PG…` variables work as in libpq.
    ///
    /// - Throws: ``PostgresError`` of kind `configuration` if libpq cannot read it. The text is not repeated.
    package init(url: String, applicationName: String = "fiscal-relay") throws(PostgresError) {
        self.url = url
        self.applicationName = applicationName
        settings = try ConnectionString.settings(of: url)
    }

    /// A name in the settings of the connection string, secrets excluded; `nil` if it is not set there.
    package func setting(_ name: String) -> String? { settings[name] }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Hosts, port, database and user; nothing secret.
    package var description: String {
        let shown = ["host", "hostaddr", "port", "dbname", "user"].compactMap { name in
            settings[name].map { "\(name)=\($0)" }
        }
        return shown.isEmpty ? "libpq's defaults" : shown.joined(separator: " ")
    }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: ["settings": description]) }
}
