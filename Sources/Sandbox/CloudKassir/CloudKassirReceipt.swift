/// A receipt that the stand-in for CloudKassir accepted, and its fate.
package struct CloudKassirReceipt: Sendable {
    /// Where the task stands, in the words of the wire.
    package enum Status: String, Hashable, Sendable {
        case wait, done, fail
    }

    /// What the fiscal drive made of the receipt.
    package struct Fiscal: Hashable, Sendable {
        /// Number of the fiscal drive, 16 digits.
        package let fn: String
        /// Number of the document on its drive.
        package let fd: String
        /// Fiscal sign, up to 10 digits.
        package let fpd: String
        /// Text of the QR code.
        package let qr: String
    }

    /// Why a receipt ended as `fail`.
    package struct Failure: Hashable, Sendable {
        /// Short code.
        package let code: String
        /// Words for a person.
        package let message: String
        /// Whether the same request sent again queues the receipt anew.
        package let isPassing: Bool
    }

    /// The account that sent it.
    package let account: String
    /// Number of the task at the service.
    package let id: String
    /// The sender's key.
    package let externalID: String
    /// `/receipts` or `/receipts/correction`.
    package let path: String
    /// The body as it was received; empty if the sandbox keeps no bodies.
    package let body: [UInt8]
    /// SHA-256 of the body, hexadecimal.
    package let digest: String
    /// SHA-256 of the body without `external_id`, `timestamp` and `url`: equal for the same goods sent under two keys.
    package let contentDigest: String
    /// `sell`, `sell_return`, …
    package let type: String
    /// Total in roubles with two decimals.
    package let total: String
    /// The buyer's e-mail, if given.
    package let email: String?
    /// The buyer's phone, if given.
    package let phone: String?
    /// Settlement date and time as sent.
    package let timestamp: CivilTime
    /// Callback address, if given.
    package let url: String?
    /// Microseconds since 1970 by the sandbox's clock.
    package let acceptedAt: Int64
    /// POSTs of this key so far, the first included.
    package internal(set) var timesSent = 1
    /// GETs so far.
    package internal(set) var timesPolled = 0
    /// Where the task stands.
    package internal(set) var status = Status.wait
    /// Present with `done`.
    package internal(set) var fiscal: Fiscal?
    /// Present with `fail`.
    package internal(set) var failure: Failure?
    /// GETs that will still be answered with `wait`.
    var pollsLeft: Int
    /// Earliest moment of fiscalisation, microseconds since 1970.
    var dueAt: Int64
    /// The error that the receipt will end with instead of being fiscalised.
    var plannedFailure: Failure?
}

extension CloudKassirReceipt {
    /// The answer to GET.
    var statusAnswer: JSONValue {
        var answer: JSONValue = [
            "id": .string(id), "external_id": .string(externalID), "status": .string(status.rawValue),
        ]
        if let fiscal {
            answer.set("fn", to: .string(fiscal.fn))
            answer.set("fd", to: .string(fiscal.fd))
            answer.set("fpd", to: .string(fiscal.fpd))
            answer.set("qr", to: .string(fiscal.qr))
        }
        if let failure {
            answer.set("error", to: ["code": .string(failure.code), "message": .string(failure.message)])
        }
        return answer
    }

    /// The receipt in the ledger, with what its callbacks were answered with; nil where nobody answered.
    func ledgerEntry(pushes: [Int?], withBody: Bool) -> JSONValue {
        var entry: JSONValue = [
            "account": .string(account), "external_id": .string(externalID), "id": .string(id), "path": .string(path),
            "type": .string(type), "total": .string(total), "email": .text(email), "phone": .text(phone),
            "digest": .string(digest), "times_sent": .int(timesSent), "times_polled": .int(timesPolled),
            "status": .string(status.rawValue), "fn": .text(fiscal?.fn), "fd": .text(fiscal?.fd),
            "fpd": .text(fiscal?.fpd), "qr": .text(fiscal?.qr), "error": .text(failure?.code),
            "pushes": .array(pushes.map { $0.map { .int($0) } ?? .null }),
        ]
        if withBody { entry.set("body", to: .string(String(decoding: body, as: UTF8.self))) }
        return entry
    }
}
