import ArgumentParser
import Bitrix
import FoundationEssentials
import HTTPTransport
import Postgres
import Relay

/// Who sits at the keyboard, for the books.
enum Person {
    static var name: String {
        ProcessInfo.processInfo.environment["SUDO_USER"] ?? ProcessInfo.processInfo.userName
    }
}

extension StockCommand {
    struct Reconcile: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare the ledger with catalog.storeproduct of the portals; status 1 if they differ.",
            discussion: """
                What waits to be brought to the portal counts as known. With --adopt the ledger takes the portal's \
                quantities over, by movements of kind count: so a shop begins, and so arrivals that only the portal \
                knows come in. Shops that share a portal are compared together.
                """)

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var output: FormatOptions
        @Option(help: "Only this shop; default all that have a portal.") var shop: String?
        @Option(help: "Only this store.") var store: Int64?
        @Flag(help: "Take the portal's quantities over.") var adopt = false
        @Option(help: "Why; it is recorded with --adopt.") var why: String?

        func validate() throws {
            guard !adopt || why?.allSatisfy(\.isWhitespace) == false else {
                throw ValidationError("--adopt needs --why, which the next person reads.")
            }
        }

        func run() async throws {
            let found = try await options.withPortals(of: shop) { groups, pool in
                try await differences(groups, pool)
            }
            try Listing.show(
                found, as: output.format,
                columns: [
                    .init("shop") { $0.shop }, .init("store") { $0.store }, .init("product") { $0.product },
                    .init("ledger") { $0.ledger }, .init("waiting") { $0.waiting }, .init("held") { $0.held },
                    .init("portal") { $0.portal }, .init("difference") { $0.difference },
                ], empty: "Ledger and portal agree.")
            if !found.isEmpty, !adopt { throw ExitCode.failure }
        }

        private func differences(
            _ groups: [[Shop]], _ pool: PostgresPool
        ) async throws -> [StockReconciliation.Difference] {
            var progress = ProgressReporter("reconcile", total: groups.count)
            var found: [StockReconciliation.Difference] = []
            for (index, group) in groups.enumerated() {
                let stock = try await PortalStock.reading(group, store: store, pool)
                let differences = stock.differences
                if adopt, let why, !differences.isEmpty { try await take(differences, over: stock, pool, why: why) }
                if differences.isEmpty, store == nil { await clearAlarms(of: group, pool) }
                found += differences
                progress.show(index + 1)
            }
            progress.finish()
            return found
        }

        /// What was open for as long as they differed. A login that may only look leaves it to the schedule.
        private func clearAlarms(of shops: [Shop], _ pool: PostgresPool) async {
            for alarm in shops.flatMap({ StockReconcileStep.agreed($0.name) }) {
                _ = try? await pool.execute(
                    Statement("stock.clearAlarm", "SELECT fiscal.clear_alarm($1)"), [.text(alarm)])
            }
        }

        /// The first shop of the portal takes the difference.
        private func take(
            _ differences: [StockReconciliation.Difference], over stock: PortalStock, _ pool: PostgresPool, why: String
        ) async throws {
            let first = stock.shops[0].name
            let own = Dictionary(
                stock.levels.filter { $0.shop == first }.map {
                    (StockReconciliation.Place(store: $0.store, product: $0.product), $0)
                }, uniquingKeysWith: { first, _ in first })
            _ = try await StockStore(pool: pool).count(
                shop: first,
                differences.map { ($0.store, $0.product, $0.agreed(from: own[$0.place])) }, who: Person.name, why: why)
        }
    }
}

extension PortalStock {
    /// As `read`, with a sentence for the person who ordered it.
    static func reading(_ shops: [Shop], store: Int64?, _ pool: PostgresPool) async throws -> PortalStock {
        do {
            return try await read(shops, store: store, pool)
        } catch let fault as BitrixFault {
            throw CommandFailure("the portal of shop \(shops[0].name) did not answer: \(fault)")
        }
    }
}

extension ConfigurationOptions {
    /// Opens pool and portals for `body`.
    ///
    /// - Parameters:
    ///   - shop: Only the portal of this shop, with all shops that share it; nil: every portal.
    ///   - body: Gets the shops by portal.
    /// - Returns: What `body` returns.
    /// - Throws: ``CommandFailure`` if there is none, and what `body` throws.
    func withPortals<Value: Sendable>(
        of shop: String?, _ body: ([[Shop]], PostgresPool) async throws -> Value
    ) async throws -> Value {
        let configuration = try load()
        let transport = HTTPTransport()
        let pool = try configuration.makePool("fiscal-relay stock", size: 2)
        let directory = ShopDirectory(configuration: configuration, transport: transport, pool: pool)
        let groups = PortalStock.groups(of: directory).filter { group in
            shop == nil || group.contains { $0.name == shop }
        }
        let result: Result<Value, any Error>
        do {
            guard !groups.isEmpty else {
                throw CommandFailure(
                    shop.map { "shop \($0) is not configured, or has no portal" } ?? "no shop has a portal")
            }
            result = .success(try await body(groups, pool))
        } catch {
            result = .failure(error)
        }
        await transport.shutdown()
        await pool.close()
        return try result.get()
    }
}
