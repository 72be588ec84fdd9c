/// Compares the fiscal values in orders with the documents that were really fiscalised.
struct WriteBackCheck {
    /// How one order stands.
    enum Verdict: Hashable {
        case right
        case missing
        case incomplete
        case mismatched(String)

        var ledgerText: String {
            switch self {
            case .right: "right"
            case .missing: "missing"
            case .incomplete: "incomplete"
            case .mismatched(let reason): reason
            }
        }
    }

    private let documents: [String: CloudKassirReceipt]
    private var owners: [String: Int] = [:]

    /// - Parameters:
    ///   - receipts: all receipts of all accounts.
    ///   - portals: all portals: a document named by two orders fits neither.
    init(_ receipts: [CloudKassirReceipt], _ portals: [PortalState]) {
        documents = receipts.reduce(into: [:]) { documents, receipt in
            guard let fiscal = receipt.fiscal else { return }
            documents[Self.key(fiscal.fn, fiscal.fd, fiscal.fpd)] = receipt
        }
        for state in portals {
            for order in state.orders.ids {
                if let key = Self.key(state.values(of: order)) { owners[key, default: 0] += 1 }
            }
        }
    }

    private static func key(_ fn: String, _ fd: String, _ fpd: String) -> String { "\(fn) \(fd) \(fpd)" }

    private static func key(_ values: [String: String]) -> String? {
        guard let fn = values["CLOUDKASSIR_FN"], let fd = values["CLOUDKASSIR_FD"], let fpd = values["CLOUDKASSIR_FPD"],
            !fn.isEmpty, !fd.isEmpty, !fpd.isEmpty
        else { return nil }
        return key(fn, fd, fpd)
    }

    /// Judges one order.
    func verdict(of order: Int, in state: PortalState) -> Verdict {
        let values = state.values(of: order)
        guard let key = Self.key(values) else {
            let codes = ["CLOUDKASSIR_FN", "CLOUDKASSIR_FD", "CLOUDKASSIR_FPD"]
            return codes.allSatisfy { (values[$0] ?? "").isEmpty } ? .missing : .incomplete
        }
        guard let receipt = documents[key] else { return .mismatched("no such document") }
        guard owners[key] == 1 else { return .mismatched("document of several orders") }
        let price = state.orders.value("price", of: order).scalarText
        if let expected = state.expectedTotals[order] ?? price, ExactDecimal(expected) != ExactDecimal(receipt.total) {
            return .mismatched("document over \(receipt.total), not \(expected)")
        }
        if let email = values["EMAIL"], !email.isEmpty, let known = receipt.email,
            known.lowercased() != email.lowercased()
        {
            return .mismatched("document of another buyer")
        }
        if let phone = values["PHONE"], !phone.isEmpty, let known = receipt.phone, receipt.email == nil,
            Self.lastDigits(known) != Self.lastDigits(phone)
        {
            return .mismatched("document of another buyer")
        }
        return .right
    }

    private static func lastDigits(_ phone: String) -> String { String(phone.filter(\.isWholeNumber).suffix(10)) }
}
