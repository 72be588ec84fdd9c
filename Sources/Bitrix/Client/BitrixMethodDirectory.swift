/// Remembers which methods a portal offers to us: a module is installed or removed once in years.
package actor BitrixMethodDirectory {
    private struct Known {
        let isOffered: Bool
        let until: ContinuousClock.Instant
    }

    /// For how long an answer is believed.
    private static let lifetime = Duration.seconds(3600)

    private let client: BitrixClient
    private var known: [String: Known] = [:]

    package init(_ client: BitrixClient) {
        self.client = client
    }

    /// Whether the portal has the method and lets us call it; asked once an hour.
    ///
    /// - Throws: ``BitrixFault`` of asking.
    package func offers(_ method: String) async throws(BitrixFault) -> Bool {
        if let known = known[method], known.until > .now { return known.isOffered }
        let answer = try await client.call(BitrixCall("method.get", ["name": .string(method)]))
        let isOffered = answer.result["isExisting"]?.flag == true && answer.result["isAvailable"]?.flag == true
        note(method, isOffered: isOffered)
        return isOffered
    }

    /// Takes in what a call of the method itself has shown.
    package func note(_ method: String, isOffered: Bool) {
        known[method] = Known(isOffered: isOffered, until: .now.advanced(by: Self.lifetime))
    }
}
