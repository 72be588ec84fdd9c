/// What can go wrong on the worst day. Lengths are in seconds.
enum ChaosFault: Hashable, Sendable, CustomStringConvertible {
    case killWorker(Int)
    /// SIGSTOP, and SIGCONT after a time longer than the lease.
    case freezeWorker(Int, seconds: Int)
    case terminateWorker(Int)
    /// The worker starts again with its own clock set off.
    case shiftClock(Int, hours: Int)
    case stopDatabase(seconds: Int)
    case crashDatabase(seconds: Int)
    case killDatabase
    case suspendDatabase(seconds: Int)
    case terminateBackends
    case fillDatabaseDisk(seconds: Int)
    case fillLogDisk(seconds: Int)
    /// Connections of a worker to the database are reset.
    case cutConnections(Int)
    /// They stay open, and nothing comes through; then they go on, or are gone.
    case halfOpen(Int, seconds: Int, heals: Bool)
    case holdTransaction(seconds: Int)
    case restartPooler
    case provider(ProviderTrouble)
    case bitrixDown(seconds: Int)
    case portal(PortalTrouble)
    case killGateway
    case freezeGateway(seconds: Int)

    enum ProviderTrouble: String, Hashable, Sendable, CaseIterable {
        /// After the sender has given up.
        case late
        case never, neverAndNotAccepted
        case acceptingAndResetting, reset, closed, garbage, truncated, error500, throttled, slowPrinting
        case passingFailure, finalFailure
    }

    /// What befalls calls of Bitrix, documents of stock among them.
    enum PortalTrouble: String, Hashable, Sendable, CaseIterable {
        case acceptingAndResetting, never, garbage, busy
    }

    var description: String {
        switch self {
        case .killWorker(let worker): "kill worker \(worker)"
        case .freezeWorker(let worker, let seconds): "stop worker \(worker) for \(seconds) s"
        case .terminateWorker(let worker): "terminate worker \(worker)"
        case .shiftClock(let worker, let hours): "restart worker \(worker) with its clock off by \(hours) h"
        case .stopDatabase(let seconds): "stop the database (fast) for \(seconds) s"
        case .crashDatabase(let seconds): "stop the database (immediate) for \(seconds) s"
        case .killDatabase: "kill the database"
        case .suspendDatabase(let seconds): "freeze the database for \(seconds) s"
        case .terminateBackends: "terminate half of the workers' backends"
        case .fillDatabaseDisk(let seconds): "fill the database's disk for \(seconds) s"
        case .fillLogDisk(let seconds): "fill the disk of the logs for \(seconds) s"
        case .cutConnections(let worker): "cut worker \(worker) off the database"
        case .halfOpen(let worker, let seconds, let heals):
            "leave worker \(worker)'s connections half open for \(seconds) s, then \(heals ? "heal" : "cut") them"
        case .holdTransaction(let seconds): "hold a transaction open for \(seconds) s"
        case .restartPooler: "restart pgbouncer"
        case .provider(let trouble): "provider: \(trouble.rawValue)"
        case .portal(let trouble): "portal: \(trouble.rawValue)"
        case .killGateway: "kill the gateway"
        case .freezeGateway(let seconds): "stop the gateway for \(seconds) s"
        case .bitrixDown(let seconds): "Bitrix down for \(seconds) s"
        }
    }
}
