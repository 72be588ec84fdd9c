/// What came of trying a portal's access.
package enum BitrixAccessCheck: Hashable, Sendable {
    /// It lets us in; these of the wanted scopes are lacking, as far as the portal tells.
    case valid(missingScopes: [String])
    case refused(BitrixFault)
    /// No answer that tells.
    case undecided(BitrixFault)
}

extension BitrixClient {
    /// Tries the access without changing anything; `scopes` are what the later calls need.
    package func checkAccess(scopes: [String] = ["sale"]) async -> BitrixAccessCheck {
        do throws(BitrixFault) {
            let answer = try await batch([BitrixCall("profile"), BitrixCall("scope")])
            switch answer.outcomes[0] {
            case .failure(let fault): return Self.check(fault)
            case .success: break
            }
            // The profile decides; a portal that hides its scopes is not at fault.
            guard case .success(let told) = answer.outcomes[1], let elements = told.result.elements else {
                return .valid(missingScopes: [])
            }
            let granted = Set(elements.compactMap { $0.text?.lowercased() })
            return .valid(missingScopes: scopes.filter { !granted.contains($0.lowercased()) })
        } catch {
            return Self.check(error)
        }
    }

    private static func check(_ fault: BitrixFault) -> BitrixAccessCheck {
        switch fault.reaction.action {
        case .accessRefused, .awaitPerson, .renewToken, .pausePortal: .refused(fault)
        case .repeatLater, .slowPortal, .pauseMethod, .reject: .undecided(fault)
        }
    }
}
