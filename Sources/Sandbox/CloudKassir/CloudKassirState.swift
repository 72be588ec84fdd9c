/// What the stand-in for CloudKassir remembers; changed only under the lock of its service.
struct CloudKassirState: Sendable {
    struct Key: Hashable {
        let account: String
        let externalID: String
    }

    /// Something that a client should not have done.
    struct Violation: Hashable, Sendable {
        let account: String
        let externalID: String
        let kind: String
        let detail: String

        var ledgerEntry: JSONValue {
            [
                "account": .string(account), "external_id": .string(externalID), "kind": .string(kind),
                "detail": .string(detail),
            ]
        }
    }

    /// A body that was refused.
    struct Refusal: Hashable, Sendable {
        let account: String
        let externalID: String?
        let code: String
        let message: String

        var ledgerEntry: JSONValue {
            [
                "account": .string(account), "external_id": .text(externalID), "code": .string(code),
                "message": .string(message),
            ]
        }
    }

    /// Refusals and violations beyond this number are counted, not kept.
    static let keptNotes = 10_000

    var accounts: [CloudKassirAccount]
    private(set) var receipts: [CloudKassirReceipt] = []
    private(set) var byID: [String: Int] = [:]
    private(set) var byKey: [Key: [Int]] = [:]
    private var drives: [String: FiscalDrive] = [:]
    private(set) var violations: [Violation] = []
    private(set) var violationCount = 0
    private(set) var refusals: [Refusal] = []
    private(set) var refusalCount = 0
    private(set) var pushes: [String: [Int?]] = [:]
    /// Requests so far by account, method and kind of path.
    var calls: [String: Int] = [:]

    init(accounts: [CloudKassirAccount]) {
        self.accounts = accounts
    }

    /// The receipt of that key that came first.
    func first(_ key: Key) -> Int? { byKey[key]?.first }

    /// A task number that no other receipt has.
    func nextID(account: String) -> String {
        let number = receipts.count + 1
        let hash = Digest.mixed(Digest.stableNumber(account) &+ UInt64(number))
        return "\(number)-\(String(hash, radix: 16))"
    }

    mutating func add(_ receipt: CloudKassirReceipt) -> Int {
        let index = receipts.count
        receipts.append(receipt)
        byID[receipt.id] = index
        byKey[Key(account: receipt.account, externalID: receipt.externalID), default: []].append(index)
        return index
    }

    mutating func update(_ index: Int, _ change: (inout CloudKassirReceipt) -> Void) {
        change(&receipts[index])
    }

    mutating func note(_ violation: Violation) {
        violationCount += 1
        if violations.count < Self.keptNotes { violations.append(violation) }
    }

    mutating func note(_ refusal: Refusal) {
        refusalCount += 1
        if refusals.count < Self.keptNotes { refusals.append(refusal) }
    }

    mutating func notePush(of id: String, status: Int?) {
        pushes[id, default: []].append(status)
    }

    /// Ends a waiting receipt whose polls and delay are over, or any waiting one with `force`.
    ///
    /// - Returns: whether it ended now.
    mutating func settle(_ index: Int, now: Int64, force: Bool = false) -> Bool {
        let receipt = receipts[index]
        guard receipt.status == .wait, force || (receipt.pollsLeft <= 0 && receipt.dueAt <= now) else { return false }
        if let failure = receipt.plannedFailure {
            receipts[index].status = .fail
            receipts[index].failure = failure
            receipts[index].plannedFailure = nil
        } else {
            var drive = drives[receipt.account] ?? FiscalDrive(account: receipt.account)
            receipts[index].fiscal = drive.fiscalise(
                type: receipt.type, total: receipt.total, at: receipt.timestamp, digest: receipt.digest)
            receipts[index].status = .done
            drives[receipt.account] = drive
        }
        return true
    }

    /// Puts back what a ledger file says about a receipt.
    mutating func restore(_ index: Int, fiscal: CloudKassirReceipt.Fiscal) {
        receipts[index].status = .done
        receipts[index].fiscal = fiscal
        receipts[index].failure = nil
        var drive = drives[receipts[index].account] ?? FiscalDrive(account: receipts[index].account)
        drive.resume(after: Int(fiscal.fd) ?? 0)
        drives[receipts[index].account] = drive
    }

    /// Forgets everything but the accounts.
    mutating func reset() {
        self = CloudKassirState(accounts: accounts)
    }
}
