import Fiscal
import FiscalProviders
import Foundation
import HTTPTransport
import TestSupport
import Testing

@testable import Sandbox

/// Every kind of receipt that the fiscal core builds, as CloudKassir gets it, judged by a reader of the wire that shares
/// no code with the writer: the sandbox's.
@Suite struct CloudKassirKindsTests {
    /// A worked example of the fiscal core, as the shared file holds it.
    private struct Example {
        let id: String
        let method: String
        let date: String
        let ffd: FFDVersion
        let receipts: [ReceiptBody]
    }

    private static func examples() throws -> [Example] {
        let path = RepositoryRoot.path + "/Tests/FiscalTests/Data/receipt-vectors.json"
        let file = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path)))
        let vectors = try #require((file as? [String: Any])?["vectors"] as? [[String: Any]])
        return try vectors.compactMap { vector in
            let input = try #require(vector["input"] as? [String: Any])
            let expected = try #require(vector["expected"] as? [String: Any])
            guard let receipts = expected["receipts"] as? [[String: Any]] else { return nil }
            let bodies = try receipts.map { receipt in
                // Agents stand in the file in words of their own; the encoding tests have them.
                var receipt = receipt
                receipt["items"] = (receipt["items"] as? [[String: Any]])?.map { $0.filter { $0.key != "agent" } }
                return try JSONDecoder().decode(
                    ReceiptBody.self, from: JSONSerialization.data(withJSONObject: receipt))
            }
            return Example(
                id: vector["id"] as? String ?? "", method: input["method"] as? String ?? vector["op"] as? String ?? "",
                date: input["date"] as? String ?? "2026-03-20",
                ffd: (input["ffd"] as? String).flatMap(FFDVersion.init(rawValue:)) ?? .v105, receipts: bodies)
        }
    }

    private static let provider = CloudKassirProvider(.sample) { _ throws(TransferError) in
        throw TransferError(.connect, reach: .notSent)
    }

    private func document(_ body: ReceiptBody, _ example: Example) throws -> ReceiptDocument {
        var document = try Samples.document(body, ffd: example.ffd)
        document.settledAt = try Samples.known(CivilDateTime("\(example.date)T12:40:00"))
        return document
    }

    private func check(_ document: ReceiptDocument) throws -> ReceiptValidator.Accepted {
        let bytes = try Self.provider.encode(document, externalID: "k-1", callbackURL: "https://shop.example/cb/1")
        return try ReceiptValidator.check(
            JSONParser.parse(bytes), isCorrection: document.body.type.isCorrection)
    }

    @Test func everyExampleOfTheFiscalCoreIsAccepted() throws {
        var methods: Set<String> = []
        var types: Set<ReceiptType> = []
        var means: Set<PaymentMeans> = []
        for example in try Self.examples() {
            for body in example.receipts where CloudKassirVocabulary().taxSystems[body.sno] != nil {
                methods.insert(example.method)
                types.insert(body.type)
                means.formUnion(body.payments.entries.map(\.means))
                do {
                    let accepted = try check(document(body, example))
                    #expect(accepted.type == body.type.rawValue, "\(example.id)")
                    #expect(accepted.total.moneyText == body.total.description, "\(example.id)")
                } catch let faults as ReceiptFaults {
                    Issue.record("\(example.id): \(faults.answer.encodedText)")
                }
            }
        }
        #expect(
            methods.isSuperset(of: [
                "full_payment", "full_prepayment", "prepayment", "advance", "close", "credit_payment", "return",
                "exchange", "correct",
            ]), "\(methods)")
        #expect(types == [.sell, .sellReturn, .sellCorrection, .sellReturnCorrection])
        #expect(means.isSuperset(of: [.electronic, .prepaid, .credit, .other]), "\(means)")
    }

    @Test func aTaxSystemThatItDoesNotListIsAFaultBeforeAnythingIsSent() throws {
        let document = try Samples.document(Samples.body(sno: .patent))
        #expect {
            try Self.provider.encode(document, externalID: "k-1", callbackURL: nil)
        } throws: { error in
            (error as? FiscalFaults)?.all.map { "\($0.field)" } == ["sno"]
        }
    }
}

extension JSONValue {
    fileprivate var encodedText: String { String(decoding: encoded(), as: UTF8.self) }
}
