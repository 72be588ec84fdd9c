/// The body of an answer, opened.
package struct BitrixEnvelope: Hashable, Sendable {
    package let result: BitrixValue

    /// Offset of the next page; nil on the last.
    package let next: Int64?

    /// Number of all rows; nil where it was not counted.
    package let total: Int64?

    package let time: BitrixTime

    /// Opens an answer. The body decides first, because an error may come with status 200 too.
    ///
    /// - Throws: ``BitrixFault``: the portal's error, or `answer_unreadable` for what is not its own answer.
    package static func open(_ body: [UInt8], status: Int, method: String) throws(BitrixFault) -> BitrixEnvelope {
        guard let value = try? BitrixValue(parsing: body), case .map = value else {
            throw BitrixFault(
                code: "answer_unreadable",
                message: "The portal answered with status \(status) and something that is not its JSON.",
                reaction: .reaction(toCode: nil, status: status), method: method, httpStatus: status)
        }
        if let error = value["error"], let fault = fault(error, in: value, status: status, method: method) {
            throw fault
        }
        guard let result = value["result"], 200..<300 ~= status else {
            throw BitrixFault(
                code: "answer_unreadable", message: "The portal answered with status \(status) and no result.",
                reaction: .reaction(toCode: nil, status: status), method: method, httpStatus: status)
        }
        return BitrixEnvelope(
            result: result, next: value["next"]?.integer, total: value["total"]?.integer,
            time: BitrixTime(value["time"]))
    }

    /// The fault of an `error` value in whichever shape it came: a text, a number, an empty text, or a map with `code`
    /// and `message` (REST 3.0). Nil for null, false and an empty map or list: no error.
    package static func fault(
        _ error: BitrixValue, in container: BitrixValue, status: Int?, method: String
    ) -> BitrixFault? {
        let code: String
        let words: String?
        switch error {
        case .null, .bool(false): return nil
        case .bool(true):
            code = ""
            words = container["error_description"]?.text
        case .string(let text), .number(let text):
            code = BitrixWords.code(text)
            words = container["error_description"]?.text
        case .list, .map:
            if error.isEmpty { return nil }
            code = BitrixWords.code((error["code"] ?? error["error"])?.text ?? "")
            words = (error["message"] ?? error["error_description"])?.text
        }
        let argument = container["argument"]?.text.map { " (\(BitrixWords.code($0)))" } ?? ""
        let safe = BitrixWords.safe(words ?? "")
        return BitrixFault(
            code: code, message: (safe.isEmpty ? "The portal gave no reason." : safe) + argument,
            reaction: .reaction(toCode: code, status: status), method: method, httpStatus: status)
    }
}
