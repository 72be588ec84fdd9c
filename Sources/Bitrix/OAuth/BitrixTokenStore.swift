/// Keeps the tokens of one application at one portal, for all processes of a fleet.
package protocol BitrixTokenStore: Sendable {
    /// What is on record now; nil: nobody has connected the portal.
    func current() async throws(BitrixTokenStoreUnavailable) -> BitrixStoredAccess?

    /// Asks to be the one who refreshes the pair of `generation`, for at most `lease`.
    func takeRefresh(
        after generation: Int64, lease: Duration
    ) async throws(BitrixTokenStoreUnavailable) -> BitrixRefreshTurn

    /// Keeps the pair that came for the one of `generation`; true once it is on record. False: that one was replaced.
    /// The same pair may be kept twice.
    func keep(_ tokens: BitrixTokens, after generation: Int64) async throws(BitrixTokenStoreUnavailable) -> Bool

    /// Ends a refresh that brought no pair; with a code the pair is refused for good, until a person connects anew.
    func endRefresh(of generation: Int64, refused code: String?) async throws(BitrixTokenStoreUnavailable)

    /// Notes under which address the portal of that pair answers now.
    func move(_ generation: Int64, to clientEndpoint: String) async throws(BitrixTokenStoreUnavailable)
}

/// The tokens could not be read or written.
package struct BitrixTokenStoreUnavailable: Error, Hashable, Sendable {
    package init() {}
}

/// The right to call a portal, as it is on record. A secret: no description shows it.
package struct BitrixStoredAccess: Hashable, Sendable {
    /// Grows with every pair.
    package let generation: Int64
    package let endpoint: BitrixEndpoint
    /// How long the access token is still good for.
    package let remaining: Duration
    /// The code with which the authorization server refused the pair for good.
    package let refusal: String?

    package init(generation: Int64, endpoint: BitrixEndpoint, remaining: Duration, refusal: String? = nil) {
        self.generation = generation
        self.endpoint = endpoint
        self.remaining = remaining
        self.refusal = refusal
    }
}

/// Whose turn it is to refresh a pair.
package enum BitrixRefreshTurn: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// The caller's, with the refresh token, which nobody else is told meanwhile.
    case ours(refreshToken: String)
    /// There is another pair already.
    case newer
    /// Somebody else's.
    case busy
    /// Nobody's: the pair was refused for good.
    case refused
    /// Nobody has connected the portal.
    case unknown

    package var description: String {
        switch self {
        case .ours: "ours"
        case .newer: "newer"
        case .busy: "busy"
        case .refused: "refused"
        case .unknown: "unknown"
        }
    }

    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
