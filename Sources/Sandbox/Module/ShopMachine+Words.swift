extension ShopMachine {
    /// What can be killed, with SIGKILL, and comes again.
    package enum Part: String, Sendable {
        /// The web server that answers for the portal.
        case web
        /// What cron runs: the module's relay, or its sweep.
        case relay
        /// The shop's own MariaDB.
        case database
    }

    /// What the shop's own tables say.
    package struct Shown: Decodable, Sendable {
        /// Fiscal properties by order and code; empty ones are left out.
        package let orders: [String: [String: String]]
        /// Events that the relay has not handed over.
        package let waiting: Int
    }

    private struct Deaths: Decodable {
        let deaths: Int
    }

    private struct Resent: Decodable {
        let rows: Int
    }

    private struct Done: Decodable {}

    private struct Order: Encodable {
        let id: Int
        let number: String
        let price: String
    }

    /// Lets the orders and the till of a day happen; nothing of it has left the shop yet.
    ///
    /// - Parameter dying: the shop's own MariaDB is killed while the till speaks, and is back only after a sale was
    ///   refused.
    /// - Returns: What happened, by the shop's own account.
    /// - Throws: ``Fault``.
    package func liveThroughADay(dying: Bool = false) async throws -> ShopDay {
        let orders: ShopDay = try await ask("orders")
        return orders.with(try await ask("till", with: dying ? ["dying": "yes"] : [:]))
    }

    /// Puts orders into the shop of which it has nothing to tell.
    package func add(_ orders: [OrderSeed]) async throws {
        let rows = orders.compactMap { order in
            order.id.map { Order(id: $0, number: order.accountNumber ?? "\($0)", price: order.price) }
        }
        let _: Done = try await ask("add", with: ["orders": rows])
    }

    /// Runs the relay until it gets through, killing it at each of its writes in turn; returns how often it died.
    package func relayThroughDeaths() async throws -> Int {
        let told: Deaths = try await ask("deaths")
        return told.deaths
    }

    /// Lets relay and sweep run from now on, again and again.
    package func startCron() async throws {
        let _: Done = try await ask("cron")
    }

    /// Has everything handed over once more, as after a restore of the relay's database; returns how many events.
    package func resend() async throws -> Int {
        let told: Resent = try await ask("resend")
        return told.rows
    }

    package func kill(_ part: Part) async throws {
        let _: Done = try await ask("kill", with: ["what": part.rawValue])
    }

    package func shown() async throws -> Shown { try await ask("shown") }
}
