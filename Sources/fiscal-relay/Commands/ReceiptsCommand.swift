import ArgumentParser
import Fiscal
import FoundationEssentials
import Postgres
import Relay

struct ReceiptsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipts", abstract: "Receipts: what was promised to providers, and what became of it.",
        subcommands: [List.self, Show.self, QR.self, ReceiptsReconcile.self])

    /// A receipt as it is listed; nothing of the buyer is in it.
    struct Row: Encodable {
        let id: Int64
        let eventID: Int64
        let part: Int
        let edition: Int
        let shop: String
        let order: String?
        let settlement: String
        let type: String
        let total: String
        let provider: String
        let externalID: String
        let state: String
        let providerID: String?
        let fn: String?
        let fd: String?
        let fpd: String?
        let refusal: String?

        enum CodingKeys: String, CodingKey {
            case id, part, edition, shop, order, settlement, type, total, provider, state, fn, fd, fpd, refusal
            case eventID = "event_id"
            case externalID = "external_id"
            case providerID = "provider_id"
        }

        init(_ receipt: StoredReceipt) {
            id = receipt.id
            eventID = receipt.eventID
            part = receipt.part
            edition = receipt.edition
            shop = receipt.shop
            order = receipt.orderID
            settlement = receipt.settlementKey
            type = receipt.type.rawValue
            total = receipt.total.description
            provider = receipt.provider
            externalID = receipt.externalID
            state = receipt.state.rawValue
            providerID = receipt.providerID
            fn = receipt.fn
            fd = receipt.fd
            fpd = receipt.fpd
            refusal = receipt.refusal
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List receipts, newest first.")

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var output: FormatOptions
        @Option(help: "Only this shop.") var shop: String?
        @Option(help: "Only this state: \(ReceiptState.allCases.map(\.rawValue).joined(separator: ", ")).")
        var state: String?
        @Option(help: "Only this order.") var order: String?
        @Option(help: "At most so many.") var limit = 100

        func validate() throws {
            if let state, ReceiptState(rawValue: state) == nil {
                throw ValidationError(
                    "--state “\(state)” is not known; allowed: "
                        + ReceiptState.allCases.map(\.rawValue).joined(separator: ", ") + ".")
            }
        }

        func run() async throws {
            var filter = ReceiptStore.Filter()
            filter.shop = shop
            filter.state = state.flatMap(ReceiptState.init(rawValue:))
            filter.order = order
            filter.limit = limit
            let receipts = try await options.withPool("fiscal-relay receipts") { pool in
                try await ReceiptStore(pool: pool).list(filter)
            }
            try Listing.show(
                receipts.map(Row.init), as: output.format,
                columns: [
                    .init("id") { "\($0.id)" }, .init("event") { "\($0.eventID)" }, .init("shop") { $0.shop },
                    .init("order") { $0.order ?? "" }, .init("type") { $0.type }, .init("total") { $0.total },
                    .init("state") { $0.state }, .init("fn") { $0.fn ?? "" }, .init("fd") { $0.fd ?? "" },
                    .init("fpd") { $0.fpd ?? "" }, .init("key") { $0.externalID },
                    .init("refusal") { $0.refusal ?? "" },
                ], empty: "No receipts.")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a receipt as it is printed, or all of it as JSON.")

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var output: FormatOptions
        @Argument(help: "The receipt's id.") var id: Int64

        private struct Whole: Encodable {
            let receipt: Row
            let document: ReceiptDocument
        }

        func run() async throws {
            let receipt = try await options.receipt(id)
            switch output.format {
            case .json: try Listing.json(Whole(receipt: Row(receipt), document: receipt.document))
            case .table: print(receipt.printed(width: 48))
            }
        }
    }

    struct QR: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the text of a receipt's QR code.")

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The receipt's id.") var id: Int64

        func run() async throws {
            let receipt = try await options.receipt(id)
            guard let text = receipt.qr else {
                throw CommandFailure("receipt \(id) is \(receipt.state.rawValue) and has no QR code")
            }
            print(text)
        }
    }
}

extension ConfigurationOptions {
    fileprivate func receipt(_ id: Int64) async throws -> StoredReceipt {
        let receipt = try await withPool("fiscal-relay receipts") { pool in
            try await ReceiptStore(pool: pool).receipt(id: id)
        }
        guard let receipt else { throw CommandFailure("there is no receipt \(id)") }
        return receipt
    }
}
