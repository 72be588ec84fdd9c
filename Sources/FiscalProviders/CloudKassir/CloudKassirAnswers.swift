import Fiscal
import FoundationEssentials

/// The bodies of CloudKassir's answers, read as defensively as their description is thin: numbers or strings, fields
/// missing, of another kind or too many.
enum CloudKassirAnswers {
    /// Longer bodies are not read: an answer has some hundred bytes.
    static let sizeLimit = 64 * 1024

    /// Any answer; fields of no answer are nil.
    struct Body: Decodable {
        let id: LooseText?
        let externalID: LooseText?
        let status: LooseText?
        let fn: LooseText?
        let fd: LooseText?
        let fpd: LooseText?
        let qr: LooseText?
        let error: ErrorField?

        private enum CodingKeys: String, CodingKey {
            case id, status, fn, fd, fpd, qr, error
            case externalID = "external_id"
        }
    }

    /// `error`: `{"code", "message"}`, or just words.
    struct ErrorField: Decodable {
        let code: String?
        let message: String?

        private enum CodingKeys: String, CodingKey {
            case code, message
        }

        init(from decoder: any Decoder) throws {
            if let map = try? decoder.container(keyedBy: CodingKeys.self) {
                code = (try? map.decodeIfPresent(LooseText.self, forKey: .code))?.text
                message = (try? map.decodeIfPresent(LooseText.self, forKey: .message))?.text
            } else {
                code = nil
                message = try LooseText(from: decoder).text
            }
        }
    }

    /// The body, or nil if it is no JSON object or too long.
    static func body(_ bytes: [UInt8]) -> Body? {
        guard bytes.count <= sizeLimit else { return nil }
        return try? JSONDecoder().decode(Body.self, from: Data(bytes))
    }

    /// A number of a task as it may be used in a path and in the database: 1 to 128 visible ASCII characters.
    static func identifier(_ field: LooseText?) -> String? {
        guard let text = field?.text, 1...128 ~= text.utf8.count, text.utf8.allSatisfy({ 0x21...0x7E ~= $0 })
        else { return nil }
        return text
    }

    /// The printed receipt, or nil if one of the three signs is missing or is none (R61: done only with all three).
    static func printed(_ body: Body) -> FiscalisedReceipt? {
        guard let fn = body.fn?.text, let fd = body.fd?.text, let fpd = body.fpd?.text,
            let signs = try? FiscalSigns(fn: fn, fd: fd, fpd: fpd)
        else { return nil }
        return FiscalisedReceipt(signs: signs, qr: body.qr?.text.flatMap { $0.utf8.count <= 512 ? $0 : nil })
    }
}
