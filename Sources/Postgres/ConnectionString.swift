import CPostgres

/// What libpq makes of a connection string.
enum ConnectionString {
    private static let secrets: Set<String> = ["password", "sslpassword"]

    /// The settings that the text itself has, secrets left out.
    ///
    /// - Throws: ``PostgresError`` of kind `configuration`. libpq's message can quote a piece of the text, and with it
    ///   a password, so it is not passed on.
    static func settings(of text: String) throws(PostgresError) -> [String: String] {
        var message: UnsafeMutablePointer<CChar>?
        let options = PQconninfoParse(text, &message)
        defer {
            PQconninfoFree(options)
            PQfreemem(message)
        }
        guard var option = options else {
            throw PostgresError(.configuration, in: "connect", note: "libpq cannot read the connection string")
        }
        var settings: [String: String] = [:]
        while let keyword = option.pointee.keyword {
            let name = String(cString: keyword)
            if let value = option.pointee.val, !secrets.contains(name) { settings[name] = String(cString: value) }
            option += 1
        }
        return settings
    }

    /// Keywords and values for `PQconnectdbParams` with `expand_dbname`: what stands before the URL is a default that
    /// it overrides, what stands behind it is forced.
    static func parameters(for configuration: PostgresConfiguration) -> [(keyword: String, value: String)] {
        [
            ("fallback_application_name", configuration.applicationName),
            ("connect_timeout", "\(max(2, configuration.connectTimeout.wholeSeconds))"),
            ("tcp_user_timeout", "\(configuration.tcpUserTimeout.wholeMilliseconds(atLeast: 1))"),
            ("keepalives", "1"), ("keepalives_idle", "15"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("dbname", configuration.url),
            ("client_encoding", "UTF8"),
        ]
    }
}
