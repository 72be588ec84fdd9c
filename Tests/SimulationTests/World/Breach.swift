import Relay

/// A promise that a schedule broke, with the place where it shows.
struct Breach: CustomStringConvertible, Sendable {
    /// As the page of guarantees numbers them: I1, I2, …
    let promise: String
    let detail: String

    init(_ promise: String, _ detail: String) {
        self.promise = promise
        self.detail = detail
    }

    init(_ violation: Violation) {
        promise = violation.invariant.rawValue
        detail = violation.description
    }

    var description: String { "\(promise): \(detail)" }
}
