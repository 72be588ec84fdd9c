/// Judges a request body as strictly as a fiscal core that was written by somebody else.
struct ReceiptValidator {
    /// What the service needs to know of a receipt that is in order.
    struct Accepted {
        let externalID: String
        let type: String
        let timestamp: CivilTime
        let url: String?
        let email: String?
        let phone: String?
        let total: ExactDecimal
        let inn: String
    }

    /// Greatest price, sum and total in roubles.
    private static let largestAmount = ExactDecimal("42949672.95") ?? .zero
    private static let largestQuantity = ExactDecimal("99999.999") ?? .zero

    private var reader = ReceiptReader()
    private let body: JSONValue
    private let isCorrection: Bool

    private init(_ body: JSONValue, isCorrection: Bool) {
        self.body = body
        self.isCorrection = isCorrection
    }

    /// Checks a body of `POST /receipts` or `POST /receipts/correction`.
    ///
    /// The vendor describes no correction body. Taken is the body of a sale with an object `correction` (`type` self or
    /// instruction, `base_date`, `base_number`) at its top or in `receipt`; type `sell`, `sell_return` or either with
    /// `_correction`; the buyer may be missing, and the items too, since a correction of FFD 1.05 has only sums.
    ///
    /// - Throws: ``ReceiptFaults`` with everything that is wrong.
    static func check(_ body: JSONValue, isCorrection: Bool) throws(ReceiptFaults) -> Accepted {
        var validator = ReceiptValidator(body, isCorrection: isCorrection)
        let accepted = validator.accepted()
        guard validator.reader.faults.isEmpty, let accepted else {
            throw ReceiptFaults(faults: validator.reader.faults)
        }
        return accepted
    }

    private mutating func accepted() -> Accepted? {
        guard body.members != nil else {
            reader.fail("invalid_field", "body", "must be a JSON object")
            return nil
        }
        let externalID = reader.text(body["external_id"], "external_id", atMost: 128)
        let timestamp = self.timestamp()
        let types = ["sell", "sell_return"] + (isCorrection ? ["sell_correction", "sell_return_correction"] : [])
        let type = reader.word(body["type"], "type", of: types)
        var url: String?
        if let address = body["url"], !address.isNull { url = reader.text(address, "url", atMost: 2048) }
        if isCorrection { checkCorrection() }
        guard let receipt = reader.required(body["receipt"], "receipt"), receipt.members != nil else {
            if body["receipt"].map({ !$0.isNull }) ?? false {
                reader.fail("invalid_field", "receipt", "must be an object")
            }
            return nil
        }
        let contact = self.contact(receipt["client"])
        let company = self.company(receipt["company"])
        let rules = RateRules(
            time: timestamp, taxSystem: company?.taxSystem ?? "osn",
            copiesRates: isCorrection || type != "sell" || !(receipt["additional_check_props"]?.isNull ?? true))
        let items = self.items(receipt["items"], rules)
        let payments = self.payments(receipt["payments"])
        let total = reader.decimal(receipt["total"], "receipt.total", decimals: 2, limit: Self.largestAmount)
        if let total { checkSums(items, payments, total) }
        guard let externalID, let timestamp, let type, let total, let company else { return nil }
        return Accepted(
            externalID: externalID, type: type, timestamp: timestamp, url: url, email: contact.email,
            phone: contact.phone, total: total, inn: company.inn)
    }

    private mutating func timestamp() -> CivilTime? {
        guard let text = reader.text(body["timestamp"], "timestamp") else { return nil }
        guard let time = CivilTime(russian: text) else {
            reader.fail("invalid_field", "timestamp", "'\(text)' is no moment written dd.mm.yyyy HH:MM:SS")
            return nil
        }
        return time
    }

    private mutating func checkCorrection() {
        let found = body["correction"] ?? body["receipt"]?["correction"]
        guard let correction = reader.required(found, "correction") else { return }
        let type = reader.word(correction["type"], "correction.type", of: ["self", "instruction"])
        if let date = reader.text(correction["base_date"], "correction.base_date"), CivilTime(russianDate: date) == nil,
            CivilTime(isoDate: date) == nil
        {
            reader.fail("invalid_field", "correction.base_date", "'\(date)' is no date")
        }
        if type == "instruction" { _ = reader.text(correction["base_number"], "correction.base_number", atMost: 32) }
    }

    private mutating func contact(_ client: JSONValue?) -> (email: String?, phone: String?) {
        let email = client?["email"].flatMap { $0.isNull || $0 == "" ? nil : $0 }
        let phone = client?["phone"].flatMap { $0.isNull || $0 == "" ? nil : $0 }
        if email == nil, phone == nil {
            if !isCorrection { reader.fail("missing_field", "receipt.client", "needs an email or a phone") }
            return (nil, nil)
        }
        if let email, !ReceiptContact.isEmail(email.stringValue ?? "") {
            reader.fail("invalid_field", "receipt.client.email", "is no e-mail address")
        }
        if let phone, !ReceiptContact.isPhone(phone.stringValue ?? "") {
            reader.fail("invalid_field", "receipt.client.phone", "is no phone number")
        }
        return (email?.stringValue, phone?.stringValue)
    }

    private mutating func company(_ company: JSONValue?) -> (inn: String, taxSystem: String)? {
        guard let company = reader.required(company, "receipt.company") else { return nil }
        if let email = reader.text(company["email"], "receipt.company.email"), !ReceiptContact.isEmail(email) {
            reader.fail("invalid_field", "receipt.company.email", "is no e-mail address")
        }
        _ = reader.text(company["payment_address"], "receipt.company.payment_address")
        let taxSystem = reader.word(company["sno"], "receipt.company.sno", of: FiscalWords.taxSystems)
        guard let inn = reader.text(company["inn"], "receipt.company.inn") else { return nil }
        guard ReceiptContact.isINN(inn) else {
            reader.fail("invalid_field", "receipt.company.inn", "is no INN of 10 or 12 digits with right check digits")
            return nil
        }
        return (inn, taxSystem ?? "osn")
    }

    private mutating func items(_ value: JSONValue?, _ rules: RateRules) -> [ExactDecimal?] {
        guard let value = reader.required(value, "receipt.items") else { return [] }
        guard let items = value.arrayValue else {
            reader.fail("invalid_field", "receipt.items", "must be an array")
            return []
        }
        if items.isEmpty, !isCorrection { reader.fail("missing_field", "receipt.items", "is empty") }
        if items.count > 100 { reader.fail("invalid_field", "receipt.items", "has more than 100 lines") }
        return items.enumerated().map { item($0.element, "receipt.items[\($0.offset)]", rules) }
    }

    private mutating func item(_ item: JSONValue, _ field: String, _ rules: RateRules) -> ExactDecimal? {
        _ = reader.text(item["name"], "\(field).name", atMost: 128)
        let price = reader.decimal(item["price"], "\(field).price", decimals: 2, limit: Self.largestAmount)
        let quantity = reader.decimal(item["quantity"], "\(field).quantity", decimals: 3, limit: Self.largestQuantity)
        let sum = reader.decimal(item["sum"], "\(field).sum", decimals: 2, limit: Self.largestAmount)
        if quantity == .zero { reader.fail("invalid_field", "\(field).quantity", "must be above zero") }
        if let price, let quantity, let sum, (price * quantity).roundedToKopecks != sum {
            let right = (price * quantity).moneyText
            reader.fail("sum_mismatch", "\(field).sum", "\(price) × \(quantity) is \(right), not \(sum.moneyText)")
        }
        let method = reader.word(item["payment_method"], "\(field).payment_method", of: FiscalWords.methods)
        let object = reader.word(item["payment_object"], "\(field).payment_object", of: FiscalWords.objects)
        if let object, FiscalWords.markedObjects.contains(object), let quantity, quantity > ExactDecimal("1") ?? .zero {
            reader.fail("invalid_field", "\(field).quantity", "one marked piece is one line")
        }
        let rate = reader.word(item["vat"], "\(field).vat", of: FiscalWords.rates)
        if let method, let rate, let fault = rules.fault(of: rate, method: method, isAgent: item["agent_info"] != nil) {
            reader.fail(fault.code, "\(field).vat", fault.message)
        }
        return sum
    }

    private mutating func payments(_ value: JSONValue?) -> [ExactDecimal?] {
        guard let value = reader.required(value, "receipt.payments") else { return [] }
        guard let payments = value.arrayValue, !payments.isEmpty else {
            reader.fail("invalid_field", "receipt.payments", "must be an array of at least one payment")
            return []
        }
        if payments.count > 10 { reader.fail("invalid_field", "receipt.payments", "has more than 10 entries") }
        return payments.enumerated().map { index, payment in
            let field = "receipt.payments[\(index)]"
            if let type = reader.required(payment["type"], "\(field).type"), !(1...5).contains(type.intValue ?? 0) {
                reader.fail("invalid_field", "\(field).type", "must be 1, 2, 3, 4 or 5")
            }
            return reader.decimal(payment["sum"], "\(field).sum", decimals: 2, limit: Self.largestAmount)
        }
    }

    private mutating func checkSums(_ items: [ExactDecimal?], _ payments: [ExactDecimal?], _ total: ExactDecimal) {
        if total == .zero { reader.fail("invalid_field", "receipt.total", "must be above zero") }
        for (name, sums) in [("items", items), ("payments", payments)] where !sums.isEmpty {
            let known = sums.compactMap { $0 }
            let sum = known.reduce(.zero, +)
            if known.count == sums.count, sum != total {
                reader.fail(
                    "total_mismatch", "receipt.total", "\(total.moneyText), but the \(name) come to \(sum.moneyText)")
            }
        }
    }
}
