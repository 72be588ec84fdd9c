import Postgres

/// The logins of an installation: who may do what is decided by these roles, as in a real one.
enum Login: String, CaseIterable {
    case shop = "e2e_shop"
    case worker = "e2e_worker"
    case admin = "e2e_admin"
    case reader = "e2e_reader"

    private var role: String {
        switch self {
        case .shop: "fiscal_writer"
        case .worker: "fiscal_worker"
        case .admin: "fiscal_admin"
        case .reader: "fiscal_reader"
        }
    }

    /// Makes the logins in a cluster whose roles exist; a rival test may do the same at the same time.
    static func make(in pool: PostgresPool) async throws {
        for login in allCases {
            try await pool.execute(
                Statement(
                    "test.login",
                    """
                    DO $$ BEGIN
                        CREATE ROLE \(login.rawValue) LOGIN IN ROLE \(login.role);
                    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
                    END $$
                    """))
        }
    }
}
