import Fiscal
import FiscalProviders
import HTTPTransport

extension FiscalBenchmarks.Stage {
    /// The request of a provider: what a worker does for a receipt between reading the event and writing the intent.
    static func encoded(by name: String) throws -> FiscalBenchmarks.Stage {
        let company = try Company(
            inn: "7707083893", sno: TaxSystem.osn.rawValue, email: "shop@example.ru",
            paymentAddress: "https://shop.example.ru", ffd: FFDVersion.v12.rawValue)
        let site = InternetSettlement(siteAddress: company.paymentAddress)
        let buyer = Buyer(contact: try BuyerContact(email: "ivanov@example.ru", phone: nil))
        guard let settledAt = CivilDateTime("2026-03-05T12:40:00") else { throw DecimalError.malformed }
        let settings = CloudKassirSettings(baseURL: "https://api.example.ru/v1", login: "shop") { "" }
        let provider = CloudKassirProvider(settings) { _ throws(TransferError) in
            preconditionFailure("a benchmark sends nothing")
        }
        return FiscalBenchmarks.Stage(name: name) { body in
            let document = ReceiptDocument(
                body: body, buyer: buyer, company: company, settledAt: settledAt, utcOffset: 3 * 3600, internet: site,
                reference: OrderReference(orderID: "1001", orderNumber: "1001/A", paymentID: "5"))
            return try provider.encode(
                document, externalID: "main-1001-5-1-1", callbackURL: "https://relay.example.ru/cb/main"
            ).count
        }
    }
}
