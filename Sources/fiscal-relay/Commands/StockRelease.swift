import ArgumentParser
import Relay

extension StockCommand {
    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say of movements that are held after a restore whether the portal has them.",
            discussion: """
                Which they are: stock movements --held. --as-portal decides place by place: if the portal lacks just \
                what they say they were brought, if it lacks nothing they were not and are brought now, else they stay \
                held and the status is 1. That is right where ledger and portal agreed before the restore and nobody \
                moved these goods in the portal since. --brought and --bring say it for all of --store and --product.
                """)

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var output: FormatOptions
        @OptionGroup var act: OperatorOptions
        @Option(help: "The shop.") var shop: String
        @Option(help: "Only this store.") var store: String?
        @Option(help: "Only this product.") var product: String?
        @Flag(help: "Decide by what the portal holds.") var asPortal = false
        @Flag(help: "The portal has them.") var brought = false
        @Flag(help: "The portal does not have them: bring them.") var bring = false

        func validate() throws {
            guard [asPortal, brought, bring].count(where: { $0 }) == 1 else {
                throw ValidationError("Give one of --as-portal, --brought, --bring.")
            }
        }

        private struct Answer: Encodable {
            var brought: Int64 = 0
            var toBring: Int64 = 0
            var unclear: [Place] = []

            struct Place: Encodable {
                let store: String
                let product: String

                enum CodingKeys: String, CodingKey {
                    case store = "store_id"
                    case product = "product_id"
                }
            }

            enum CodingKeys: String, CodingKey {
                case brought, unclear
                case toBring = "to_bring"
            }
        }

        func run() async throws {
            let answer: Answer
            if asPortal {
                answer = try await options.withPortals(of: shop) { groups, pool in
                    let stock = try await PortalStock.reading(groups[0], store: nil, pool)
                    let store = StockStore(pool: pool)
                    let findings = StockReconciliation.held(
                        at: try await held(store), levels: stock.levels, amounts: stock.amounts)
                    return try await release(findings, store)
                }
            } else {
                answer = try await options.withPool("fiscal-relay stock") { pool in
                    let store = StockStore(pool: pool)
                    let finding: StockReconciliation.Finding = brought ? .brought : .absent
                    let places = try await held(store).map { ($0, finding) }
                    return try await release(Dictionary(places, uniquingKeysWith: { first, _ in first }), store)
                }
            }
            try show(answer)
            if !answer.unclear.isEmpty { throw ExitCode.failure }
        }

        private func held(_ store: StockStore) async throws -> [StockReconciliation.Place] {
            try await store.heldPlaces(shop: shop).filter { place in
                (self.store ?? place.store) == place.store && (product ?? place.product) == place.product
            }
        }

        private func release(
            _ findings: [StockReconciliation.Place: StockReconciliation.Finding], _ store: StockStore
        ) async throws -> Answer {
            func places(_ finding: StockReconciliation.Finding) -> [StockReconciliation.Place] {
                findings.filter { $0.value == finding }.keys.sorted()
            }
            var answer = Answer()
            answer.brought = try await store.release(
                shop: shop, places(.brought), brought: true, who: act.who, why: act.why)
            answer.toBring = try await store.release(
                shop: shop, places(.absent), brought: false, who: act.who, why: act.why)
            answer.unclear = places(.unclear).map { .init(store: $0.store, product: $0.product) }
            return answer
        }

        private func show(_ answer: Answer) throws {
            guard output.format == .table else { return try Listing.json(answer) }
            for place in answer.unclear {
                print("store \(place.store), product \(place.product): cannot be told by the portal's quantity")
            }
            print("\(answer.brought) are in the portal, \(answer.toBring) to be brought")
        }
    }
}
