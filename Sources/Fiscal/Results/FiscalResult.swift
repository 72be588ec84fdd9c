/// What a till has made of a receipt: the facts that a shop keeps for at least five years (R60, R64).
///
/// Holds no personal data, so it stays when those of the buyer are erased (R65).
package struct FiscalResult: Hashable, Sendable {
    package var signs: FiscalSigns
    /// The till's clock; it may differ from legal local time by five minutes. Nil if the provider keeps it to itself.
    package var at: CivilDateTime?
    /// Tag 1020 as the till has it.
    package var total: Money
    package var type: ReceiptType
    /// Tag 1038, from 1.
    package var shift: Int?
    /// Tag 1042: number of the receipt in its shift.
    package var numberInShift: Int?
    /// Tag 1037: registration number of the till, 16 digits.
    package var registrationNumber: String?
    /// Tag 1013.
    package var tillSerial: String?
    /// Name of the operator of fiscal data, as the provider writes it.
    package var operatorName: String?
    /// Where the buyer sees the receipt, if the provider says.
    package var link: String?

    private enum CodingKeys: String, CodingKey {
        case signs, at, total, type, shift, link
        case numberInShift = "number_in_shift"
        case registrationNumber = "registration_number"
        case tillSerial = "till_serial"
        case operatorName = "operator"
    }

    /// A result with checked signs; the rest is as far as the provider tells.
    package init(
        signs: FiscalSigns, at: CivilDateTime?, total: Money, type: ReceiptType, shift: Int? = nil,
        numberInShift: Int? = nil, registrationNumber: String? = nil, tillSerial: String? = nil,
        operatorName: String? = nil, link: String? = nil
    ) {
        self.signs = signs
        self.at = at
        self.total = total
        self.type = type
        self.shift = shift
        self.numberInShift = numberInShift
        self.registrationNumber = registrationNumber
        self.tillSerial = tillSerial
        self.operatorName = operatorName
        self.link = link
    }

    /// What the QR code says; nil while the time of the till is not known (R62).
    package var qr: QRText? {
        at.flatMap { time in try? QRText(time: time, total: total, signs: signs, type: type) }
    }

    /// Where what the till reports is not what was sent: a receipt of another sum or kind is somebody else's.
    ///
    /// - Parameter body: The receipt as it was sent.
    /// - Returns: The differences at `total` and `type`; nil if there are none.
    package func differences(from body: ReceiptBody) -> FiscalFaults? {
        var collector = FaultCollector()
        if total != body.total {
            collector.add(
                FiscalFault(.amountMismatch, at: "total", found: total.description, limit: body.total.description))
        }
        if type.tag1054 != body.type.tag1054 {
            collector.add(
                FiscalFault(.receiptInconsistent, at: "type", found: type.rawValue, allowed: [body.type.rawValue]))
        }
        return collector.result
    }
}

extension FiscalResult: Codable {}
