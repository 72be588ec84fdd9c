/// Which part of the ledger is wanted.
package struct LedgerFilter: Hashable, Sendable {
    /// One service only.
    package var service: SandboxService?
    /// One account or portal only.
    package var account: String?
    /// One key only.
    package var externalID: String?
    /// Receipts in one state only: wait, done or fail.
    package var status: String?
    /// One order only.
    package var order: Int?
    /// Whether the bodies are wanted too.
    package var withBodies: Bool

    /// Makes a filter; without arguments everything is wanted.
    package init(
        service: SandboxService? = nil, account: String? = nil, externalID: String? = nil, status: String? = nil,
        order: Int? = nil, withBodies: Bool = true
    ) {
        self.service = service
        self.account = account
        self.externalID = externalID
        self.status = status
        self.order = order
        self.withBodies = withBodies
    }
}

extension Sandbox {
    /// Everything in numbers, in time proportional to receipts and orders.
    package func summary() -> LedgerSummary {
        cloudKassir.settleDue()
        let kassir = cloudKassir.withState { $0 }
        let portals = bitrix.withPortals { $0 }
        var summary = LedgerSummary()
        var documents: Set<CloudKassirState.Key> = []
        var contents: Set<String> = []
        for account in kassir.accounts { summary.accounts[account.name] = .init() }
        for receipt in kassir.receipts {
            var numbers = LedgerSummary.CloudKassir()
            numbers.accepted = 1
            numbers.repeats = receipt.timesSent - 1
            switch receipt.status {
            case .wait: numbers.waiting = 1
            case .fail: numbers.failed = 1
            case .done:
                numbers.fiscalised = 1
                let key = CloudKassirState.Key(account: receipt.account, externalID: receipt.externalID)
                if !documents.insert(key).inserted {
                    numbers.duplicates = 1
                } else if !contents.insert("\(receipt.account) \(receipt.contentDigest)").inserted {
                    numbers.lookalikes = 1
                }
            }
            summary.add(numbers, of: receipt.account)
        }
        summary.cloudKassir.refused = kassir.refusalCount
        summary.cloudKassir.violations = kassir.violationCount
        let check = WriteBackCheck(kassir.receipts, Array(portals.values))
        for (name, state) in portals {
            var numbers = LedgerSummary.Bitrix()
            numbers.orders = state.orders.ids.count
            numbers.deletedValues = state.deletedValues
            numbers.refundsAsked = state.refundsAsked.count
            numbers.conducted = state.catalog.conducted
            numbers.refreshes = state.grants.refreshes
            for check in state.cashbox.checks.values {
                numbers.checks += 1
                if check.state == .printed, check.fiscal["FN_NUMBER"] == "" { numbers.emptyChecks += 1 }
            }
            numbers.limited = state.limited.values.reduce(0, +)
            numbers.calls = state.calls.filter { !$0.key.hasPrefix("batch/") }.values.reduce(0, +)
            for order in state.orders.ids {
                switch check.verdict(of: order, in: state) {
                case .right: numbers.writtenBack += 1
                case .missing: numbers.missing += 1
                case .incomplete: numbers.incomplete += 1
                case .mismatched: numbers.mismatched += 1
                }
            }
            summary.portals[name] = numbers
            summary.bitrix += numbers
        }
        return summary
    }

    /// Requests to all stand-ins so far; a batch counts as one.
    package var requests: Int {
        let bitrix = bitrix.withPortals { portals in
            portals.values.reduce(0) { sum, state in
                sum + state.calls.filter { !$0.key.hasPrefix("batch/") }.values.reduce(0, +)
            }
        }
        return bitrix + cloudKassir.withState { $0.calls.values.reduce(0, +) }
    }

    /// The receipts accepted so far, in the order of their coming.
    package func receipts(_ filter: LedgerFilter = LedgerFilter()) -> [CloudKassirReceipt] {
        cloudKassir.settleDue()
        return cloudKassir.withState { state in
            let candidates: [CloudKassirReceipt]
            if let account = filter.account, let externalID = filter.externalID {
                candidates = (state.byKey[.init(account: account, externalID: externalID)] ?? []).map {
                    state.receipts[$0]
                }
            } else {
                candidates = state.receipts
            }
            return candidates.filter { receipt in
                (filter.account ?? receipt.account) == receipt.account
                    && (filter.externalID ?? receipt.externalID) == receipt.externalID
                    && (filter.status ?? receipt.status.rawValue) == receipt.status.rawValue
            }
        }
    }

    /// The values of an order's properties by code; nil if there is no such order.
    package func properties(ofOrder order: Int, in portal: String = "main") -> [String: String]? {
        bitrix.withPortals { portals in
            guard let state = portals[portal], state.orders.rows[order] != nil else { return nil }
            return state.values(of: order)
        }
    }

    /// HTTP calls of a portal so far by method; commands of batches stand as `batch/` and their method.
    package func calls(in portal: String = "main") -> [String: Int] {
        bitrix.withPortals { $0[portal]?.calls ?? [:] }
    }

    /// How many callbacks were answered with success, for each receipt of an account that was called about.
    package func answeredCallbacks(in account: String) -> [Int] {
        cloudKassir.withState { state in
            state.receipts.filter { $0.account == account }.compactMap { receipt in
                state.pushes[receipt.id]?.count { (200..<300).contains($0 ?? 0) }
            }
        }
    }

    /// The ledger as `GET /_sandbox/ledger` shows it.
    package func ledger(_ filter: LedgerFilter = LedgerFilter()) -> JSONValue {
        var ledger: JSONValue = [:]
        if filter.service != .bitrix {
            let kassir = cloudKassir.withState { $0 }
            func notes<Note>(_ notes: [Note], _ account: (Note) -> String, _ json: (Note) -> JSONValue) -> JSONValue {
                .array(notes.filter { (filter.account ?? account($0)) == account($0) }.map(json))
            }
            ledger.set(
                "cloudkassir",
                to: [
                    "receipts": .array(
                        receipts(filter).map {
                            $0.ledgerEntry(pushes: kassir.pushes[$0.id] ?? [], withBody: filter.withBodies)
                        }),
                    "violations": notes(kassir.violations, \.account, \.ledgerEntry),
                    "refused": notes(kassir.refusals, \.account, \.ledgerEntry),
                    "calls": .counts(kassir.calls),
                ])
        }
        if filter.service != .cloudKassir {
            let portals = bitrix.withPortals { $0 }
            let check = WriteBackCheck(cloudKassir.withState { $0.receipts }, Array(portals.values))
            let wanted = portals.filter { (filter.account ?? $0.key) == $0.key }.sorted { $0.key < $1.key }
            let entries = wanted.map { JSONMember($0.key, $0.value.ledgerEntry(filter, check)) }
            ledger.set("bitrix", to: .object(entries))
        }
        return ledger
    }
}

extension LedgerSummary {
    fileprivate mutating func add(_ numbers: CloudKassir, of account: String) {
        cloudKassir += numbers
        accounts[account, default: .init()] += numbers
    }
}

extension LedgerSummary.CloudKassir {
    fileprivate static func += (left: inout Self, right: Self) {
        left.accepted += right.accepted
        left.fiscalised += right.fiscalised
        left.waiting += right.waiting
        left.failed += right.failed
        left.duplicates += right.duplicates
        left.lookalikes += right.lookalikes
        left.repeats += right.repeats
    }
}

extension JSONValue {
    /// Counts by name, sorted by name.
    static func counts(_ counts: [String: Int]) -> JSONValue {
        .object(counts.sorted { $0.key < $1.key }.map { JSONMember($0.key, .int($0.value)) })
    }
}

extension PortalState {
    /// The portal in the ledger.
    fileprivate func ledgerEntry(_ filter: LedgerFilter, _ check: WriteBackCheck) -> JSONValue {
        let ids = filter.order.map { orders.rows[$0] == nil ? [] : [$0] } ?? orders.ids
        let entries = ids.map { id -> JSONValue in
            let values = values(of: id).sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) }
            return [
                "id": .int(id), "price": orders.value("price", of: id), "payed": orders.value("payed", of: id),
                "version": orders.value("version", of: id), "properties": .object(values),
                "write_back": .string(check.verdict(of: id, in: self).ledgerText),
                "writes": .array((propertyWrites[id] ?? []).map(\.ledgerEntry)),
            ]
        }
        return [
            "orders": .array(entries), "calls": .counts(calls), "limited": .counts(limited),
            "deleted_values": .int(deletedValues), "refunds_asked": .array(refundsAsked.map { .int($0) }),
            "dropped_filters": .counts(droppedFilters), "stock": stock, "documents": documents,
            "checks": .array(cashbox.checks.values.sorted { $0.id < $1.id }.map(\.json)),
            "installed": .array(grants.installed.sorted().map(JSONValue.string)), "refreshes": .int(grants.refreshes),
        ]
    }

    /// What lies where: quantity by product, by store.
    private var stock: JSONValue {
        let rows = catalog.storeProducts.ids.compactMap { catalog.storeProducts.rows[$0] }
        let stores = Dictionary(grouping: rows) { $0.value("storeId", of: catalog.storeProducts.entity).intValue ?? 0 }
        return .object(
            stores.sorted { $0.key < $1.key }.map { store, rows in
                let amounts = rows.sorted { $0.owner < $1.owner }.map {
                    JSONMember(String($0.owner), $0.value("amount", of: catalog.storeProducts.entity))
                }
                return JSONMember(String(store), .object(amounts))
            })
    }

    /// The documents with their lines.
    private var documents: JSONValue {
        .array(
            catalog.documents.ids.compactMap { id in
                guard var document = catalog.documents.json(id) else { return nil }
                let lines = catalog.elements.rows(of: id).map { $0.json(of: catalog.elements.entity) }
                document.set("elements", to: .array(lines))
                return document
            })
    }
}
