/// I6: stock is the sum of the transactions, each counted once, here and in the portals.
enum StockRule {
    static func violations(of balances: [StockBalance]) -> [Violation] {
        balances.compactMap { balance in
            let place = "product \(balance.product) in store \(balance.store) of shop \(balance.shop)"
            if balance.repeats > 0 {
                return Violation(.stockOnce, "moved_twice", "\(place): \(balance.repeats) lines are on record twice")
            }
            guard !balance.isEven else { return nil }
            return Violation(
                .stockOnce, "level_differs",
                "\(place): the level is \(balance.level ?? "absent"), the transactions say \(balance.sum)")
        }
    }

    private struct Place: Hashable, Comparable {
        let store: String
        let product: String

        static func < (left: Place, right: Place) -> Bool { (left.store, left.product) < (right.store, right.product) }
    }

    /// Whether portals moved by documents of ours what the ledger says that they did: no line less, and none twice, under
    /// whatever number. To be asked only when nothing is under way.
    ///
    /// - Parameters:
    ///   - record: What the ledger says.
    ///   - documents: Those of ours that portals have conducted.
    /// - Returns: Where they differ, by store and product.
    static func violations(of record: StockDocumentsOnRecord, _ documents: [PortalDocument]) -> [Violation] {
        let judged = documents.filter { !record.open.contains($0.number) }
        let doubled = Dictionary(grouping: judged) { [$0.portal, $0.number] }.filter { $0.value.count > 1 }.keys
            .sorted { $0.joined() < $1.joined() }
            .map {
                Violation(
                    .stockOnce, "document_doubled", "portal \($0[0]) has conducted document \($0[1]) more than once")
            }
        var sums: [Place: (ours: Int64, theirs: Int64)] = [:]
        for line in record.carried {
            sums[Place(store: line.store, product: line.product), default: (0, 0)].ours += line.millionths
        }
        for line in judged.flatMap(\.lines) {
            sums[Place(store: line.store, product: line.product), default: (0, 0)].theirs += line.millionths
        }
        return doubled
            + sums.filter { $0.value.ours != $0.value.theirs }.sorted { $0.key < $1.key }.map { place, sums in
                Violation(
                    .stockOnce, "portal_differs",
                    "product \(place.product) in store \(place.store): by our documents the portals moved "
                        + "\(sums.theirs) millionths, the ledger counts \(sums.ours) as brought")
            }
    }
}
