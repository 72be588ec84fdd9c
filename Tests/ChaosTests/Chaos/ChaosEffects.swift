/// Whether what was done to the world shows in it: a fault that nobody feels proves nothing.
struct ChaosEffects: Hashable, Sendable {
    /// What was carried out.
    var done: [ChaosFault]
    /// How often each worker was started, and the gateway.
    var starts: [Int]
    var gatewayStarts: Int
    /// Workers that were called dead.
    var burials: Int
    /// Requests befallen by trouble.
    var providerTroubles: Int
    var portalTroubles: Int

    /// What does not show, a sentence each.
    var missing: [String] {
        var found: Set<String> = []
        for fault in done {
            switch fault {
            case .killWorker(let worker):
                if starts[worker] < 2 { found.insert("worker \(worker) was killed, and never started again") }
                if burials == 0 { found.insert("a worker was killed, and nobody was called dead") }
            case .terminateWorker(let worker) where starts[worker] < 2:
                found.insert("worker \(worker) was told to end, and never started again")
            case .freezeWorker(let worker, let seconds) where seconds > ChaosWorld.lease && burials == 0:
                found.insert("worker \(worker) was stopped for longer than its lease, and nobody was called dead")
            case .killGateway where gatewayStarts < 2:
                found.insert("the gateway was killed, and never started again")
            case .provider where providerTroubles == 0:
                found.insert("the provider was told to make trouble, and made none")
            case .portal where portalTroubles == 0, .bitrixDown where portalTroubles == 0:
                found.insert("the portal was told to make trouble, and made none")
            default: break
            }
        }
        return found.sorted()
    }
}
