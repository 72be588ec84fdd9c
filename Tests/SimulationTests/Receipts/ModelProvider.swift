import FiscalProviders
import Relay

/// A cash register in the cloud: it takes bodies and prints them after a while, and answers as CloudKassir would.
struct ModelProvider {
    struct Document {
        let shop: String
        let key: String
        let digest: String
        /// From then on it is printed, or has failed.
        var doneAt: Int64
        /// The code of its failure; `nil`: it is printed.
        var failure: String?
    }

    private(set) var documents: [Document] = []
    /// Keys that came again with other bytes.
    private(set) var altered: [String] = []

    /// Takes a body at `now`; the document that stands for it. `deduplicates`: a known key is answered with its first
    /// task, and what failed in passing is printed after all.
    mutating func take(
        key: String, digest: String, shop: String, failure: String?, deduplicates: Bool, printingTakes: Int64,
        at now: Int64
    ) -> Int {
        if deduplicates, let index = documents.lastIndex(where: { $0.shop == shop && $0.key == key }) {
            if documents[index].digest != digest { altered.append(key) }
            if documents[index].failure == Self.passing, documents[index].doneAt <= now {
                documents[index].failure = nil
                documents[index].doneAt = now + printingTakes
            }
            return index
        }
        documents.append(
            Document(shop: shop, key: key, digest: digest, doneAt: now + printingTakes, failure: failure))
        return documents.count - 1
    }

    static let passing = "ofd_unavailable"
    static let final = "bad_receipt"

    /// The answer to a sending that became this document.
    func accepted(_ index: Int) -> ProviderReply {
        Self.reply(#"{"id":"\#(Self.number(index))","status":"wait"}"#)
    }

    /// The answer to a question for a document.
    func status(of number: String, at now: Int64) -> ProviderReply {
        guard let index = documents.indices.first(where: { Self.number($0) == number }) else {
            return .answered(ProviderResponse(status: 404))
        }
        guard documents[index].doneAt <= now else { return Self.reply(#"{"id":"\#(number)","status":"wait"}"#) }
        if let failure = documents[index].failure {
            return Self.reply(#"{"id":"\#(number)","status":"fail","error":{"code":"\#(failure)","message":"no"}}"#)
        }
        let signs = Self.signs(index)
        return Self.reply(
            #"{"id":"\#(number)","status":"done","fn":"\#(signs.fn)","fd":"\#(signs.fd)","fpd":"\#(signs.fpd)"}"#)
    }

    /// What a person sees who looks a key up: the task, and its signs once it is printed.
    func lookUp(_ key: String, at now: Int64) -> (number: String, signs: PrintedSigns?)? {
        // Of several tasks the one that has not failed, as somebody sees who reads their states.
        let living = documents.lastIndex { $0.key == key && ($0.failure == nil || $0.doneAt > now) }
        guard let index = living ?? documents.lastIndex(where: { $0.key == key }) else { return nil }
        let isPrinted = documents[index].doneAt <= now && documents[index].failure == nil
        return (Self.number(index), isPrinted ? Self.signs(index) : nil)
    }

    private static func number(_ index: Int) -> String { "task-\(index + 1)" }

    private static func signs(_ index: Int) -> PrintedSigns {
        PrintedSigns(fn: "9960440300000001", fd: "\(index + 1)", fpd: "\(1_000_000 + index)")
    }

    private static func reply(_ text: String) -> ProviderReply {
        .answered(ProviderResponse(status: 200, body: Array(text.utf8)))
    }

    /// The ledger: every body that was taken is a document, printed or about to be, unless it failed.
    var ledger: ProviderLedger {
        ProviderLedger(
            documents.enumerated().map { index, document in
                ProviderLedger.Document(
                    account: document.shop, externalID: document.key, digest: document.digest,
                    signs: document.failure == nil ? Self.signs(index) : nil, position: index)
            }, altered: altered)
    }
}
