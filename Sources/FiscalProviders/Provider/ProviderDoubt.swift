/// What a provider promises about a request that was repeated, or whose answer was lost (I4).
package struct ProviderDoubt: Hashable, Sendable {
    /// How an unknown outcome is settled; the cases stand from the most automatic to the strictest.
    package enum Policy: Int, Hashable, Sendable, CaseIterable {
        /// It deduplicates by our key: the same bytes are sent again.
        case resend
        /// It can be asked by our key: absent counts only after ``ProviderDoubt/visibilityDelay``.
        case lookup
        /// Neither: a person looks into the provider's account.
        case person
    }

    package let policy: Policy

    /// For how long after the first send a repeat is still recognised; nil if the provider names no end.
    package let window: Duration?

    /// How long an accepted receipt may stay invisible to a look-up; zero where nothing is looked up.
    package let visibilityDelay: Duration

    package init(_ policy: Policy, window: Duration? = nil, visibilityDelay: Duration = .zero) {
        self.policy = policy
        self.window = window
        self.visibilityDelay = visibilityDelay
    }

    /// The stricter of this policy and the one that an account was set to: a setting never loosens it.
    package func tightened(to policy: Policy) -> ProviderDoubt {
        guard policy.rawValue > self.policy.rawValue else { return self }
        return ProviderDoubt(policy, window: window, visibilityDelay: visibilityDelay)
    }
}
