import JobQueue
import Postgres

@testable import Relay

/// A row of `fiscal.receipt`.
struct ModelReceipt: Sendable {
    let id: Int64
    let promised: ReceiptBook.Promised
    let createdAt: Timestamp
    var state = ReceiptState.planned
    var providerID: String?
    var signs: PrintedSigns?
    var closedAt: Timestamp?
    /// Its provider called about it.
    var wasCalledAbout = false

    var eventID: Int64 { promised.intent.eventID }
    var part: Int { promised.intent.part }
    var edition: Int { promised.intent.edition }
    var shop: String { promised.intent.shop }
    var key: String { promised.key }
    var settlement: String { promised.settlement }
    var isOpen: Bool { state == .planned || state == .submitted }
    /// It stands for its settlement.
    var isLiving: Bool { state != .refused && state != .abandoned }

    var stored: StoredReceipt {
        StoredReceipt(
            promised.intent, id: id, state: state, providerID: providerID, signs: signs, createdAt: createdAt)
    }

    /// Its fate changes as an effect says; see `ReceiptEffects`.
    mutating func apply(_ effect: Effect, at now: Timestamp) {
        let name = effect.kind.name
        if name == "receipt.reopen" {
            if state == .submitted { state = .planned }
            return
        }
        guard isOpen else { return }
        if name == "receipt.accept" {
            state = .submitted
            providerID = effect.row[1].string
        } else if name == "receipt.fiscalise" {
            state = .fiscalised
            signs = PrintedSigns(
                fn: effect.row[1].string ?? "", fd: effect.row[2].string ?? "", fpd: effect.row[3].string ?? "")
            closedAt = now
        } else if name == "receipt.refuse" {
            state = .refused
            closedAt = now
        }
    }
}
