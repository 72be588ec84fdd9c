import Fiscal
import FiscalProviders
import HTTPTransport
import Postgres
import Testing

@testable import Relay

/// The steps of one shop and a receipt of it, for decisions that are asked without database and provider.
struct ReceiptScene {
    static let moment = Timestamp(microsecondsSince1970: 1_760_000_000_000_000)

    let steps: ReceiptSteps
    let shop: Shop
    private let intent: ReceiptEffects.Intent

    /// `doubt`: how the shop's doubts are settled.
    init(doubt: String = "resend") throws {
        let yaml = """
            shops:
              main:
                company: { inn: "7712345671", sno: osn, email: shop@example.ru, payment_address: "https://shop.example.ru", ffd: "1.05" }
                provider: { kind: cloudkassir, base_url: "http://127.0.0.1:1/v1", login: x, password: x, doubt: \(doubt) }
            """
        let directory = ShopDirectory(
            configuration: try RelayConfiguration(yaml: yaml, environment: [:]), transport: HTTPTransport())
        steps = ReceiptSteps(
            directory: directory, pool: PostgresPool(try PostgresConfiguration(url: "postgresql://127.0.0.1:1/none")),
            language: .english)
        shop = try #require(directory.shops["main"])
        let payload = Payload.paid(sum: "100.00", "full_payment", [Payload.line("1", "100.00")])
        guard case .receipts(let all) = try Books(shop.settings).plan(paid: payload) else { throw TestShop.Missing() }
        intent = ReceiptEffects.Intent(
            eventID: 1, part: 1, edition: 1, shop: "main", planned: try #require(all.first), provider: "cloudkassir",
            destination: try #require(shop.register).destination,
            externalID: ExternalID(shop: "main", eventKey: "k", part: 1, edition: 1), request: [], digest: [],
            state: .planned)
    }

    /// The receipt of a sale in this state.
    func receipt(_ state: ReceiptState, providerID: String? = nil) -> StoredReceipt {
        StoredReceipt(
            intent, id: 7, state: state, providerID: providerID, signs: nil, createdAt: Self.moment)
    }
}
