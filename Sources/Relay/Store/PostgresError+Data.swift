package import Postgres

extension PostgresError {
    /// Whether the server refused the data themselves: the same again will be refused again, other rows will not.
    package var isDataFault: Bool {
        guard case .server(let state) = kind else { return false }
        return state.family == "22" || state.family == "23"
    }
}
