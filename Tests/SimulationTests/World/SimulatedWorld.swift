import Postgres
import Relay

@testable import JobQueue

/// One schedule: a database, providers, workers, shops and a person in simulated time, with everything that goes wrong
/// drawn from a seed. The same seed is the same schedule.
///
/// Everything happens in one thread, one thing after the other; nothing waits for real time.
final class SimulatedWorld {
    static let base = ContinuousClock.now
    /// Troubles come within the first so many microseconds.
    static let trouble: Int64 = 12_000_000
    /// After so much simulated time whatever is not at rest never will be.
    static let limit: Int64 = 1800 * 1_000_000

    let seed: UInt64
    let mutation: Mutation?
    let book: ReceiptBook
    let troubles: Troubles
    var random: SeededGenerator
    var database: ModelDatabase
    var provider = ModelProvider()
    var portal = ModelPortal()
    var witness = Witness()
    private(set) var now: Int64 = 0
    private(set) var story: [String] = []
    private let keepsStory: Bool
    private var agenda = Agenda()
    private(set) var workers: [SimulatedWorker] = []
    private var databaseAwayUntil: Int64 = 0
    /// While it is away it takes statements, and carries them out afterwards.
    private(set) var isDatabaseFrozen = false
    /// Messages under way that may still change something.
    var underWay = 0
    /// Events that shops have still to commit.
    private var expected = 0
    /// Whether nothing in the database is left to do; `nil`: something was committed since that was looked at.
    private var isDatabaseAtRest: Bool?

    init(seed: UInt64, book: ReceiptBook, mutation: Mutation? = nil, keepsStory: Bool = false) {
        self.seed = seed
        self.book = book
        self.mutation = mutation
        self.keepsStory = keepsStory
        database = ModelDatabase(book: book, mutation: mutation)
        var random = SeededGenerator(seed: seed)
        var troubles = Troubles(from: &random)
        mutation?.worsen(&troubles)
        self.troubles = troubles
        self.random = random
    }

    // MARK: Time and chance

    var timestamp: Timestamp {
        Timestamp(microsecondsSince1970: SampleEvent.epoch.microsecondsSince1970 + now)
    }
    var instant: ContinuousClock.Instant { Self.base.advanced(by: .microseconds(now)) }

    /// Nothing goes wrong any more.
    var isCalm: Bool { now >= Self.trouble }

    func after(_ delay: Int64, _ action: @escaping () -> Void) {
        agenda.add(at: now + max(0, delay), action)
    }

    func draw(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(random.next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// 0 up to 1.
    var jitter: Double { Double(random.next() % 1024) / 1024 }

    /// Whether a trouble of so many in a thousand strikes; none does once the bad time is over.
    func strikes(_ thousandths: Int) -> Bool {
        guard thousandths > 0, now < Self.trouble else { return false }
        return random.next() % 1000 < UInt64(thousandths)
    }

    /// How long a message takes: a few milliseconds, or much longer.
    func transit() -> Int64 {
        strikes(troubles.delay) ? draw(0...9_000_000) : draw(100...4_000)
    }

    /// How long a statement takes to be carried out: also long after its worker has given up on it.
    func databaseTransit() -> Int64 {
        guard strikes(troubles.delay) else { return draw(100...4_000) }
        return draw(0...3) == 0 ? draw(0...40_000_000) : draw(0...9_000_000)
    }

    var isDatabaseAway: Bool { now < databaseAwayUntil }
    var databaseAwayFor: Int64 { max(0, databaseAwayUntil - now) }

    func tell(_ line: @autoclosure () -> String) {
        guard keepsStory else { return }
        let fraction = String(1_000_000 + now % 1_000_000).dropFirst()
        let seconds = "\(now / 1_000_000).\(fraction)"
        story.append("\(String(repeating: " ", count: max(0, 11 - seconds.count)))\(seconds)  \(line())")
    }

    // MARK: The schedule

    /// Plays the schedule to its end; what it broke.
    func run() -> [Breach] {
        database.lastID = database.firstSpawned
        for limits in drawLimits() {
            tell("\(limits.name) allows \(limits.rate?.perSecond ?? 0) a second, \(limits.concurrency ?? 0) at once")
            database.destinations[limits.name, default: ModelDestination()].limit(limits, at: timestamp)
        }
        for arrival in Arrivals.draw(from: self) {
            expected += 1
            after(arrival.at) { [self] in commit(arrival) }
        }
        for number in 1...Int(draw(2...3)) {
            let worker = SimulatedWorker(number, self)
            workers.append(worker)
            worker.start(after: draw(0...500_000))
            plague(worker)
        }
        if troubles.outages > 0 {
            for _ in 0..<draw(1...2) {
                after(draw(0...Self.trouble)) { [self] in
                    isDatabaseFrozen = draw(0...2) == 0
                    databaseAwayUntil = now + draw(500_000...9_000_000)
                    tell("the database is \(isDatabaseFrozen ? "frozen" : "away") until \(databaseAwayUntil / 1000) ms")
                }
            }
        }
        if troubles.lies > 0 {
            for _ in 0..<draw(1...4) { after(draw(0...Self.trouble)) { [self] in lie() } }
        }
        let person = SimulatedPerson(self)
        after(draw(4_000_000...9_000_000)) { person.visit() }
        while let (at, action) = agenda.next(), at < Self.limit {
            now = at
            action()
            if isAtRest { break }
        }
        // What was still to come holds this world.
        agenda = Agenda()
        for worker in workers { worker.forget() }
        return breaches
    }

    /// What the configuration says of the destinations, or what it might.
    private func drawLimits() -> [DestinationLimits] {
        guard draw(0...3) == 0 else { return book.limits }
        return book.limits.map { limits in
            let rate = DestinationLimits.Rate(perSecond: Double(draw(1...4)) / 2, burst: Int(draw(1...2)))
            let kind = draw(0...2)
            return DestinationLimits(
                name: limits.name, rate: kind > 0 ? rate : nil, concurrency: kind < 2 ? Int(draw(1...2)) : nil)
        }
    }

    private func commit(_ arrival: Arrivals.Arrival) {
        guard !isDatabaseAway else {
            return after(databaseAwayUntil - now + draw(0...100_000)) { [self] in commit(arrival) }
        }
        var event = arrival.event
        tell("the shop \(event.shop) commits event \(event.id) \(arrival.words), lane “\(event.lane)”")
        event.committedAt = timestamp
        database.insert(event, step: arrival.step)
        expected -= 1
        changed()
    }

    /// Deaths, suspensions and stops of a worker beside those at its messages.
    private func plague(_ worker: SimulatedWorker) {
        if troubles.crashes > 0 { after(draw(0...Self.trouble)) { worker.process.crash() } }
        if troubles.suspensions > 0 { after(draw(0...Self.trouble)) { worker.process.suspend() } }
        if troubles.stops > 0 { after(draw(0...Self.trouble)) { worker.terminate() } }
    }

    /// Something was committed.
    func changed() {
        isDatabaseAtRest = nil
        guard database.takeNotification() else { return }
        for worker in workers { worker.notify() }
    }

    // MARK: Callbacks

    /// A provider calls about a receipt, perhaps twice, perhaps not at all.
    func callBack(_ key: String) {
        guard !strikes(troubles.networkLoss) else { return }
        for _ in 0..<(strikes(troubles.networkLoss) ? 2 : 1) {
            underWay += 1
            after(transit()) { [self] in
                underWay -= 1
                receiveCallback(key)
            }
        }
    }

    /// Somebody calls about a receipt of which nothing is new.
    private func lie() {
        guard let receipt = database.receipts.randomElement(using: &random) else { return }
        receiveCallback(receipt.key)
    }

    private func receiveCallback(_ key: String) {
        guard !isDatabaseAway else { return }
        tell("a callback about \(key)")
        if let job = database.receiveCallback(key, at: timestamp), let index = database.index(job) {
            witness.calls(database.jobs[index], at: timestamp)
        }
        changed()
    }

    // MARK: The end

    /// Whether nothing is left to do but what stays in front of a person.
    private var isAtRest: Bool {
        let isLeft = isDatabaseAtRest ?? leavesAlone
        isDatabaseAtRest = isLeft
        return isLeft && expected == 0 && underWay == 0 && workers.allSatisfy(\.isQuiet)
    }

    /// Whether no job is left to be worked on, by a worker or by a person.
    private var leavesAlone: Bool {
        for job in database.jobs where job.state != .dead && job.state != .waiting { return false }
        return database.jobs.allSatisfy { job in
            job.state == .dead ? !SimulatedPerson.cares(job, self) : isHeld(job)
        }
    }

    private func isHeld(_ job: ModelJob) -> Bool {
        database.jobs.contains { $0.holder && $0.state == .dead && $0.shop == job.shop && $0.lane == job.lane }
    }

    private var breaches: [Breach] {
        witness.breaches + history.violations.map(Breach.init)
    }
}
