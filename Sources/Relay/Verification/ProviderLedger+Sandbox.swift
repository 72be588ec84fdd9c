import Bitrix
import FoundationEssentials
package import HTTPTransport

extension ProviderLedger {
    /// Why the sandbox's ledger could not be had.
    package struct Unreadable: Error, CustomStringConvertible {
        package let description: String
    }

    /// Reads the ledger of a running sandbox, without bodies.
    ///
    /// - Parameters:
    ///   - url: Of the sandbox's root, such as `http://127.0.0.1:8090`.
    ///   - transport: Carries the request out.
    /// - Returns: What all accounts and portals of the sandbox hold.
    /// - Throws: ``Unreadable``.
    package static func ofSandbox(
        at url: String, over transport: HTTPTransport
    ) async throws(Unreadable) -> ProviderLedger {
        var base = url[...]
        while base.last == "/" { base.removeLast() }
        let response: HTTPResponse
        do throws(TransferError) {
            response = try await transport.perform(
                HTTPRequest(
                    url: "\(base)/_sandbox/ledger?bodies=0", timeout: .seconds(300), maximumResponseBytes: 1 << 30))
        } catch {
            throw Unreadable(description: "the sandbox at \(base) does not answer: \(error)")
        }
        guard response.status == 200 else {
            throw Unreadable(description: "\(base)/_sandbox/ledger answered with status \(response.status)")
        }
        return try ProviderLedger(sandboxJSON: response.body)
    }

    /// The ledger in the words of the sandbox's `GET /_sandbox/ledger`.
    ///
    /// - Throws: ``Unreadable``.
    package init(sandboxJSON json: [UInt8]) throws(Unreadable) {
        let entry: SandboxLedger
        do {
            entry = try JSONDecoder().decode(SandboxLedger.self, from: Data(json))
        } catch {
            throw Unreadable(description: "this is no ledger of a sandbox: \(error)")
        }
        let documents = (entry.cloudkassir?.receipts ?? []).enumerated().map { position, receipt in
            var signs: PrintedSigns?
            if receipt.status == "done", let fn = receipt.fn, let fd = receipt.fd, let fpd = receipt.fpd {
                signs = PrintedSigns(fn: fn, fd: fd, fpd: fpd)
            }
            return Document(
                account: receipt.account, externalID: receipt.externalID, digest: receipt.digest, signs: signs,
                position: position)
        }
        var wrong: [WrongOrder] = []
        for (portal, contents) in (entry.bitrix ?? [:]).sorted(by: { $0.key < $1.key }) {
            // An order without values may have no receipt, or be about to get one.
            for order in contents.orders where order.writeBack != "right" && order.writeBack != "missing" {
                wrong.append(WrongOrder(portal: portal, order: order.id, finding: order.writeBack))
            }
        }
        self.init(
            documents, altered: (entry.cloudkassir?.violations ?? []).map { $0.externalID ?? "?" }, wrongOrders: wrong,
            stockDocuments: (entry.bitrix ?? [:]).sorted { $0.key < $1.key }.flatMap { portal, contents in
                (contents.documents ?? []).compactMap { $0.conducted(in: portal) }
            })
    }
}

/// What is read of the sandbox's answer.
private struct SandboxLedger: Decodable {
    struct CloudKassir: Decodable {
        let receipts: [Receipt]
        let violations: [Note]
    }

    struct Receipt: Decodable {
        let account: String
        let externalID: String
        let digest: String
        let status: String
        let fn: String?
        let fd: String?
        let fpd: String?

        enum CodingKeys: String, CodingKey {
            case account, digest, status, fn, fd, fpd
            case externalID = "external_id"
        }
    }

    struct Note: Decodable {
        let externalID: String?

        enum CodingKeys: String, CodingKey {
            case externalID = "external_id"
        }
    }

    struct Portal: Decodable {
        let orders: [Order]
        let documents: [StockDocument]?
    }

    struct StockDocument: Decodable {
        let docNumber: String
        let docType: String
        let status: String
        let elements: [Element]

        /// nil: none of ours, or one that has moved nothing.
        func conducted(in portal: String) -> PortalDocument? {
            guard docNumber.hasPrefix("FR-"), status == "Y" else { return nil }
            let sign: Int64 = docType == "D" ? -1 : 1
            return PortalDocument(
                portal: portal, number: docNumber,
                lines: elements.map { element in
                    CarriedStock(
                        store: (docType == "D" ? element.storeFrom : element.storeTo).map { "\($0)" } ?? "?",
                        product: "\(element.elementId)",
                        millionths: sign * (element.amount.flatMap { CatalogueAmount("\($0)") } ?? .zero).millionths)
                })
        }
    }

    struct Element: Decodable {
        let elementId: Int64
        let amount: Decimal?
        let storeFrom: Int64?
        let storeTo: Int64?
    }

    struct Order: Decodable {
        let id: Int
        let writeBack: String

        enum CodingKeys: String, CodingKey {
            case id
            case writeBack = "write_back"
        }
    }

    let cloudkassir: CloudKassir?
    let bitrix: [String: Portal]?
}
