import ArgumentParser
import Relay

struct StockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stock", abstract: "Stock: what moved, what stores hold by it, and what portals say.",
        subcommands: [Levels.self, Movements.self, Faults.self, Reconcile.self, Resend.self, Release.self])

    struct Place: ParsableArguments {
        @Option(help: "Only this shop.") var shop: String?
        @Option(help: "Only this store.") var store: String?
        @Option(help: "Only this product.") var product: String?
        @Option(help: "At most so many.") var limit = 1000

        var filter: StockStore.Filter {
            var filter = StockStore.Filter()
            filter.shop = shop
            filter.store = store
            filter.product = product
            filter.limit = limit
            return filter
        }

        func validate() throws {
            guard limit > 0 else { throw ValidationError("--limit must be above zero.") }
        }
    }

    struct Levels: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What stores should hold, by the ledger.")

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var output: FormatOptions
        @OptionGroup var place: Place
        @Flag(help: "Only levels below zero.") var belowZero = false

        func run() async throws {
            let levels = try await options.withPool("fiscal-relay stock") { pool in
                try await StockStore(pool: pool).levels(place.filter, belowZero: belowZero)
            }
            try Listing.show(
                levels, as: output.format,
                columns: [
                    .init("shop") { $0.shop }, .init("store") { $0.store }, .init("product") { $0.product },
                    .init("quantity") { $0.quantity }, .init("waiting") { $0.waiting }, .init("held") { $0.held },
                    .init("moved") { $0.movedAt },
                ], empty: "No levels.")
        }
    }

    struct Movements: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The ledger, newest first.",
            discussion:
                "The last column says how a movement reaches the portal: left, held, waiting, refused, or its document."
        )

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var output: FormatOptions
        @OptionGroup var place: Place
        @Option(help: "Only this transaction, with what takes it back.") var transaction: String?
        @Flag(help: "Only movements that the portal refused.") var refused = false
        @Flag(help: "Only movements that are held after a restore.") var held = false

        func run() async throws {
            var filter = place.filter
            filter.transaction = transaction
            let wanted = filter
            let movements = try await options.withPool("fiscal-relay stock") { pool in
                try await StockStore(pool: pool).movements(wanted, refused: refused, held: held)
            }
            try Listing.show(
                movements, as: output.format,
                columns: [
                    .init("id") { "\($0.id)" }, .init("shop") { $0.shop }, .init("transaction") { $0.transaction },
                    .init("line") { $0.line }, .init("kind") { $0.kind }, .init("store") { $0.store },
                    .init("product") { $0.product }, .init("quantity") { $0.quantity },
                    .init("occurred") { $0.occurredAt }, .init("event") { $0.event.map(String.init) ?? "" },
                    .init("portal") { $0.portal },
                ], empty: "No movements.")
        }
    }

    struct Faults: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lines that did not move stock as their event says; status 1 while there are any.",
            discussion: "With --settle EVENT and --why a person says that the lines of an event are dealt with.")

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var output: FormatOptions
        @Option(help: "Only this shop.") var shop: String?
        @Option(help: "At most so many.") var limit = 1000
        @Option(help: "The event whose lines are dealt with.") var settle: Int64?
        @Option(help: "Why; it is recorded.") var why: String?

        func validate() throws {
            guard settle == nil || why?.allSatisfy(\.isWhitespace) == false else {
                throw ValidationError("--settle needs --why, which the next person reads.")
            }
        }

        func run() async throws {
            if let settle, let why {
                let count = try await options.withPool("fiscal-relay stock") { pool in
                    try await StockStore(pool: pool).settleFaults(event: settle, who: Person.name, why: why)
                }
                guard count > 0 else { throw CommandFailure("event \(settle) has no open faults") }
                print("\(count) settled")
                return
            }
            var filter = StockStore.Filter()
            filter.shop = shop
            filter.limit = limit
            let wanted = filter
            let faults = try await options.withPool("fiscal-relay stock") { pool in
                try await StockStore(pool: pool).faults(wanted)
            }
            try Listing.show(
                faults, as: output.format,
                columns: [
                    .init("event") { "\($0.event)" }, .init("shop") { $0.shop },
                    .init("transaction") { $0.transaction }, .init("line") { $0.line }, .init("code") { $0.code },
                    .init("what") { $0.message },
                ], empty: "No faults.")
            if !faults.isEmpty { throw ExitCode.failure }
        }
    }

    struct Resend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring movements that the portal refused there once more.")

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var act: OperatorOptions
        @Option(help: "The shop.") var shop: String

        func run() async throws {
            let count = try await options.withPool("fiscal-relay stock") { pool in
                try await StockStore(pool: pool).resend(shop: shop, who: act.who, why: act.why)
            }
            print("\(count) to be brought once more")
        }
    }
}
