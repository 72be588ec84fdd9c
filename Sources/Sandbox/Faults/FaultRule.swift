/// The services that the sandbox stands in for.
package enum SandboxService: String, Hashable, Sendable, CaseIterable {
    /// The cloud cash register.
    case cloudKassir = "cloudkassir"
    /// Bitrix REST.
    case bitrix
}

/// An order for faults: which requests it befalls, how many of them, and what happens to them.
///
/// Every condition that is nil admits every request.
package struct FaultRule: Hashable, Sendable {
    /// The service asked.
    package var service: SandboxService?
    /// Name of the CloudKassir account or Bitrix portal.
    package var account: String?
    /// HTTP method.
    package var method: String?
    /// Path below the account's base (`/receipts/correction`) or name of the Bitrix method in lower case; a `*` at the
    /// end stands for any rest. A command inside a batch is named `batch/` and its method, and takes only
    /// ``Fault/status(_:code:message:retryAfter:accepting:)``.
    package var path: String?
    /// `external_id` of the receipt sent or polled. CloudKassir only.
    package var externalID: String?
    /// Text that the request body holds.
    package var bodyContains: String?
    /// How many matching requests are let pass first.
    package var skip: Int
    /// How many requests are befallen at most; `Int.max` for every one.
    package var times: Int
    /// How many in a hundred matching requests are befallen, 0…100; nil all of them.
    package var rate: Int?
    /// Chooses which requests a rate befalls: the same seed, the same requests, in whatever order they come.
    package var seed: UInt64
    /// What happens.
    package var fault: Fault

    /// Makes an order. Without `times` a rule with a rate has no end, and one without befalls the next request only.
    package init(
        _ fault: Fault, service: SandboxService? = nil, account: String? = nil, method: String? = nil,
        path: String? = nil, externalID: String? = nil, bodyContains: String? = nil, skip: Int = 0,
        times: Int? = nil, rate: Int? = nil, seed: UInt64 = 1
    ) {
        self.fault = fault
        self.service = service
        self.account = account
        self.method = method
        self.path = path
        self.externalID = externalID
        self.bodyContains = bodyContains
        self.skip = skip
        self.times = times ?? (rate == nil ? 1 : Int.max)
        self.rate = rate
        self.seed = seed
    }
}

/// What a rule's conditions are held against.
struct FaultSubject {
    let service: SandboxService
    let account: String
    let method: String
    let path: String
    var externalID: String?
    var body: [UInt8] = []
}

extension FaultRule {
    /// Whether all conditions hold for a request.
    func admits(_ subject: FaultSubject) -> Bool {
        if let service, service != subject.service { return false }
        if let account, account != subject.account { return false }
        if let method, method != subject.method { return false }
        if let externalID, externalID != subject.externalID { return false }
        if let path {
            if path.hasSuffix("*") {
                guard subject.path.hasPrefix(path.dropLast()) else { return false }
            } else if path != subject.path {
                return false
            }
        }
        if let bodyContains { return String(decoding: subject.body, as: UTF8.self).contains(bodyContains) }
        return true
    }
}
