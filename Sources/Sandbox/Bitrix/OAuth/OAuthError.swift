/// An error as the authorization server tells it.
struct OAuthError: Error, Hashable, Sendable {
    let status: Int
    let code: String
    let description: String

    static let invalidClient = OAuthError(
        status: 400, code: "invalid_client", description: "Invalid client or secret")
    static let invalidGrant = OAuthError(status: 400, code: "invalid_grant", description: "Invalid grant")
    /// The refresh token belongs to another application. Bitrix tells it with status 200.
    static let wrongClient = OAuthError(status: 200, code: "WRONG_CLIENT", description: "Wrong client")
    static let notInstalled = OAuthError(
        status: 401, code: "NOT_INSTALLED", description: "Application not installed")

    static func invalidRequest(_ parameter: String) -> OAuthError {
        OAuthError(status: 400, code: "invalid_request", description: "No \"\(parameter)\" parameter found")
    }

    var answer: SandboxAnswer {
        .json(["error": .string(code), "error_description": .string(description)], status: status)
    }
}
