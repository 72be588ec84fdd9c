/// An error as Bitrix REST tells it.
struct BitrixError: Error, Hashable, Sendable {
    /// HTTP status outside a batch.
    let status: Int
    /// Value of `error`; a numeric one is written as the portal is set.
    let code: String
    /// Value of `error_description`.
    let description: String
    /// Value of `argument`, if any.
    var argument: String?

    static let noAuth = BitrixError(status: 401, code: "NO_AUTH_FOUND", description: "Wrong authorization data")
    static let insufficientScope = BitrixError(
        status: 401, code: "insufficient_scope",
        description: "The request requires higher privileges than provided by the webhook token")
    static let tokenUnknown = BitrixError(
        status: 401, code: "invalid_token", description: "Unable to get application by token")
    static let tokenExpired = BitrixError(
        status: 401, code: "expired_token", description: "The access token provided has expired.")
    static let notInstalled = BitrixError(
        status: 401, code: "ERROR_OAUTH", description: "Application not installed")
    static let applicationScope = BitrixError(
        status: 401, code: "insufficient_scope",
        description: "The request requires higher privileges than provided by the access token")
    static let accessDenied = BitrixError(status: 403, code: "ACCESS_DENIED", description: "Access denied!")
    static let methodNotFound = BitrixError(
        status: 404, code: "ERROR_METHOD_NOT_FOUND", description: "Method not found!")
    static let queryLimit = BitrixError(status: 503, code: "QUERY_LIMIT_EXCEEDED", description: "Too many requests")
    static let operatingLimit = BitrixError(
        status: 429, code: "OPERATION_TIME_LIMIT", description: "Method is blocked due to operation time limit.")
    static let batchLength = BitrixError(
        status: 400, code: "ERROR_BATCH_LENGTH_EXCEEDED", description: "Max batch length exceeded")
    static let batchMethod = BitrixError(
        status: 400, code: "ERROR_BATCH_METHOD_NOT_ALLOWED", description: "Method is not allowed for batch usage")

    /// A required argument is missing.
    static func missing(_ name: String) -> BitrixError {
        BitrixError(status: 400, code: "100", description: "Could not find value for parameter {\(name)}")
    }

    /// A named thing does not exist; the numbers are those of the sale module.
    static func notFound(_ code: String, _ what: String) -> BitrixError {
        BitrixError(status: 400, code: code, description: "\(what) is not exists")
    }

    /// Anything else: code 0 and words in the portal's language.
    static func other(_ description: String) -> BitrixError {
        BitrixError(status: 400, code: "0", description: description)
    }

    /// The body of the answer, or the entry of `result_error`.
    func body(numericCodes: Bool) -> JSONValue {
        let code: JSONValue = numericCodes && Int(self.code) != nil ? .number(self.code) : .string(self.code)
        var body: JSONValue = ["error": code, "error_description": .string(description)]
        if let argument { body.set("argument", to: .string(argument)) }
        return body
    }
}
