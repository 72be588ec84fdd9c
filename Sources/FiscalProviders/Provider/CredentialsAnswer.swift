/// What came of trying an account's credentials.
package enum CredentialsAnswer: Hashable, Sendable {
    /// The provider let us in.
    case valid
    /// The provider refused them, or they cannot be read here.
    case refused(ProviderFault)
    /// The provider could not be reached, or did not answer in a way that tells.
    case undecided(ProviderFault)
}
