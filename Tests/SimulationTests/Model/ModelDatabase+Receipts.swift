import Postgres

@testable import Postgres
@testable import Relay
@testable import JobQueue

extension ModelDatabase {
    /// All receipts of an event, by part and edition.
    func receipts(of event: Int64) -> [StoredReceipt] {
        receipts.filter { $0.eventID == event }.sorted { ($0.part, $0.edition) < ($1.part, $1.edition) }.map(\.stored)
    }

    /// The newest edition of a part; `nil` when none was planned yet.
    func receipt(event: Int64, part: Int) -> ModelReceipt? {
        receipts.filter { $0.eventID == event && $0.part == part }.max { $0.edition < $1.edition }
    }

    /// The living receipts of an order without those of `event`, oldest first.
    func history(shop: String, order: String, without event: Int64) -> [ModelReceipt] {
        receipts.filter {
            $0.isLiving && $0.shop == shop && $0.promised.intent.planned.orderID == order && $0.eventID != event
        }
    }

    /// The event whose living receipt settles this already, if it is another one.
    func rival(shop: String, settlement: String, of event: Int64) -> Int64? {
        guard mutation != .settlementKeyRemoved else { return nil }
        return receipts.first {
            $0.isLiving && $0.shop == shop && $0.settlement == settlement && $0.eventID != event
        }?.eventID
    }

    /// The newest earlier event of an order that took money and has no fiscalised receipt.
    func unreceiptedPayment(shop: String, lane: String, before id: Int64) -> Int64? {
        guard !lane.isEmpty else { return nil }
        return events.filter { event in
            event.shop == shop && event.lane == lane && event.id < id && event.kind == "order.paid"
                && !receipts.contains { $0.eventID == event.id && $0.state == .fiscalised }
                && !["nothing_due", "cancelled"].contains(ends[event.id]?.outcome ?? "")
        }.map(\.id).max()
    }

    // MARK: Effects

    /// Whether a unique index refuses what these reports plan.
    func isRefused(_ reports: [Report]) -> Bool {
        var planned: [ReceiptBook.Promised] = []
        for report in reports {
            for effect in report.outcome.effects where effect.kind == ReceiptEffects.plan {
                if let promised = book?.promised(by: effect) { planned.append(promised) }
            }
        }
        guard !planned.isEmpty else { return false }
        for (place, one) in planned.enumerated() {
            for receipt in receipts where one.collides(with: receipt.promised, isLiving: receipt.isLiving, mutation) {
                return true
            }
            for other in planned[..<place] where one.collides(with: other, isLiving: true, mutation) { return true }
        }
        return false
    }

    mutating func apply(_ effect: Effect, at now: Timestamp) {
        if effect.kind == ReceiptEffects.plan {
            guard let promised = book?.promised(by: effect) else { return }
            receipts.append(ModelReceipt(id: Int64(receipts.count + 1), promised: promised, createdAt: now))
            return
        }
        if effect.kind.name == "destination.rest" {
            guard let name = effect.row[0].string, let wait = effect.row[1].integer, let claimed = effect.row[4].moment
            else { return }
            destinations[name, default: ModelDestination()].rest(for: .milliseconds(wait), claimed: claimed, at: now)
            return
        }
        let id = effect.row[0].integer
        guard let index = receipts.firstIndex(where: { $0.id == id }) else { return }
        if effect.kind.name == "callback.hasten" {
            hasten(receipts[index], at: now)
        } else {
            receipts[index].apply(effect, at: now)
        }
    }

    /// The first poll of a receipt comes at once if its provider has called about it.
    private mutating func hasten(_ receipt: ModelReceipt, at now: Timestamp) {
        guard receipt.wasCalledAbout, let job = index(receipt.eventID), jobs[job].state == .later else { return }
        jobs[job].runAt = now
        tellSleepers(at: now)
    }

    /// A provider called about a receipt; see `fiscal.receive_callback`. The job that is to look at once.
    mutating func receiveCallback(_ key: String, at now: Timestamp) -> Int64? {
        guard let index = receipts.lastIndex(where: { $0.key == key }) else { return nil }
        receipts[index].wasCalledAbout = true
        guard receipts[index].isOpen else { return nil }
        if mutation == .callbackTrusted {
            receipts[index].state = .fiscalised
            receipts[index].signs = PrintedSigns(fn: "9960440300000009", fd: "1", fpd: "1")
            receipts[index].closedAt = now
        }
        wake(receipts[index].eventID, at: now)
        return receipts[index].eventID
    }
}

extension ReceiptBook.Promised {
    /// Whether the unique indexes of `fiscal.receipt` keep the two apart.
    fileprivate func collides(with other: Self, isLiving: Bool, _ mutation: Mutation?) -> Bool {
        let (mine, theirs) = (intent, other.intent)
        if mine.eventID == theirs.eventID { return mine.part == theirs.part && mine.edition == theirs.edition }
        return isLiving && mutation != .settlementKeyRemoved && mine.shop == theirs.shop && mine.part == theirs.part
            && settlement == other.settlement
    }
}

// Never inlined: the optimizer of Swift 6.3 fails over the switch in its callers.
extension Parameter {
    var integer: Int64? {
        @inline(never) get { if case .int(let value) = content { value } else { nil } }
    }
    var string: String? {
        @inline(never) get { if case .text(let value) = content { value } else { nil } }
    }
    var moment: Timestamp? {
        @inline(never) get { if case .timestamp(let value) = content { value } else { nil } }
    }
    var byteArray: [UInt8]? {
        @inline(never) get { if case .bytes(let value) = content { value } else { nil } }
    }
}
