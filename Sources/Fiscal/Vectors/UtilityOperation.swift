/// The operations of `utils`: checks of single values.
enum UtilityOperation {
    /// The result of an operation, or `{"error": code}`.
    static func evaluate(_ op: String, _ input: JSONTree) -> JSONTree {
        do {
            switch op {
            case "inn": return inn(input)
            case "contact": return try contact(input)
            case "qr": return try qr(input)
            case "vat_map": return try vat(input)
            case "name": return .object(["name": .string(try ItemName(input["name"]?.string ?? "").text)])
            default: throw VectorFileError(description: "there is no operation \"\(op)\"")
            }
        } catch {
            return .failure(error)
        }
    }

    /// R50.
    private static func inn(_ input: JSONTree) -> JSONTree {
        .object(["valid": .bool((try? INN(input["inn"]?.string ?? "")) != nil)])
    }

    /// R45 to R47.
    private static func contact(_ input: JSONTree) throws -> JSONTree {
        let contact = try BuyerContact(email: input["email"]?.string, phone: input["phone"]?.string)
        return .object(["contact": .string(contact.text)])
    }

    /// R62.
    private static func qr(_ input: JSONTree) throws -> JSONTree {
        let qr = try QRText(
            time: text(input, "time"), total: text(input, "total"), fn: text(input, "fn"), fd: text(input, "fd"),
            fpd: text(input, "fpd"), type: text(input, "type"))
        return .object(["qr": .string(qr.text)])
    }

    /// R40.
    private static func vat(_ input: JSONTree) throws -> JSONTree {
        var zeroMeans = VATMapping.ZeroMeaning.error
        if let name = input["zero_means"]?.string { zeroMeans = try .named(name, at: "zero_means") }
        let mapping = VATMapping(isPayer: input["payer"]?.bool ?? true, zeroMeans: zeroMeans)
        let rate: VATRate
        switch input["rate"] {
        case nil: rate = try mapping.rate(for: String?.none)
        case .number(let number): rate = try mapping.rate(for: number)
        case .string(let text): rate = try mapping.rate(for: text)
        case let other?:
            rate = try mapping.rate(for: other.description)
        }
        return .object(["vat": .string(rate.rawValue)])
    }

    /// A member that may be written as a string or a number.
    private static func text(_ input: JSONTree, _ name: String) -> String {
        switch input[name] {
        case .string(let text): text
        case .number(let number): number.description
        default: ""
        }
    }
}
