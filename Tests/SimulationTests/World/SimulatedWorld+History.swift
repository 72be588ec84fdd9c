import Relay

extension SimulatedWorld {
    /// What is on record at the end, for the checker of production.
    var history: History {
        let events = database.events.sorted { ($0.shop, $0.lane, $0.id) < ($1.shop, $1.lane, $1.id) }
        var remainder = HistoryRemainder()
        for (place, receipt) in database.receipts.enumerated() where receipt.isLiving {
            let isRivalled = database.receipts.enumerated().contains { other, rival in
                other != place && rival.isLiving && rival.shop == receipt.shop
                    && rival.settlement == receipt.settlement && rival.part == receipt.part
            }
            if isRivalled { remainder.rivals.append(Self.record(receipt)) }
        }
        remainder.orderedJobs = database.jobs.filter(\.spawned).map { job in
            OrderedJob(
                id: job.id, shop: job.shop, kind: job.kind, lane: job.lane, event: job.eventID, job: record(job))
        }
        remainder.orderedRuns = database.runs.filter { $0.job > database.firstSpawned }
        var ledger = provider.ledger
        ledger.wrongOrders = wrongOrders
        return History(
            events: events.map(record), remainder: remainder, ledger: ledger, isSettled: true, tolerance: .none)
    }

    /// Orders that do not show what they are to show, and for which nothing is left to be done.
    private var wrongOrders: [ProviderLedger.WrongOrder] {
        var wrong: [ProviderLedger.WrongOrder] = []
        for name in SampleShops.names {
            guard let portal = book.shop(name)?.portal else { continue }
            for number in SampleEvent.orders {
                let shown = database.shown(shop: name, order: String(number))
                guard let plan = WritebackPlan(shown, properties: portal.properties, comments: false),
                    !self.portal.shows(plan.values, order: String(number), shop: name),
                    !isLeft(order: number, shop: name)
                else { continue }
                wrong.append(.init(portal: name, order: Int(number), finding: "it does not show its receipts"))
            }
        }
        return wrong
    }

    /// Whether something of an order is in front of a person, or held by what is.
    private func isLeft(order: Int64, shop: String) -> Bool {
        database.jobs.contains { $0.shop == shop && ($0.spawned || $0.id / 10 == order) }
    }

    private func record(_ event: ModelDatabase.Event) -> HistoryEvent {
        HistoryEvent(
            id: event.id, shop: event.shop, kind: event.kind, eventKey: event.key, lane: event.lane,
            committedAt: event.committedAt,
            job: database.jobs.first { $0.id == event.id }.map(record),
            end: database.ends[event.id],
            receipts: database.receipts.filter { $0.eventID == event.id }.map(Self.record).sorted {
                ($0.part, $0.edition) < ($1.part, $1.edition)
            },
            runs: database.runs.filter { $0.job == event.id }, wasReleased: event.wasReleased,
            acts: event.acts, absences: event.absences)
    }

    private func record(_ job: ModelJob) -> HistoryEvent.Job {
        HistoryEvent.Job(
            state: job.state.rawValue, step: job.step, runNumber: job.runNumber, holdsLane: job.holder,
            reasonCode: job.reasonCode, reason: job.reason, isStray: isStray(job))
    }

    private static func record(_ receipt: ModelReceipt) -> HistoryReceipt {
        HistoryReceipt(
            event: receipt.eventID, part: receipt.part, edition: receipt.edition, externalID: receipt.key,
            settlementKey: receipt.settlement, state: receipt.state, recordedDigest: receipt.promised.digest,
            requestDigest: receipt.promised.digest, signs: receipt.signs, closedAt: receipt.closedAt)
    }

    /// It waits in a lane in which nobody is whom it could wait for.
    private func isStray(_ job: ModelJob) -> Bool {
        job.state == .waiting
            && !database.jobs.contains { other in
                other.shop == job.shop && other.lane == job.lane
                    && (other.holder || other.id < job.id && other.state != .dead && other.state != .waiting)
            }
    }
}
