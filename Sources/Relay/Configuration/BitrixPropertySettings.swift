/// Codes of the order properties in which results are shown.
package struct BitrixPropertySettings: Hashable, Sendable {
    /// Where the result of one kind of receipt goes.
    package struct Codes: Hashable, Sendable {
        package let fn: String
        package let fd: String
        package let fpd: String
        /// nil: the link is not written.
        package let qr: String?

        package init(fn: String, fd: String, fpd: String, qr: String? = nil) {
            self.fn = fn
            self.fd = fd
            self.fpd = fpd
            self.qr = qr
        }

        var all: [String] { [fn, fd, fpd] + [qr].compactMap(\.self) }
    }

    /// The order's newest sale, of those kinds that have no codes of their own.
    package let order: Codes
    /// nil: refunds are not shown in properties.
    package let refund: Codes?
    /// nil: a closing receipt is shown like any other sale.
    package let closing: Codes?
    /// nil: a correction of a sale is shown like any other sale.
    package let correction: Codes?

    package init(order: Codes, refund: Codes? = nil, closing: Codes? = nil, correction: Codes? = nil) {
        self.order = order
        self.refund = refund
        self.closing = closing
        self.correction = correction
    }

    init(key: String, from reader: inout ConfigurationReader) {
        let order = Codes(
            fn: reader.optionalText("\(key).fn") ?? "CLOUDKASSIR_FN",
            fd: reader.optionalText("\(key).fd") ?? "CLOUDKASSIR_FD",
            fpd: reader.optionalText("\(key).fpd") ?? "CLOUDKASSIR_FPD", qr: reader.optionalText("\(key).qr"))
        var owners: [String: String] = [:]
        for code in order.all { owners[code.uppercased()] = key }
        func codes(_ kind: String) -> Codes? {
            let key = "\(key).\(kind)"
            guard !reader.children(of: key).isEmpty else { return nil }
            let codes = Codes(
                fn: reader.text("\(key).fn", allowed: "the code of an order property"),
                fd: reader.text("\(key).fd", allowed: "the code of an order property"),
                fpd: reader.text("\(key).fpd", allowed: "the code of an order property"),
                qr: reader.optionalText("\(key).qr"))
            for code in codes.all where !code.isEmpty {
                if let owner = owners.updateValue(key, forKey: code.uppercased()) {
                    reader.report(
                        key, "names \(code), as \(owner) does", allowed: "a property of its own for each result")
                }
            }
            return codes
        }
        self.order = order
        refund = codes("refund")
        closing = codes("closing")
        correction = codes("correction")
    }
}
