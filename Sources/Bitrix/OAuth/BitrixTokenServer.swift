package import HTTPTransport

/// Gets pairs of tokens from the authorization server.
///
/// Every refresh gives a new refresh token and uses up the former one: store the pair before using it, and let one at a
/// time refresh. If an answer is lost the pair may be lost with it, and a person has to connect the application anew.
package struct BitrixTokenServer: Sendable {
    private let application: BitrixApplication
    private let perform: BitrixClient.Perform

    package init(_ application: BitrixApplication, perform: @escaping BitrixClient.Perform) {
        self.application = application
        self.perform = perform
    }

    package init(_ application: BitrixApplication, transport: HTTPTransport) {
        self.init(application) { request throws(TransferError) in try await transport.perform(request) }
    }

    /// How long one question may take.
    package static let timeout = Duration.seconds(20)

    /// The next pair, for a refresh token that has not been used yet.
    ///
    /// - Throws: ``BitrixTokenFault``.
    package func refresh(_ refreshToken: String) async throws(BitrixTokenFault) -> BitrixTokens {
        try await ask(["grant_type": "refresh_token", "refresh_token": .string(refreshToken)])
    }

    /// The first pair, for the code that an administrator of the portal got within the last 30 seconds.
    ///
    /// - Throws: ``BitrixTokenFault``.
    package func exchange(code: String) async throws(BitrixTokenFault) -> BitrixTokens {
        try await ask(["grant_type": "authorization_code", "code": .string(code)])
    }

    private func ask(_ grant: BitrixValue) async throws(BitrixTokenFault) -> BitrixTokens {
        guard let secret = try? application.secret() else {
            throw BitrixTokenFault(code: "secret_unreadable", isFinal: false, mayHaveRun: false)
        }
        let credentials: BitrixValue = ["client_id": .string(application.clientID), "client_secret": .string(secret)]
        let parameters = BitrixValue.map((grant.members ?? []) + (credentials.members ?? []))
        // The documented form. It stands in no log of ours; the server's are Bitrix's own.
        let request = HTTPRequest(
            method: .get, url: "\(application.server)/oauth/token/?\(parameters.query)",
            headers: ["Accept": "application/json", "User-Agent": "FiscalRelay"], timeout: Self.timeout)
        let response: HTTPResponse
        do throws(TransferError) {
            response = try await perform(request)
        } catch {
            throw BitrixTokenFault(
                code: "transport_\(error.kind.rawValue)", isFinal: false, mayHaveRun: error.reach != .notSent)
        }
        guard let answer = try? BitrixValue(parsing: response.body) else {
            throw BitrixTokenFault(code: "answer_unreadable", isFinal: false, mayHaveRun: true)
        }
        if let error = answer["error"]?.text, !error.isEmpty {
            let secrets = [secret] + (grant.members ?? []).filter { $0.key != "grant_type" }.compactMap(\.value.text)
            throw .refusal(error, status: response.status, secrets: secrets)
        }
        guard 200..<300 ~= response.status, let tokens = BitrixTokens(answer) else {
            throw BitrixTokenFault(code: "answer_unexpected", isFinal: false, mayHaveRun: true)
        }
        return tokens
    }
}

/// Why the authorization server gave no pair.
package struct BitrixTokenFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The server's own code, or one of ours; without secrets.
    package let code: String
    /// Whether trying again is of no use: the application must be connected anew, or its settings mended.
    package let isFinal: Bool
    /// Whether the refresh token may have been used up by it.
    package let mayHaveRun: Bool

    package init(code: String, isFinal: Bool, mayHaveRun: Bool) {
        self.code = code
        self.isFinal = isFinal
        self.mayHaveRun = mayHaveRun
    }

    package var description: String { "the authorization server gave no token: \(code)" }

    /// Codes with which the server refuses for good; they also come with status 200.
    private static let final: Set<String> = [
        "invalid_request", "invalid_client", "invalid_grant", "invalid_scope", "insufficient_scope",
        "payment_required", "wrong_client", "not_installed", "unauthorized_client", "access_denied",
    ]

    /// - Parameters:
    ///   - word: The server's own for its refusal. It is kept as long as it is one, and tells nothing of what was sent.
    ///   - status: Of the answer.
    ///   - secrets: What was sent and must not be told.
    /// - Returns: The fault, without them.
    static func refusal(_ word: String, status: Int, secrets: [String]) -> BitrixTokenFault {
        let isKnown = final.contains(word.lowercased())
        let isFit = isKnown || isWord(word) && !secrets.contains { !$0.isEmpty && word.contains($0) }
        return BitrixTokenFault(
            code: isFit ? BitrixWords.code(word) : "refusal_unreadable", isFinal: isKnown || 400..<429 ~= status,
            mayHaveRun: !isKnown && status >= 500)
    }

    private static func isWord(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }
}
