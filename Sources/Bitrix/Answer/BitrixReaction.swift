/// What to do about a call that failed.
package struct BitrixReaction: Hashable, Sendable {
    package enum Action: String, Hashable, Sendable, CaseIterable {
        /// The same call again later.
        case repeatLater
        /// Every call to this portal slower, from 1 s on with jitter: its bucket of requests is empty.
        case slowPortal
        /// No call of this method for a while; others go on.
        case pauseMethod
        /// No call to this portal for long, and somebody is told: its REST was blocked by hand or its plan ended.
        case pausePortal
        /// The access token ran out: a new one, then the same call once.
        case renewToken
        /// The portal does not let us in, or not to this method: a person has to mend the webhook or its rights.
        case accessRefused
        /// A person of the portal has to confirm the call.
        case awaitPerson
        /// The call is wrong as it stands.
        case reject
    }

    package let action: Action

    /// Whether the call may have done its work in spite of the error: read the state back before anything else.
    package let mayHaveRun: Bool

    package init(_ action: Action, mayHaveRun: Bool = false) {
        self.action = action
        self.mayHaveRun = mayHaveRun
    }

    /// No answer, or one that is not Bitrix's: whether the call ran is unknown.
    package static let unknown = BitrixReaction(.repeatLater, mayHaveRun: true)
}
