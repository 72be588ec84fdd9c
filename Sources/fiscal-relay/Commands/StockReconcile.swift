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
                knows come in.
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
            let configuration = try options.load()
            let transport = HTTPTransport()
            let pool = try configuration.makePool("fiscal-relay stock", size: 2)
            let directory = ShopDirectory(configuration: configuration, transport: transport, pool: pool)
            let shops = directory.shops.values.filter { $0.portal != nil && (shop == nil || $0.name == shop) }
                .sorted { $0.name < $1.name }
            guard !shops.isEmpty else {
                await transport.shutdown()
                await pool.close()
                throw CommandFailure(
                    shop.map { "shop \($0) is not configured, or has no portal" } ?? "no shop has a portal")
            }
            let result: Result<[StockReconciliation.Difference], any Error>
            do {
                result = .success(try await differences(shops, StockStore(pool: pool)))
            } catch {
                result = .failure(error)
            }
            await transport.shutdown()
            await pool.close()
            let found = try result.get()
            try Listing.show(
                found, as: output.format,
                columns: [
                    .init("shop") { $0.shop }, .init("store") { $0.store }, .init("product") { $0.product },
                    .init("ledger") { $0.ledger }, .init("waiting") { $0.waiting }, .init("portal") { $0.portal },
                    .init("difference") { $0.difference },
                ], empty: "Ledger and portal agree.")
            if !found.isEmpty, !adopt { throw ExitCode.failure }
        }

        /// Shops that share a portal share its stock.
        private func differences(
            _ shops: [Shop], _ stock: StockStore
        ) async throws -> [StockReconciliation.Difference] {
            let portals = Dictionary(grouping: shops) { $0.portal?.destination ?? "" }.values
                .map { $0.sorted { $0.name < $1.name } }.sorted { $0[0].name < $1[0].name }
            var progress = ProgressReporter("reconcile", total: portals.count)
            var found: [StockReconciliation.Difference] = []
            for (index, group) in portals.enumerated() {
                found += try await differences(of: group, stock)
                progress.show(index + 1)
            }
            progress.finish()
            return found
        }

        private func differences(
            of shops: [Shop], _ stock: StockStore
        ) async throws -> [StockReconciliation.Difference] {
            guard let first = shops.first, let portal = first.portal else { return [] }
            let amounts: [StoreAmount]
            do {
                amounts = try await portal.client.storeAmounts(store: store)
            } catch {
                throw CommandFailure("the portal of shop \(first.name) did not answer: \(error)")
            }
            // Read after the portal: what is brought there meanwhile still waits by this look.
            var levels: [StockLevel] = []
            for shop in shops {
                var filter = StockStore.Filter()
                filter.shop = shop.name
                filter.store = store.map(String.init)
                filter.limit = .max
                levels += try await stock.levels(filter)
            }
            let differences = StockReconciliation.differences(
                shop: shops.map(\.name).joined(separator: "+"), levels: levels, amounts: amounts)
            if adopt, let why, !differences.isEmpty {
                let own = levels.filter { $0.shop == first.name }
                _ = try await stock.count(
                    shop: first.name,
                    differences.map { difference in
                        let level = own.first { $0.store == difference.store && $0.product == difference.product }
                        return (difference.store, difference.product, difference.agreed(from: level))
                    }, who: Person.name, why: why)
            }
            return differences
        }
    }
}
