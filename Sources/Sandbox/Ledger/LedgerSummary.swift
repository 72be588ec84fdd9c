/// What the stand-ins saw, in numbers.
package struct LedgerSummary: Hashable, Sendable {
    /// Numbers of one CloudKassir account, or of all.
    package struct CloudKassir: Hashable, Sendable {
        /// Receipts accepted (repeats of a key not counted).
        package var accepted = 0
        /// Documents fiscalised.
        package var fiscalised = 0
        /// Receipts that still wait.
        package var waiting = 0
        /// Receipts that ended as `fail`.
        package var failed = 0
        /// Documents beyond the first of a key: each is a doubled receipt.
        package var duplicates = 0
        /// Documents beyond the first with the same goods, buyer and sums under another key. Not wrong by itself.
        package var lookalikes = 0
        /// POSTs of a key already known.
        package var repeats = 0
        /// Bodies refused with 400. Counted for all accounts together.
        package var refused = 0
        /// Repeats of a key with other bytes. Counted for all accounts together.
        package var violations = 0
    }

    /// Numbers of one Bitrix portal, or of all.
    package struct Bitrix: Hashable, Sendable {
        /// Orders in the portal.
        package var orders = 0
        /// Orders whose properties name a fiscalised document that fits them, and no other order names.
        package var writtenBack = 0
        /// Orders with some but not all of the three values.
        package var incomplete = 0
        /// Orders whose three values name no document, somebody else's, or one with another total or buyer.
        package var mismatched = 0
        /// Orders with none of the three values.
        package var missing = 0
        /// Property values deleted by calls that did not name them.
        package var deletedValues = 0
        /// Refunds asked of the pay system.
        package var refundsAsked = 0
        /// How often documents of stock were conducted.
        package var conducted = 0
        /// Receipts that the portal gave to registers.
        package var checks = 0
        /// Of these, those taken for printed without fiscal data.
        package var emptyChecks = 0
        /// Pairs of tokens given for a refresh token.
        package var refreshes = 0
        /// Calls refused by a limit.
        package var limited = 0
        /// HTTP calls.
        package var calls = 0
    }

    /// All accounts together.
    package internal(set) var cloudKassir = CloudKassir()
    /// All portals together.
    package internal(set) var bitrix = Bitrix()
    /// By account.
    package internal(set) var accounts: [String: CloudKassir] = [:]
    /// By portal.
    package internal(set) var portals: [String: Bitrix] = [:]
}

extension LedgerSummary.CloudKassir {
    /// The numbers under their names on the wire.
    var json: JSONValue {
        [
            "accepted": .int(accepted), "fiscalised": .int(fiscalised), "waiting": .int(waiting),
            "failed": .int(failed),
            "duplicates": .int(duplicates), "lookalikes": .int(lookalikes), "repeats": .int(repeats),
            "refused": .int(refused), "violations": .int(violations),
        ]
    }
}

extension LedgerSummary.Bitrix {
    /// The numbers under their names on the wire.
    var json: JSONValue {
        [
            "orders": .int(orders), "written_back": .int(writtenBack), "incomplete": .int(incomplete),
            "mismatched": .int(mismatched), "missing": .int(missing), "deleted_values": .int(deletedValues),
            "refunds_asked": .int(refundsAsked), "conducted": .int(conducted), "checks": .int(checks),
            "empty_checks": .int(emptyChecks), "refreshes": .int(refreshes), "limited": .int(limited),
            "calls": .int(calls),
        ]
    }

    /// Adds another portal's numbers.
    static func += (left: inout Self, right: Self) {
        left.orders += right.orders
        left.writtenBack += right.writtenBack
        left.incomplete += right.incomplete
        left.mismatched += right.mismatched
        left.missing += right.missing
        left.deletedValues += right.deletedValues
        left.refundsAsked += right.refundsAsked
        left.conducted += right.conducted
        left.checks += right.checks
        left.emptyChecks += right.emptyChecks
        left.refreshes += right.refreshes
        left.limited += right.limited
        left.calls += right.calls
    }
}

extension LedgerSummary {
    /// The answer of `GET /_sandbox/ledger/summary`.
    var json: JSONValue {
        func sorted<Numbers>(_ named: [String: Numbers], _ json: (Numbers) -> JSONValue) -> JSONValue {
            .object(named.sorted { $0.key < $1.key }.map { JSONMember($0.key, json($0.value)) })
        }
        return [
            "cloudkassir": cloudKassir.json, "bitrix": bitrix.json, "accounts": sorted(accounts, \.json),
            "portals": sorted(portals, \.json),
        ]
    }
}
