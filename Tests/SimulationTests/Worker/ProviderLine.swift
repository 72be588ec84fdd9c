import FiscalProviders
import JobQueue

/// The way from a run to its provider and back: requests and answers may be late, lost or doubled, or be no answers.
struct ProviderLine {
    private static let timeout = SampleShops.timeout.wholeMicroseconds

    private let run: SimulatedRun
    private var world: SimulatedWorld { run.world }
    private var process: SimulatedProcess { run.process }

    init(_ run: SimulatedRun) {
        self.run = run
    }

    /// Keeps the first answer of several, and gives the time-out if there is none.
    private func once(_ then: @escaping (ProviderReply) -> Void) -> (ProviderReply) -> Void {
        var isOver = false
        return { [process] reply in
            guard !isOver else { return }
            process.pass {
                guard !isOver else { return }
                isOver = true
                then(reply)
            }
        }
    }

    /// A POST with the bytes of a receipt.
    func submit(
        key: String, digest: String, deduplicates: Bool, _ then: @escaping (ProviderReply) -> Void
    ) {
        world.tell("worker \(process.number) sends \(key)")
        let end = once(then)
        run.endRequest = { end(.failed(provenUnsent: false, reason: "cancelled")) }
        process.post(Self.timeout) { end(.failed(provenUnsent: false, reason: "time-out")) }
        if world.strikes(world.troubles.networkLoss) {
            if world.draw(0...1) == 0 {
                process.post(world.draw(100...5_000)) { end(.failed(provenUnsent: true, reason: "refused")) }
            }
            return
        }
        let refusal = refusal()
        // Whoever turns a request away has not taken it; of other answers nobody knows.
        if let refusal, refusal.turnsAway || world.draw(0...1) == 0 {
            return process.post(world.draw(1_000...20_000)) { end(refusal) }
        }
        // Where nothing else keeps a repeat from being printed, a request is under way no longer than its time-out.
        let copies = deduplicates && world.strikes(world.troubles.networkLoss) ? 2 : 1
        for _ in 0..<copies {
            let transit = deduplicates ? world.transit() : min(world.transit(), Self.timeout - 1)
            world.underWay += 1
            world.after(transit) { [self] in
                world.underWay -= 1
                arrive(key, digest, deduplicates, refusal, end)
            }
        }
    }

    /// A body arrives at the provider.
    private func arrive(
        _ key: String, _ digest: String, _ deduplicates: Bool, _ refusal: ProviderReply?,
        _ end: @escaping (ProviderReply) -> Void
    ) {
        var failure: String?
        if world.strikes(world.troubles.failures) {
            failure = world.draw(0...1) == 0 ? ModelProvider.passing : ModelProvider.final
        }
        let printing = world.draw(0...2) == 0 ? world.draw(0...5_000) : world.draw(0...2_500_000)
        let known = world.provider.documents.count
        let place = world.provider.take(
            key: key, digest: digest, shop: run.run.shop, failure: failure,
            deduplicates: deduplicates && world.mutation != .deduplicationOff, printingTakes: printing, at: world.now)
        world.tell("the provider \(place < known ? "has" : "takes") \(key)")
        if place >= known { world.after(printing) { [world] in world.callBack(key) } }
        guard !world.strikes(world.troubles.networkLoss) else {
            // Taken, and then the connection is gone.
            if world.draw(0...1) == 0 {
                process.post(world.draw(100...5_000)) { end(.failed(provenUnsent: false, reason: "reset")) }
            }
            return
        }
        let reply = refusal ?? world.provider.accepted(place)
        process.post(world.transit()) { end(reply) }
    }

    /// A GET for the fate of a receipt.
    func ask(_ number: String, _ then: @escaping (ProviderReply) -> Void) {
        let end = once(then)
        run.endRequest = { end(.failed(provenUnsent: false, reason: "cancelled")) }
        guard !world.strikes(world.troubles.networkLoss) else {
            return process.post(Self.timeout) { end(.failed(provenUnsent: false, reason: "time-out")) }
        }
        if let refusal = refusal() { return process.post(1_000) { end(refusal) } }
        let (there, back) = (world.transit(), world.transit())
        if there + back >= Self.timeout {
            process.post(Self.timeout) { end(.failed(provenUnsent: false, reason: "time-out")) }
        }
        world.after(there) { [self] in
            let reply = world.provider.status(of: number, at: world.now)
            process.post(back) { end(reply) }
        }
    }

    /// An answer that is none: too busy, broken, unreadable, or not now.
    private func refusal() -> ProviderReply? {
        guard world.strikes(world.troubles.garbage) else { return nil }
        let response =
            switch world.draw(0...5) {
            case 0: ProviderResponse(status: 500)
            case 1: ProviderResponse(status: 200, body: Array("<html>".utf8))
            case 2: ProviderResponse(status: 502)
            case 3: ProviderResponse(status: 429, retryAfter: "2")
            case 4: ProviderResponse(status: 503, retryAfter: "1")
            default: ProviderResponse(status: 401)
            }
        return .answered(response)
    }
}

extension ProviderReply {
    /// Whether it says that nothing was taken.
    fileprivate var turnsAway: Bool {
        guard case .answered(let response) = self else { return false }
        return response.retryAfter != nil || response.status == 401
    }
}
