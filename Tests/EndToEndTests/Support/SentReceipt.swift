import FoundationEssentials
import Sandbox

/// What a cash register received, read by nothing of ours.
struct SentReceipt: Decodable {
    struct Body: Decodable {
        struct Client: Decodable {
            let email: String?
            let phone: String?
            let inn: String?
        }
        struct Company: Decodable {
            let sno: String
        }
        struct Item: Decodable {
            let name: String
            let price: Decimal
            let quantity: Decimal
            let sum: Decimal
            let paymentMethod: String
            let paymentObject: String
            let vat: String
            enum CodingKeys: String, CodingKey {
                case name, price, quantity, sum, vat
                case paymentMethod = "payment_method"
                case paymentObject = "payment_object"
            }
        }
        struct Payment: Decodable {
            let type: Int
            let sum: Decimal
        }
        let client: Client?
        let company: Company
        let items: [Item]?
        let payments: [Payment]
        let total: Decimal
        let props: String?
        enum CodingKeys: String, CodingKey {
            case client, company, items, payments, total
            case props = "additional_check_props"
        }
    }
    struct Correction: Decodable {
        let type: String
        let baseDate: String
        enum CodingKeys: String, CodingKey {
            case type
            case baseDate = "base_date"
        }
    }

    let externalID: String
    let type: String
    let correction: Correction?
    let receipt: Body
    /// Where it was sent, and whose it is.
    private(set) var path = ""
    private(set) var account = ""
    /// The order in which it came, among all.
    private(set) var acceptedAt: Int64 = 0

    enum CodingKeys: String, CodingKey {
        case type, correction, receipt
        case externalID = "external_id"
    }

    init(_ entry: CloudKassirReceipt) throws {
        self = try JSONDecoder().decode(SentReceipt.self, from: Data(entry.body))
        path = entry.path
        account = entry.account
        acceptedAt = entry.acceptedAt
    }

    /// One line of text each for the whole, the payments and the items: what a test compares at a glance.
    var summary: String {
        let payments = receipt.payments.map { "\($0.type): \($0.sum)" }.joined(separator: ", ")
        let items = (receipt.items ?? []).map {
            "\($0.name) \($0.price) × \($0.quantity) = \($0.sum) \($0.vat) \($0.paymentMethod)"
        }
        return (["\(type) \(receipt.company.sno) \(receipt.total) [\(payments)]"] + items).joined(separator: "\n")
    }
}
