import Testing

/// The plan of a rehearsal by itself.
struct ChaosPlanTests {
    private static let kinds =
        Set(
            [
                "killWorker", "freezeWorker", "terminateWorker", "shiftClock", "stopDatabase", "crashDatabase",
                "kill the database", "suspendDatabase", "terminate half of the workers' backends", "fillDatabaseDisk",
                "fillLogDisk", "cutConnections", "halfOpen", "holdTransaction", "restart pgbouncer", "bitrixDown",
                "kill the gateway", "freezeGateway",
            ] + ChaosFault.ProviderTrouble.allCases.map { "provider: \($0)" }
                + ChaosFault.PortalTrouble.allCases.map { "portal: \($0)" })

    private static func kind(of fault: ChaosFault) -> String {
        switch fault {
        case .provider, .portal: fault.description
        default: Mirror(reflecting: fault).children.first?.label ?? fault.description
        }
    }

    /// `make chaos` plays so long, unless it is told otherwise.
    @Test(arguments: 1...50 as ClosedRange<UInt64>) func aLongOneHasEveryKindOfFault(seed: UInt64) {
        let plan = ChaosPlan(seed: seed, seconds: 240)
        #expect(Set(plan.acts.map { Self.kind(of: $0.fault) }) == Self.kinds)
        #expect(plan == ChaosPlan(seed: seed, seconds: 240))
    }
}
