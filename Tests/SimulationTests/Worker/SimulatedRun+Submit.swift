import FiscalProviders
import Postgres

@testable import JobQueue
@testable import Relay

extension SimulatedRun {
    /// See `ReceiptSteps.runSubmit`.
    func submit() {
        shop { shop in
            read({ [self] in world.database.receipt(event: event, part: run.part) }) { [self] receipt in
                guard let receipt else {
                    return answer(Outcome(.dead(steps.failure.receiptGone(part: run.part))))
                }
                let stored = receipt.stored
                switch steps.submission(of: stored, known, shop: shop, jitter: world.jitter) {
                case .answer(let outcome): answer(outcome)
                case .finished: finished(stored, shop)
                case .send(let register):
                    // The bytes are read.
                    read({ receipt }) { [self] receipt in send(receipt, stored, register, shop) }
                }
            }
        }
    }

    /// The run as the decision sees it.
    private var known: JobRun {
        guard world.mutation == .doubtForgotten, run.settlingDoubt else { return run }
        return JobRun(
            job: run.job, runNumber: run.runNumber, eventID: run.eventID, shop: run.shop, kind: run.kind,
            eventKey: run.eventKey, lane: run.lane, queue: run.queue, step: run.step, part: run.part,
            edition: run.edition, occurredAt: run.occurredAt, claimedAt: run.claimedAt, settlingDoubt: false)
    }

    private func send(_ receipt: ModelReceipt, _ stored: StoredReceipt, _ register: CashRegister, _ shop: Shop) {
        let needed = ReceiptSteps.leaseNeeded(by: register)
        guard run.hasLease(for: needed, at: world.instant) || world.mutation == .leaseCheckRemoved else {
            world.tell("run \(run.runNumber) of job \(run.job) has too short a lease to send")
            return answer(Outcome(.handBack))
        }
        let checked = world.now
        // Connecting takes a while, in which the process may be stopped. The request's time-out counts from its call:
        // what has not left by then does not leave.
        process.post(world.draw(0...300)) { [self] in
            process.pass { [self] in
                guard !isCancelled, world.now - checked < register.timeout.wholeMicroseconds else {
                    return heard(.failed(provenUnsent: true, reason: "too late"), stored, register, shop)
                }
                leave(receipt, stored, register, shop)
            }
        }
    }

    private func leave(_ receipt: ModelReceipt, _ stored: StoredReceipt, _ register: CashRegister, _ shop: Shop) {
        let isOwner =
            world.database.index(run.job.rawValue).map {
                let job = world.database.jobs[$0]
                return job.runNumber == run.runNumber && job.state == .running
            } ?? false
        let deduplicates = register.provider.doubt.policy == .resend
        world.witness.sends(
            receipt.key, world.mutation == .doubtForgotten ? known : run, isOwner: isOwner,
            isLeased: world.database.workers[engine.id].map { !$0.isDead } ?? false, deduplicates: deduplicates,
            timeout: register.timeout.wholeMicroseconds, at: world.now)
        var digest = receipt.promised.digest
        if world.mutation == .bytesRebuilt { digest += " of run \(run.runNumber)" }
        let sentAt = world.timestamp
        ProviderLine(self).submit(key: receipt.key, digest: digest, deduplicates: deduplicates) { [self] reply in
            heard(reply, stored, register, shop, sentAt: sentAt)
        }
    }

    private func heard(
        _ reply: ProviderReply, _ stored: StoredReceipt, _ register: CashRegister, _ shop: Shop,
        sentAt: Timestamp? = nil
    ) {
        let told = world.book.submission(reply)
        var isKnown = true
        if case .unknown = told.verdict { isKnown = false }
        world.witness.hears(run, isKnown: isKnown)
        world.tell("worker \(process.number): the send of \(stored.externalID) ended as \(told.exchange.code)")
        answer(
            steps.afterSending(
                told, stored, register, shop, claimedAt: run.claimedAt, digest: stored.requestDigest,
                sentAt: sentAt ?? world.timestamp, answeredAt: world.timestamp, jitter: world.jitter))
    }
}
