import Fiscal

/// Writes the request bodies of CloudKassir.
///
/// `POST /receipts` takes the fields of the vendor's description, in its order. What that has no field for is written in
/// the shapes below, and only where the receipt holds it, so that an ordinary receipt is exactly the described one:
///
/// | field | content |
/// | --- | --- |
/// | `correction` | `POST /receipts/correction` only: `{"type": "self"｜"instruction", "base_date": "dd.mm.yyyy", "base_number"}` (R74); `type` is then `sell_correction` or `sell_return_correction` |
/// | `receipt.client.name`, `.inn` | buyer's company (R51) |
/// | `receipt.items[].measure` | tag 2108, under FFD 1.1 and 1.2 |
/// | `receipt.items[].mark_code` | marking code as scanned, GS as `\u001d` (R54) |
/// | `receipt.items[].agent_info`, `.supplier_info` | role of the shop and its principal (R58) |
/// | `receipt.vats` | `[{"type", "sum"}]`, only in a correction without items (R75) |
/// | `receipt.additional_check_props` | tag 1192 (R71 to R73) |
/// | `receipt.operation` | tag 1270: `{"id", "data", "timestamp"}` |
/// | `receipt.timezone`, `receipt.internet` | tags 1011 and 1125, if the account is set to send them |
struct CloudKassirEncoder {
    /// Longest `name`, in characters.
    static let nameLimit = 128

    let vocabulary: CloudKassirVocabulary
    let sendsSettlementPlace: Bool

    /// - Throws: ``FiscalFaults`` with every value that has no word, see ``CloudKassirVocabulary``.
    func encode(_ document: ReceiptDocument, externalID: String, callbackURL: String?) throws(FiscalFaults) -> [UInt8] {
        let body = document.body
        let words = try ReceiptWords(document, vocabulary)
        var json = JSONByteWriter(reservingCapacity: 768 + body.items.count * 320)
        json.object { json in
            json.member("external_id", externalID)
            json.member("timestamp", document.settledAt.russianText)
            json.member("type", words.type)
            if let callbackURL { json.member("url", callbackURL) }
            if let correction = body.correction { json.append(correction) }
            json.key("receipt")
            json.object { json in
                json.append(document.buyer)
                json.append(document.company, taxSystem: words.taxSystem)
                json.key("items")
                json.array { json in
                    for (item, words) in zip(body.items, words.items) { json.append(item, words, ffd: document.ffd) }
                }
                json.key("payments")
                json.array { json in
                    for payment in words.payments {
                        json.object { json in
                            json.key("type")
                            json.integer(payment.type)
                            json.member("sum", payment.sum)
                        }
                    }
                }
                json.appendVATs(words.vats)
                json.member("total", body.total)
                if let props = body.additionalCheckProps { json.member("additional_check_props", props) }
                if let operation = document.operation { json.append(operation) }
                if sendsSettlementPlace { json.appendPlace(of: document) }
            }
        }
        return json.bytes
    }
}

extension JSONByteWriter {
    fileprivate mutating func append(_ correction: Correction) {
        key("correction")
        object { json in
            json.member("type", correction.type.rawValue)
            json.member("base_date", correction.baseDate.dottedText)
            if let number = correction.baseNumber { json.member("base_number", number) }
        }
    }

    fileprivate mutating func append(_ buyer: Buyer) {
        key("client")
        object { json in
            switch buyer.contact {
            case .email(let address): json.member("email", address.text)
            case .phone(let number): json.member("phone", number.text)
            }
            if let company = buyer.company {
                json.member("name", company.name)
                json.member("inn", company.inn.digits)
            }
        }
    }

    fileprivate mutating func append(_ company: Company, taxSystem: String) {
        key("company")
        object { json in
            json.member("email", company.email.text)
            json.member("sno", taxSystem)
            json.member("inn", company.inn.digits)
            json.member("payment_address", company.paymentAddress.text)
        }
    }

    fileprivate mutating func append(_ item: ReceiptItem, _ words: ItemWords, ffd: FFDVersion) {
        object { json in
            json.key("name")
            json.string(CloudKassirEncoder.cut(item.name))
            json.member("price", item.price)
            json.key("quantity")
            json.thousandths(item.quantity.thousandths)
            json.member("sum", item.sum)
            json.member("payment_method", words.method)
            json.member("payment_object", words.object)
            json.member("vat", words.vat)
            if ffd != .v105 {
                json.key("measure")
                json.integer(item.measure.tag2108)
            }
            if let mark = item.mark { json.member("mark_code", mark) }
            if let agent = item.agent { json.append(agent) }
        }
    }

    fileprivate mutating func appendVATs(_ vats: [(word: String, sum: Money)]) {
        guard !vats.isEmpty else { return }
        key("vats")
        array { json in
            for vat in vats {
                json.object { json in
                    json.member("type", vat.word)
                    json.member("sum", vat.sum)
                }
            }
        }
    }

    fileprivate mutating func append(_ operation: OperationProps) {
        key("operation")
        object { json in
            json.key("id")
            json.integer(operation.id)
            json.member("data", operation.data)
            json.member("timestamp", operation.at.russianText)
        }
    }

    fileprivate mutating func appendPlace(of document: ReceiptDocument) {
        if let zone = document.timeZoneCode {
            key("timezone")
            integer(zone)
        }
        if document.internet != nil {
            key("internet")
            bool(true)
        }
    }
}

extension CloudKassirEncoder {
    /// The first ``nameLimit`` characters of a name. Characters are counted as the tags count them, one per code point.
    static func cut(_ name: String) -> Substring {
        let scalars = name.unicodeScalars
        guard name.utf8.count > nameLimit,
            let end = scalars.index(scalars.startIndex, offsetBy: nameLimit, limitedBy: scalars.endIndex)
        else { return name[...] }
        return Substring(scalars[..<end])
    }
}

extension CivilDate {
    /// `05.03.2026`, the date of ``CivilDateTime/russianText``.
    fileprivate var dottedText: String {
        func padded(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        return "\(padded(day, 2)).\(padded(month, 2)).\(padded(year, 4))"
    }
}
