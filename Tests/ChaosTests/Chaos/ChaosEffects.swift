import Glibc

/// Whether what was done to the world shows in it: a fault that nobody feels proves nothing.
struct ChaosEffects: Hashable, Sendable {
    /// What was carried out.
    var deeds: [ChaosDeed]
    /// Processes that the database knows as workers, and whether each is known to be gone.
    var areGone: [pid_t: Bool]
    /// Workers that were called dead.
    var burials: Int

    /// What does not show, a sentence each.
    var missing: [String] {
        var found: Set<String> = []
        for deed in deeds {
            guard deed.seen != nil else {
                found.insert("“\(deed.fault)” was carried out, and nothing shows it")
                continue
            }
            guard let process = deed.process, let isGone = areGone[process] else { continue }
            switch deed.fault {
            case .killWorker:
                if !isGone { found.insert("process \(process) was killed, and nobody knows that it is gone") }
                if burials == 0 { found.insert("workers were killed, and nobody was called dead") }
            case .freezeWorker(_, let seconds) where seconds > ChaosWorld.lease && burials == 0:
                found.insert("workers were stopped for longer than their lease, and nobody was called dead")
            default: break
            }
        }
        return found.sorted()
    }
}
